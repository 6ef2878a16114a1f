#pragma once

// One entry in a configuration file of somebody else, as text: everything else in it stays byte for
// byte as it is, comments and blanks too. What is not valid in its format is refused with the line.
// Pure.

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace app {

// what() is a sentence that says where.
struct config_text_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class config_text {
public:
    // The entry `name` of the section, which may be nested. Sections are made where there are none.
    struct place {
        std::vector<std::string> section;
        std::string name;
    };

    virtual ~config_text() = default;

    // All throw config_text_error for a text that is not valid, or that says it in a way that
    // cannot be changed without changing more.
    virtual std::optional<boost::json::object>
    entry(std::string_view text, place const& at) const = 0;
    virtual std::string
    with(std::string_view text, place const& at, boost::json::object const& entry) const = 0;
    // The text itself where there is no such entry.
    virtual std::string without(std::string_view text, place const& at) const = 0;
};

// json (with comments and trailing commas, as hosts read it), toml, yaml.
config_text const& config_text_of(std::string_view format);

}  // namespace app
