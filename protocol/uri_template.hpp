#pragma once

// URI templates (RFC 6570) as resource templates use them: {name}, {+name} (with its slashes),
// {/name} and {?a,b} (each optional). Matching is linear and never backtracks: after a variable the
// next literal decides where it ends.

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcp {

using uri_variables = std::map<std::string, std::string>;

class uri_template {
public:
    // The error says what is wrong, in a few words.
    static boost::system::result<uri_template, std::string> parse(std::string_view text);

    std::vector<std::string> variables() const;

    // The variables of a URI that has this form, percent-decoded; an optional one may be missing.
    // None is empty, but those of a query may be.
    std::optional<uri_variables> match(std::string_view uri) const;

    // Throws std::out_of_range for a variable that is missing, unless it is optional.
    std::string expand(uri_variables const& values) const;

private:
    enum class kind { literal, segment, rest, query };
    struct part {
        kind is = kind::literal;
        std::string text;                // of a literal, or the name
        std::vector<std::string> names;  // of a query
    };
    boost::system::result<void, std::string> add_expression(std::string_view text);

    std::vector<part> parts_;
};

}  // namespace mcp
