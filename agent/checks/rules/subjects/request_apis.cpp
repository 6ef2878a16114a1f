// What tells of the request is a promise: cookies(), headers(), draftMode(), params, searchParams.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

namespace agent::checks {

namespace {

bool is_request_api(symbol const& target)
{
    return target.module == "next/headers" &&
           (target.name == "cookies" || target.name == "headers" || target.name == "draftMode");
}

// The property that is asked of an expression, if it is one that a promise does not have.
node asked_of(node expression)
{
    auto outer = expression.parent();
    while (outer.is(kind::parenthesized_expression, kind::non_null_expression)) {
        expression = outer;
        outer = outer.parent();
    }
    // `as` is how it is kept quiet while it moves (UnsafeUnwrappedCookies): that is a choice.
    if (!outer.is(kind::member_expression, kind::subscript_expression) ||
        expression.field() != field::object)
        return {};
    auto const name = outer.child(field::property).text();
    return name == "then" || name == "catch" || name == "finally" ? node() : outer;
}

bool can_wait(inspection const& in, node at)
{
    auto const* f = in.file.function_of(at);
    return f && f->asynchronous;
}

std::vector<text_edit> waiting(inspection const& in, node call)
{
    if (!can_wait(in, call))
        return {};
    return {{call.begin(), call.begin(), "(await "}, {call.end(), call.end(), ")"}};
}

// const store = cookies(); … store.get("a")
void through_constant(inspection& in, call const& c)
{
    auto const declarator = c.at.parent();
    if (!declarator.is(kind::variable_declarator) || declarator.child(field::value) != c.at)
        return;
    auto const name = declarator.child(field::name);
    auto const fix = can_wait(in, c.at)
                         ? std::vector<text_edit>{{c.at.begin(), c.at.begin(), "await "}}
                         : std::vector<text_edit>();
    if (name.is(kind::object_pattern)) {
        in.report(
            c.at,
            fmt::format("{}() is a promise: await it before taking it apart.", c.target.name),
            fix);
        return;
    }
    if (!name.is(kind::identifier))
        return;
    auto const* own = in.file.lookup(name);
    if (!own)
        return;
    for (auto const n : below(own->scope)) {
        if (!n.is(kind::identifier) || n.text() != name.text() || n == name ||
            in.file.lookup(n) != own)
            continue;
        if (auto const used = asked_of(n)) {
            in.report(
                used,
                fmt::format(
                    "{}() is a promise, and `{}` was not awaited: write `const {} = await {}()`.",
                    c.target.name,
                    name.text(),
                    name.text(),
                    c.callee.text()),
                fix);
            return;
        }
    }
}

void sync_request_api(inspection& in)
{
    int looked = 0;  // at the uses of a constant, which takes a whole scope each time
    for (auto const& c : in.file.calls()) {
        if (!is_request_api(c.target) || !c.at.is(kind::call_expression))
            continue;
        if (asked_of(c.at))
            in.report(
                c.at,
                fmt::format(
                    "{}() is a promise: write (await {}()) here, in an async function.",
                    c.target.name,
                    c.callee.text()),
                waiting(in, c.at));
        else if (++looked <= 100)
            through_constant(in, c);
    }
}

bool is_param_name(std::string_view name)
{
    return name == "params" || name == "searchParams";
}

// Whether an expression is taken apart there: x.id, const { id } = x. None if not.
node taken_apart(node expression)
{
    if (auto const used = asked_of(expression))
        return used;
    auto const parent = expression.parent();
    bool const pattern = parent.is(kind::variable_declarator) &&
                         parent.child(field::value) == expression &&
                         parent.child(field::name).is(kind::object_pattern);
    return pattern ? parent : node();
}

// Functions that Next.js hands promises to.
bool gets_params(inspection const& in, function const& f)
{
    if (f.exported.empty() || f.wrapped)
        return false;
    if (in.file.role() == file_role::route)
        return is_http_method(f.exported);
    return f.exported == "default" || f.exported == "generateMetadata" ||
           f.exported == "generateViewport";
}

std::vector<text_edit> await_there(function const& f, node expression)
{
    auto const parent = expression.parent();
    if (!f.asynchronous)
        return {};
    if (parent.is(kind::variable_declarator))
        return {{expression.begin(), expression.begin(), "await "}};
    return {
        {expression.begin(), expression.begin(), "(await "},
        {expression.end(), expression.end(), ")"}};
}

void complain(inspection& in, node at, std::string_view name, std::vector<text_edit> fix)
{
    in.report(
        at,
        fmt::format(
            "`{0}` is a promise: type it Promise<…> and await it (`const {{ … }} = await {0}`) "
            "before anything is read from it.",
            name),
        std::move(fix));
}

// { params: { id } } in the parameter list itself.
void nested_pattern(inspection& in, node object)
{
    for (auto const member : children(object))
        if (member.is(kind::pair_pattern) && is_param_name(member.child(field::key).text()) &&
            member.child(field::value).is(kind::object_pattern))
            complain(in, member, member.child(field::key).text(), {});
}

void sync_params(inspection& in)
{
    for (auto const& f : in.file.functions()) {
        if (!gets_params(in, f))
            continue;
        auto parameter = f.parameters.is(kind::formal_parameters) ? f.parameters.first() : node();
        if (in.file.role() == file_role::route)
            parameter = parameter.next();
        auto const target = parameter.child(field::pattern);
        if (target.is(kind::object_pattern))
            nested_pattern(in, target);
        auto const* whole = target.is(kind::identifier) ? in.file.lookup(target) : nullptr;
        // The function's own asynchronous parts, and not those of functions inside it alone.
        for (auto const n : below(f.body)) {
            if (n.is(kind::identifier) && is_param_name(n.text())) {
                auto const* found = in.file.lookup(n);
                // Its parameter, and not one that a component inside has, too.
                if (!found || !found->parameter || found->scope != f.at || found->key != n.text())
                    continue;
                if (auto const used = taken_apart(n)) {
                    auto fix =
                        in.file.function_of(n) == &f ? await_there(f, n) : std::vector<text_edit>();
                    complain(in, used, n.text(), std::move(fix));
                    break;
                }
            } else if (whole && n.is(kind::member_expression)) {
                auto const object = bare(n.child(field::object));
                auto const name = n.child(field::property).text();
                if (!object.is(kind::identifier) || !is_param_name(name) ||
                    in.file.lookup(object) != whole)
                    continue;
                if (auto const used = taken_apart(n)) {
                    auto fix =
                        in.file.function_of(n) == &f ? await_there(f, n) : std::vector<text_edit>();
                    complain(in, used, name, std::move(fix));
                    break;
                }
            }
        }
    }
}

void cookies_in_render(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        auto const callee = c.callee;
        if (!callee.is(kind::member_expression))
            continue;
        auto const what = callee.child(field::property).text();
        if (what != "set" && what != "delete")
            continue;
        auto const object = awaited(callee.child(field::object));
        auto const made = awaited(in.file.value_of(object));
        if (!made.is(kind::call_expression) ||
            !in.file.resolve(made.child(field::function)).is("next/headers", "cookies"))
            continue;
        if (in.file.place_of(c.at) == place::render)
            in.report(
                callee,
                fmt::format(
                    "Cookies cannot be changed while a page renders: cookies().{}() throws here. "
                    "Do "
                    "it in a Server Action or a Route Handler.",
                    what));
    }
}

void revalidate_in_render(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        bool const invalidates = c.target.is("next/cache", "revalidatePath") ||
                                 c.target.is("next/cache", "revalidateTag");
        if (!invalidates)
            continue;
        auto const where = in.file.place_of(c.at);
        if (where == place::render || where == place::cached)
            in.report(
                c.callee,
                fmt::format(
                    "{}() throws while a page renders or a cache is filled: call it in the Server "
                    "Action or Route Handler that changes the data.",
                    c.target.name));
    }
}

}  // namespace

void add_request_api_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "sync-request-api";
    one.reason = "cookies(), headers() and draftMode() return promises.";
    one.page = "app/guides/upgrading/version-16";
    one.since = 15;
    one.words = {{"cookies", "headers", "draftMode"}, {"next"}};
    one.phrases = {"next/headers"};
    one.check = sync_request_api;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "sync-params";
    one.reason = "params and searchParams are promises.";
    one.page = "app/guides/upgrading/version-16";
    one.since = 15;
    one.roles = {file_role::route, file_role::page, file_role::layout};
    one.words = {{"params", "searchParams"}};
    one.check = sync_params;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "cookies-set-in-render";
    one.reason = "A Server Component cannot set cookies: its response has begun.";
    one.page = "app/api-reference/functions/cookies";
    one.roles = {file_role::page, file_role::layout};
    one.words = {{"cookies"}, {"set", "delete"}};
    one.check = cookies_in_render;
    to.push_back(one);

    one = {};
    one.id = "revalidate-in-render";
    one.reason = "Rendering and cached functions cannot invalidate caches.";
    one.page = "app/api-reference/functions/revalidatePath";
    one.words = {{"revalidatePath", "revalidateTag"}};
    one.check = revalidate_in_render;
    to.push_back(one);
}

}  // namespace agent::checks
