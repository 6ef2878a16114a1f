// Server Actions: what makes a function one, and what their file may export.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agent::checks {

namespace {

// What is certainly no function, whatever the types say.
bool is_plain_value(inspection const& in, node value)
{
    if (value.is(
            kind::object,
            kind::array,
            kind::string,
            kind::template_string,
            kind::number,
            kind::true_,
            kind::false_,
            kind::null,
            kind::regex,
            kind::new_expression) ||
        value.is(kind::class_, kind::class_declaration, kind::enum_declaration))
        return true;
    // z.object({ … })
    static constexpr std::array<std::string_view, 4> schemas{"zod", "valibot", "yup", "arktype"};
    if (!value.is(kind::call_expression))
        return false;
    auto const root = root_of(value);
    auto const* found = root.is(kind::identifier) ? in.file.lookup(root) : nullptr;
    if (!found || found->from.module.empty())
        return false;
    auto const module = found->from.module;
    return std::any_of(schemas.begin(), schemas.end(), [module](std::string_view name) {
        return module == name || (module.starts_with(name) && module[name.size()] == '/');
    });
}

std::vector<text_edit> made_async(node f)
{
    if (f.is(
            kind::method_definition,
            kind::generator_function,
            kind::generator_function_declaration))
        return {};
    return {{f.begin(), f.begin(), "async "}};
}

void server_exports(inspection& in)
{
    if (in.file.directive() != directive::use_server)
        return;
    for (auto const& entry : in.file.exports()) {
        if (entry.type_only || !entry.value)
            continue;
        auto const value = bare(entry.value);
        if (auto const* f = in.file.function_at(value)) {
            if (!f->asynchronous ||
                value.is(kind::generator_function, kind::generator_function_declaration))
                in.report(
                    entry.at,
                    fmt::format(
                        "`{}` is exported from a 'use server' file and not async: every export is "
                        "a "
                        "Server Action, which has to be an async function.",
                        entry.name),
                    made_async(value));
        } else if (is_plain_value(in, value)) {
            in.report(
                entry.at.is(kind::export_statement) ? entry.value : entry.at,
                fmt::format(
                    "A 'use server' file may export async functions alone, and `{}` is none: move "
                    "it to a file without the directive.",
                    entry.name));
        }
    }
}

node directive_in(node body, std::string_view text)
{
    for (auto const statement : children(body)) {
        if (!statement.is(kind::expression_statement) || !statement.first().is(kind::string))
            return {};
        if (string_value(statement.first()) == text)
            return statement.first();
    }
    return {};
}

void inline_async(inspection& in)
{
    for (auto const& f : in.file.functions()) {
        if (f.directive != directive::use_server)
            continue;
        auto const at = directive_in(f.body, "use server");
        if (in.file.directive() == directive::use_client) {
            in.report(
                at,
                "A Server Action cannot be defined in a Client Component: move it to a file that "
                "begins with 'use server', and import it.");
            continue;
        }
        if (!f.asynchronous)
            in.report(at, "A Server Action has to be an async function.", made_async(f.at));
    }
}

void both_directives(inspection& in)
{
    if (in.file.directive() == directive::none)
        return;
    node first;
    for (auto const statement : children(in.file.root())) {
        if (!statement.is(kind::expression_statement) || !statement.first().is(kind::string))
            return;
        auto const found = directive_of(string_value(statement.first()));
        if (found != directive::use_client && found != directive::use_server)
            continue;
        if (!first)
            first = statement.first();
        else if (string_value(first) != string_value(statement.first()))
            in.report(
                statement.first(),
                "A file is either of the client or of Server Actions: keep one directive, and move "
                "the rest to another file.");
    }
}

// 'use server' where it is a string that does nothing.
void misplaced(inspection& in)
{
    for (auto const n : below(in.file.root())) {
        if (!n.is(kind::expression_statement))
            continue;
        auto const inner = bare(n.first());
        bool const string = inner.is(kind::string, kind::template_string);
        auto const text = string ? string_value(inner) : std::string_view();
        if (directive_of(text) == directive::none)
            continue;
        auto const body = n.parent();
        // What stands before it in a prologue is strings alone.
        bool prologue = n.first().is(kind::string);
        bool const of_file = body.is(kind::program);
        bool const of_function = body.is(kind::statement_block) && is_function(body.parent());
        for (auto const statement : children(body)) {
            if (statement == n)
                break;
            prologue = prologue && statement.is(kind::expression_statement) &&
                       statement.first().is(kind::string);
        }
        if (!of_file && !of_function)
            continue;
        if (!prologue)
            in.report(
                n,
                inner.is(kind::template_string) || n.first() != inner
                    ? fmt::format(
                          "This is no directive: write '{}' in plain quotes, without parentheses.",
                          text)
                    : fmt::format(
                          "'{}' is a directive at the very beginning of {} alone, before imports "
                          "and every other statement; here it does nothing.",
                          text,
                          of_file ? "the file" : "the function"));
        else if (of_function && text == "use client")
            in.report(n, "'use client' is a directive of a whole file: move it to its first line.");
    }
}

}  // namespace

void add_action_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "use-server-export";
    one.reason = "A 'use server' file exports async functions and nothing else.";
    one.page = "app/api-reference/directives/use-server";
    one.words = {{"'use server'"}};
    one.check = server_exports;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "inline-action";
    one.reason = "An inline Server Action is an async function in a Server Component.";
    one.page = "app/api-reference/directives/use-server";
    one.words = {{"'use server'"}};
    one.check = inline_async;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "client-and-server-directive";
    one.reason = "'use client' and 'use server' exclude one another.";
    one.page = "app/api-reference/directives/use-server";
    one.words = {{"'use client'"}, {"'use server'"}};
    one.check = both_directives;
    to.push_back(one);

    one = {};
    one.id = "misplaced-directive";
    one.reason = "A directive that is not first is a string that does nothing.";
    one.page = "app/api-reference/directives";
    one.words = {{"'use late'"}};
    one.check = misplaced;
    to.push_back(one);
}

}  // namespace agent::checks
