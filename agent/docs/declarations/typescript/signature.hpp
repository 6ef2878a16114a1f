#pragma once

// A declaration's own text, made short enough to read. Pure.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace agent::typescript {

// On one line, without comments, without `export`, `default` and `declare`, with `{ … }` for each
// of `bodies` (views into `text`, in order; those outside of it are passed over), cut after about
// `limit` bytes.
std::string
signature(std::string_view text, std::span<std::string_view const> bodies, std::size_t limit);

// `text` between as many backticks as it needs.
std::string inline_code(std::string_view text);

}  // namespace agent::typescript
