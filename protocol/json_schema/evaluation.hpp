#pragma once

// One validation: a walk over the schema's nodes and the instance at once. What it may cost is
// counted; running out of it is thrown as `exhausted`, which schema::errors() catches.

#include "protocol/json_schema/findings.hpp"

#include <vector>

namespace mcp::json_schema {

struct exhausted {
    std::string_view why;
};

// Which members or elements of one object or array some subschema has looked at, for the
// unevaluated… keywords. Empty when nobody asks.
class coverage {
public:
    coverage(document const& schema, json::value const& instance);

    bool wanted() const { return wanted_; }
    bool has(std::size_t i) const { return !wanted_ || seen_[i]; }
    void add(std::size_t i);
    void add_all();
    void add(coverage const& other);
    std::size_t size() const { return seen_.size(); }

private:
    bool wanted_;
    std::vector<bool> seen_;
};

class evaluation {
public:
    explicit evaluation(document const& schema)
        : schema_(schema),
          steps_(schema.with.limits.steps),
          characters_(schema.with.limits.characters)
    {
    }

    // Whether `value` fits. What does not is added to `out`, if there is one.
    bool check(node const& n, json::value const& value, place const& at, findings* out)
    {
        coverage seen(schema_, value);
        return check(n, value, at, seen, out);
    }

private:
    // What every reader of keywords needs.
    struct subject {
        node const& n;
        json::value const& value;
        place const& at;
        coverage& seen;
        findings* out;
    };

    // Adds to `seen` only if it fits.
    bool
    check(node const& n, json::value const& value, place const& at, coverage& seen, findings* out);
    bool body(subject const& s);

    bool kind(subject const& s);
    bool choices(subject const& s);
    bool number(subject const& s, long double v);
    bool text(subject const& s, std::string_view v);

    bool array(subject const& s, json::array const& elements);
    bool sizes_of(subject const& s, json::array const& elements);
    bool contains(subject const& s, json::array const& elements);
    bool element(subject const& s, node const& n, json::array const& of, std::size_t i);

    bool object(subject const& s, json::object const& members);
    bool sizes_of(subject const& s, json::object const& members);
    bool required(subject const& s, json::object const& members);
    bool named(subject const& s, json::object const& members);
    bool other(subject const& s, json::object const& members);
    bool member(subject const& s, node const& n, json::key_value_pair const& which, std::size_t i);
    bool unknown(subject const& s, std::string_view name);

    bool references(subject const& s);
    node const& dynamic_target(node const& n) const;
    bool logic(subject const& s);
    bool any_of(subject const& s);
    bool one_of(subject const& s);
    bool condition(subject const& s);
    std::vector<std::size_t> fitting(
        subject const& s,
        std::vector<node const*> const& among,
        std::size_t enough,
        std::vector<findings>& reasons);
    bool none_fits(
        subject const& s, std::vector<node const*> const& among, std::vector<findings>& reasons);

    bool unevaluated(subject const& s);

    bool fail(subject const& s, std::string why, bool misfit = false);
    // Whether to go on with a subject that has failed: only if somebody wants to know more.
    static bool goes_on(subject const& s) { return s.out && !s.out->full(); }

    bool occurs(pattern const& p, std::string_view in);
    bool same(json::value const& a, json::value const& b);
    void pay(std::size_t steps = 1);

    document const& schema_;
    std::size_t steps_;
    std::size_t characters_;
    std::size_t depth_ = 0;
    std::vector<resource const*>
        scope_;  // the resources that the walk has entered, outermost first
};

}  // namespace mcp::json_schema
