#include "agent/checks/rules/source/source_file.hpp"

#include "agent/checks/rules/source/file_reader.hpp"

#include <algorithm>

namespace agent::checks {

namespace {

// The module of require("x") and import("x").
std::string_view required_module(node value)
{
    value = awaited(value);
    if (!value.is(kind::call_expression))
        return {};
    auto const callee = value.child(field::function);
    bool const asks =
        callee.is(kind::import) || (callee.is(kind::identifier) && callee.text() == "require");
    return asks ? string_value(value.child(field::arguments).first()) : std::string_view();
}

}  // namespace

source_file::source_file(std::string_view path, checks::parsed tree)
    : path_(path), parsed_(std::move(tree)), role_(role_of(path))
{
    file_reader(*this).read();
}

// Of those of a name, the one in the smallest scope around the identifier; scopes are sorted by
// where they begin, so that it is the last that contains it. Beyond a thousand nobody meant to be
// read.
binding const* source_file::lookup(node identifier) const
{
    auto const name = identifier.text();
    auto const before = [](binding const& b, std::pair<std::string_view, std::uint32_t> wanted) {
        return std::pair(b.name, b.scope.index()) < wanted;
    };
    auto it = std::lower_bound(
        bindings_.begin(), bindings_.end(), std::pair(name, identifier.index() + 1), before);
    for (int tried = 0; it != bindings_.begin() && tried < 1000; ++tried) {
        --it;
        if (it->name != name)
            break;
        if (it->scope.contains(identifier))
            return &*it;
    }
    return nullptr;
}

symbol source_file::resolve(node expression) const
{
    expression = bare(expression);
    if (expression.is(kind::member_expression)) {
        auto const object = awaited(expression.child(field::object));
        auto const name = expression.child(field::property).text();
        if (auto const module = required_module(object); !module.empty())
            return {module, name};
        if (!object.is(kind::identifier))
            return {};
        auto const* of = lookup(object);
        if (!of || of->type_only)
            return {};
        if (of->from.name == "*")
            return {of->from.module, name};
        if (of->constant && of->value && of->key.empty())
            return {required_module(of->value), name};
        return {};
    }
    if (!expression.is(kind::identifier, kind::shorthand_property_identifier))
        return {};
    auto const* found = lookup(expression);
    if (!found || found->type_only)
        return {};
    if (!found->from.module.empty())
        return found->from;
    if (!found->key.empty() && found->key != "*" && found->value)
        return {required_module(found->value), found->key};
    return {};
}

node source_file::value_of(node expression) const
{
    expression = bare(expression);
    if (!expression.is(kind::identifier, kind::shorthand_property_identifier))
        return expression;
    auto const* found = lookup(expression);
    if (!found || !found->constant || !found->value || !found->key.empty() || found->destructured)
        return expression;
    return bare(found->value);
}

function const* source_file::function_at(node n) const
{
    auto const it = std::lower_bound(
        functions_.begin(), functions_.end(), n.index(), [](function const& f, std::uint32_t at) {
            return f.at.index() < at;
        });
    return it != functions_.end() && it->at == n ? &*it : nullptr;
}

function const* source_file::function_of(node n) const
{
    for (auto at = n.parent(); at; at = at.parent())
        if (is_function(at))
            return function_at(at);
    return nullptr;
}

function const* source_file::deciding_function(node n) const
{
    function const* last = nullptr;
    for (auto const* f = function_of(n); f; f = function_of(f->at)) {
        last = f;
        if (f->directive != directive::none || !f->exported.empty())
            return f;
    }
    return last;
}

place source_file::place_of(node n) const
{
    auto const* f = deciding_function(n);
    if (!f)
        return place::module;
    auto own = f->directive;
    if (own == directive::none && !f->exported.empty() && directive_ != directive::use_client)
        own = directive_;
    switch (own) {
    case directive::use_server:
        return place::action;
    case directive::use_cache:
        return place::cached;
    case directive::use_cache_private:
        return place::cached_private;
    default:
        break;
    }
    if (role_ == file_role::route && is_http_method(f->exported))
        return place::handler;
    bool const drawn = role_ == file_role::page || role_ == file_role::layout;
    if (drawn && directive_ != directive::use_client &&
        (f->exported == "default" || f->exported == "generateMetadata" ||
         f->exported == "generateViewport"))
        return place::render;
    bool const intercepts = role_ == file_role::proxy || role_ == file_role::middleware;
    if (intercepts &&
        (f->exported == "default" || f->exported == "proxy" || f->exported == "middleware"))
        return place::proxy;
    return place::unknown;
}

}  // namespace agent::checks
