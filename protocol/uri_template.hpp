#pragma once

// URI templates (RFC 6570, levels 1 to 3) as MCP's resources have them: {id}, {+path}, {.ext},
// {/segment}, {/segments*}, {;a}, {?a,b}, {&c}. Not {#part}, which a client keeps to itself, and of
// level 4 only {/segments*}: a prefix {a:3} could not be matched, and lists have no use here.
//
// The RFC defines expansion alone. match() is its inverse: a value is never empty but in a query,
// {id} takes no `/`, and a value takes as much as it can; what a query may hold, it may hold in any
// order, or not at all. No regular expressions (reliability 1.2 row 18): the time is that of the
// template's length by the URI's. Pure.

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcp {

// By name, percent-decoded. {/segments*} is "a/b".
using uri_variables = std::map<std::string, std::string>;

class uri_template {
public:
    // At most 2,048 bytes and 32 variables, each named once. The error says what is wrong, in a few
    // words.
    static boost::system::result<uri_template, std::string> parse(std::string_view text);

    std::vector<std::string> variables() const;

    // The variables of a URI that has this form; an optional one may be missing. Nothing also for a
    // URI of more than 8,192 bytes, with broken percent-encoding, or with bytes that are not UTF-8.
    std::optional<uri_variables> match(std::string_view uri) const;

    // A URI that match() takes apart into the same values, unless one is empty. Throws
    // std::out_of_range for a missing variable of {id} or {+path}; the others are optional.
    std::string expand(uri_variables const& values) const;

private:
    struct part {
        std::string literal;  // percent-encoded; empty for an expression
        char op = 0;          // of an expression; 0 for {id}
        std::vector<std::string> names;
        bool exploded = false;
    };

    // What match() goes by: a literal, one variable, or a whole query.
    struct step {
        part const* literal = nullptr;
        part const* query = nullptr;
        std::string prefix;
        std::string name;
        std::string_view stop;  // the characters that the value may not have
        bool optional = false;
    };

    boost::system::result<void, std::string> add_expression(std::string_view inside);
    std::optional<std::string> ambiguity() const;
    std::vector<step> steps() const;
    static std::vector<bool>
    reachable(step const& s, std::string_view uri, std::vector<bool> const& next);
    static bool take(
        step const& s,
        std::string_view uri,
        std::size_t& at,
        std::vector<bool> const& next,
        uri_variables& out);

    std::vector<part> parts_;
};

}  // namespace mcp
