#pragma once

// Which symbols a declaration file declares, and which JSDoc block belongs to which. A single pass
// over the tokens with a stack of open brackets: nesting deeper than 48 is skipped, and a file is
// read up to its 250,000th declaration. All views are into the source.

#include <cstdint>
#include <string_view>
#include <vector>

namespace agent::typescript {

enum class declared : std::uint8_t {
    space,  // a namespace, or `declare module`
    interface,
    type,
    function,
    constant,
    enumeration,
    member,
    parameter,
    arm,  // one of the types of a union that says of each what it means
};

struct declaration {
    std::string_view doc;   // what the JSDoc block before it holds
    std::string_view text;  // all of it, but for the body of a class, interface, enum or namespace
    std::string_view name;  // empty for call signatures, `declare global` and types in parentheses
    declared kind = declared::member;
    bool documented = false;  // it, or something within it
    bool callable = false;
    std::uint32_t end = 0;     // the index behind the last declaration within it
    std::uint32_t bodies = 0;  // the first of its bodies
};

struct declaration_file {
    // In the order of the source, what is within another after it. What nobody documents is here
    // as a member of something documented, as an overload, and as a type in a namespace.
    std::vector<declaration> declarations;
    // The {…} that documented members stand in, of classes and interfaces not; outer before inner.
    std::vector<std::string_view> bodies;
    // JSDoc of the file's own level that no declaration follows.
    std::vector<std::string_view> loose;
    bool opens_with_loose = false;  // the first of them comes before anything else
};

declaration_file scan(std::string_view source);

}  // namespace agent::typescript
