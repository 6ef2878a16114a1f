#include "protocol/json_schema/evaluation.hpp"

#include "protocol/json_schema/compiler.hpp"
#include "protocol/json_schema/values.hpp"

#include <algorithm>

namespace mcp::json_schema {
namespace {

// Of subschemas applied within one another: a schema may lead back to itself, an instance is nested
// as deep as its parser allows, and a few schemas may apply at each level.
constexpr std::size_t deepest = 1'000;

}  // namespace

coverage::coverage(document const& schema, json::value const& instance)
    : wanted_(schema.unevaluated && instance.is_structured())
{
    if (wanted_)
        seen_.resize(
            instance.is_array() ? instance.get_array().size() : instance.get_object().size());
}

void coverage::add(std::size_t i)
{
    if (wanted_)
        seen_[i] = true;
}

void coverage::add_all()
{
    seen_.assign(seen_.size(), true);
}

void coverage::add(coverage const& other)
{
    for (std::size_t i = 0; i < seen_.size(); ++i)
        seen_[i] = seen_[i] || other.seen_[i];
}

void evaluation::pay(std::size_t steps)
{
    if (steps > steps_)
        throw exhausted{"takes more steps to check than are allowed; send less at once"};
    steps_ -= steps;
}

bool evaluation::fail(subject const& s, std::string why, bool misfit)
{
    if (s.out)
        s.out->add(finding{s.at.text(), std::move(why), misfit});
    return false;
}

bool evaluation::check(
    node const& n, json::value const& value, place const& at, coverage& seen, findings* out)
{
    coverage mine(schema_, value);
    pay(1 + mine.size() / 64);
    if (n.always) {
        subject const s{n, value, at, mine, out};
        return *n.always || fail(s, "is not allowed here");
    }
    if (depth_ == deepest)
        throw exhausted{"cannot be checked: it is nested too deep, or the schema leads to itself"};
    bool const entered = scope_.empty() || scope_.back() != n.home;
    ++depth_;
    if (entered)
        scope_.push_back(n.home);
    bool const fits = body({n, value, at, mine, out});
    if (entered)
        scope_.pop_back();
    --depth_;
    if (fits && seen.wanted())
        seen.add(mine);
    return fits;
}

bool evaluation::body(subject const& s)
{
    if (!kind(s))
        return false;
    bool fits = choices(s);
    auto const also = [&](auto&& test) {
        if (fits || goes_on(s))
            fits = test() && fits;
    };
    if (auto const v = as_number(s.value))
        also([&] { return number(s, *v); });
    else if (auto const* text_value = s.value.if_string())
        also([&] { return text(s, *text_value); });
    else if (auto const* elements = s.value.if_array())
        also([&] { return array(s, *elements); });
    else if (auto const* members = s.value.if_object())
        also([&] { return object(s, *members); });
    also([&] { return references(s); });
    also([&] { return logic(s); });
    return fits && unevaluated(s);
}

bool evaluation::references(subject const& s)
{
    bool fits = true;
    if (s.n.ref)
        fits = check(*s.n.ref, s.value, s.at, s.seen, s.out);
    if (s.n.dynamic_ref && (fits || goes_on(s)))
        fits = check(dynamic_target(s.n), s.value, s.at, s.seen, s.out) && fits;
    return fits;
}

node const& evaluation::dynamic_target(node const& n) const
{
    if (!n.dynamic_name.empty())
        for (auto const* entered : scope_)
            if (auto const found = entered->dynamic_anchors.find(n.dynamic_name);
                found != entered->dynamic_anchors.end())
                return *found->second;
    return *n.dynamic_ref;
}

std::vector<std::string> schema::errors(json::value const& instance, std::string_view name) const
{
    place const root{name};
    findings found(std::max<std::size_t>(compiled_->with.limits.errors, 1));
    std::vector<std::string> out;
    try {
        if (evaluation(*compiled_).check(*compiled_->root, instance, root, &found))
            return out;
    } catch (exhausted const& e) {
        out.push_back(root.text() + ": " + std::string(e.why));
        return out;
    }
    for (auto const& f : found.list())
        out.push_back(f.text());
    if (out.empty())
        out.push_back(root.text() + ": does not fit its schema");
    return out;
}

boost::system::result<schema, invalid_schema> compile(json::value text, options const& with)
{
    auto const made = std::make_shared<document>();
    made->text = std::move(text);
    made->with = with;
    try {
        compiler(*made).run();
    } catch (invalid_schema const& failure) {
        return failure;
    }
    return schema(made);
}

}  // namespace mcp::json_schema
