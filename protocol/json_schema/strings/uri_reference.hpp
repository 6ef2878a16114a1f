#pragma once

// What a `$ref` or an `$id` means where it stands (RFC 3986, section 5.2). Only names are made
// here; nothing is ever fetched.

#include <string>
#include <string_view>

namespace mcp::json_schema {

// With `base` empty, the reference itself.
std::string resolve(std::string_view base, std::string_view reference);

// What is before the `#`, and what is after it.
std::string_view without_fragment(std::string_view uri);
std::string_view fragment_of(std::string_view uri);

// %41 is A. What is no percent-encoding stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace mcp::json_schema
