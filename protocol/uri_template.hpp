#pragma once

// URI templates (RFC 6570, levels 1 to 3) as MCP's resources have them: {id}, {+path}, {#part},
// {.ext}, {/segment}, {/segments*}, {;a}, {?a,b}, {&c}. Not level 4, but for {/segments*}: a
// prefix {a:3} cannot be matched, and lists have no use here.
//
// The RFC defines expansion alone. match() is its inverse: a value is never empty, {id} takes no
// `/`, and where two values meet the first takes as much as it can; what a query may hold, it may
// hold in any order, or not at all. No regular expressions (reliability 1.2 row 18): the time is
// that of the template's length by the URI's. Pure.

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcp {

struct invalid_template {
    invalid_template() = default;
    explicit invalid_template(std::string why) : reason(std::move(why)) {}
    std::string reason;  // one sentence without its end
};

class uri_template {
public:
    // By name, percent-decoded. {/segments*} is "a/b".
    using variables = std::map<std::string, std::string, std::less<>>;

    // At most 2,048 bytes and 32 variables, each named once.
    static boost::system::result<uri_template, invalid_template> parse(std::string_view text);

    // Nothing also for a URI of more than 8,192 bytes, with broken percent-encoding, or with bytes
    // that are not UTF-8.
    std::optional<variables> match(std::string_view uri) const;

    // What has no value is left out, as the RFC says.
    std::string expand(variables const& values) const;

    std::string const& text() const { return text_; }
    std::vector<std::string> names() const;

private:
    struct part {
        std::string literal;  // percent-encoded; empty for an expression
        char op = 0;          // of an expression, 0 for {id}
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

    static std::optional<std::string> read_expression(std::string_view inside, part& out);
    std::vector<step> steps() const;
    static std::vector<bool>
    reachable(step const& s, std::string_view uri, std::vector<bool> const& next);
    static bool take(
        step const& s,
        std::string_view uri,
        std::size_t& at,
        std::vector<bool> const& next,
        variables& out);

    std::string text_;
    std::vector<part> parts_;
};

}  // namespace mcp
