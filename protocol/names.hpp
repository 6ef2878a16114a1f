#pragma once

// Names that a peer made up, in texts of ours: quoted, cut short and printable; and the name that
// was probably meant.

#include <string>
#include <string_view>
#include <vector>

namespace mcp {

// In double quotes, at most 40 characters of it.
std::string quoted(std::string_view name);

// The one of `names` closest to `name`, or "" if none is near: at most a third of it edited.
std::string_view closest(std::string_view name, std::vector<std::string_view> const& names);

// "no member "pat"; did you mean "path"?", or else which there are.
std::string unknown_name(
    std::string_view kind, std::string_view name, std::vector<std::string_view> const& names);

}  // namespace mcp
