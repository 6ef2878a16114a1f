#include "server/app/install/text/config_text.hpp"

#include "server/app/install/text/formats.hpp"

namespace app {

config_text const& config_text_of(std::string_view format)
{
    if (format == "toml")
        return toml_format();
    return format == "yaml" ? yaml_format() : json_format();
}

}  // namespace app
