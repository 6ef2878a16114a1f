#pragma once

// Icons of a server and of what it offers (basic/index, Icons). Since 2025-11-25.

#include "protocol/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mcp {

enum class IconTheme { light, dark };
BOOST_DESCRIBE_ENUM(IconTheme, light, dark)

struct Icon {
    std::string src;  // https: or data:
    std::optional<std::string> mimeType;
    std::optional<std::vector<std::string>> sizes;  // "48x48", "any"
    std::optional<IconTheme> theme;
};
BOOST_DESCRIBE_STRUCT(Icon, (), (src, mimeType, sizes, theme))

using Icons = std::vector<Icon>;

}  // namespace mcp
