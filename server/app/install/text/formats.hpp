#pragma once

// The formats that configuration is written in.

#include "server/app/install/text/config_text.hpp"

namespace app {

config_text const& json_format();
config_text const& toml_format();
config_text const& yaml_format();

}  // namespace app
