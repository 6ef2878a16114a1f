#pragma once

// Which modules the types of a JSDoc comment come from: a file of plain JavaScript has no other way
// to name them. What stands in prose and examples is no import. Pure.

#include <string_view>
#include <vector>

namespace agent {

// Of `@type {import("x").T}`, whatever the tag, and `@import {T} from "x"`: the specifiers, in
// order. `comment` is what stands between /** and */, and must outlive them. Linear time.
std::vector<std::string_view> doc_comment_imports(std::string_view comment);

}  // namespace agent
