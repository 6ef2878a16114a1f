#pragma once

// A change of a file as a unified diff, as `git apply` and `patch -p1` take it. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace agent {

// Nothing before: the file is created; nothing after: it is deleted.
std::string unified_diff(
    std::string_view path,
    std::optional<std::string_view> before,
    std::optional<std::string_view> after);

}  // namespace agent
