#pragma once

// One bracket that is open, and the statement that is being read in it. The scanner keeps a stack
// of them.

#include <cstdint>
#include <string_view>

namespace agent::typescript {

inline constexpr auto none = ~std::uint32_t{0};
inline constexpr auto ignored = none - 1;  // a statement that declares nothing

// What stands between the brackets that are open.
enum class inside : std::uint8_t { declarations, members, enumeration, parameters, other };

struct level {
    inside what = inside::declarations;
    char closer = 0;
    bool own = false;            // the body of a class, interface, enum or namespace
    bool hole = false;           // of a template
    std::uint32_t owner = none;  // the declaration around it, if its members count
    std::uint32_t first = 0;     // the first declaration and the first body within it
    std::uint32_t body = 0;
    std::uint32_t last = none;  // the declaration before
    bool documented = false;
    char const* begin = nullptr;

    std::string_view doc;  // read, and not given to a declaration yet

    // The statement that is being read.
    std::uint32_t node = none;
    std::uint32_t arm = none;
    std::uint32_t angles = 0;
    std::uint32_t words = 0;
    bool in_head = false;
    bool has_kind = false;
    bool hidden = false;
    bool whole = false;  // its text is complete
    char const* computed = nullptr;
};

}  // namespace agent::typescript
