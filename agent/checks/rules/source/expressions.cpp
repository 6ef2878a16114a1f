// What can be said of an expression alone.

#include "agent/checks/rules/source/source_file.hpp"

#include <algorithm>
#include <array>

namespace agent::checks {

bool is_function(node n)
{
    return n.is(
        kind::arrow_function,
        kind::function_declaration,
        kind::function_expression,
        kind::generator_function,
        kind::generator_function_declaration,
        kind::method_definition);
}

bool is_http_method(std::string_view name)
{
    static constexpr std::array<std::string_view, 7> methods{
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    return std::find(methods.begin(), methods.end(), name) != methods.end();
}

node bare(node expression)
{
    while (expression.is(
        kind::parenthesized_expression,
        kind::as_expression,
        kind::satisfies_expression,
        kind::non_null_expression))
        expression = expression.first();
    return expression;
}

node awaited(node expression)
{
    expression = bare(expression);
    while (expression.is(kind::await_expression))
        expression = bare(expression.first());
    return expression;
}

std::string_view string_value(node n)
{
    auto const text = n.text();
    bool const quoted = n.is(kind::string) ||
                        (n.is(kind::template_string) && !n.child(kind::template_substitution));
    return quoted && text.size() >= 2 ? text.substr(1, text.size() - 2) : std::string_view();
}

node root_of(node expression)
{
    for (;;) {
        expression = awaited(expression);
        if (expression.is(kind::member_expression, kind::subscript_expression))
            expression = expression.child(field::object);
        else if (expression.is(kind::call_expression))
            expression = expression.child(field::function);
        else if (expression.is(kind::identifier, kind::this_))
            return expression;
        else
            return {};
    }
}

std::string_view called_name(node callee)
{
    callee = bare(callee);
    if (callee.is(kind::member_expression))
        return callee.child(field::property).text();
    return callee.is(kind::identifier) ? callee.text() : std::string_view();
}

node argument(call const& c, std::size_t n)
{
    auto at = c.arguments.is(kind::arguments) ? c.arguments.first() : node();
    for (; n > 0; --n)
        at = at.next();
    return at;
}

node property(node object, std::string_view key)
{
    object = bare(object);
    if (!object.is(kind::object))
        return {};
    for (auto const member : children(object)) {
        if (member.is(kind::shorthand_property_identifier) && member.text() == key)
            return member;
        if (!member.is(kind::pair))
            continue;
        auto const name = member.child(field::key);
        if (name.text() == key || (name.is(kind::string) && string_value(name) == key))
            return member.child(field::value);
    }
    return {};
}

directive directive_of(std::string_view text)
{
    if (text == "use client")
        return directive::use_client;
    if (text == "use server")
        return directive::use_server;
    if (text == "use cache: private")
        return directive::use_cache_private;
    if (text == "use cache" || text.starts_with("use cache: "))
        return directive::use_cache;
    return directive::none;
}

}  // namespace agent::checks
