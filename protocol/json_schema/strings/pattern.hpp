#pragma once

// A regular expression of `pattern` and `patternProperties`: ECMA-262 with the `u` flag, as JSON
// Schema asks, translated for Boost.Regex, which matches. Code points, not bytes. A match is
// charged for every character that it looks at, so that a pattern that backtracks without end is
// an error, never a hang (reliability 1.2 row 18).

#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcp::json_schema {

struct invalid_pattern {
    invalid_pattern() = default;
    explicit invalid_pattern(std::string why) : reason(std::move(why)) {}
    std::string reason;
};

class pattern {
public:
    // At most 4,096 bytes. Not understood: \p, look-behind of no fixed length.
    static boost::system::result<pattern, invalid_pattern> compile(std::string_view source);

    // Whether it occurs in the text, or nothing once `budget` is used up. What it cost is taken
    // from `budget`.
    std::optional<bool> occurs_in(std::string_view text, std::size_t& budget) const;

    std::string const& source() const;

private:
    struct machine;
    explicit pattern(std::shared_ptr<machine const> m) : machine_(std::move(m)) {}

    std::shared_ptr<machine const> machine_;
};

}  // namespace mcp::json_schema
