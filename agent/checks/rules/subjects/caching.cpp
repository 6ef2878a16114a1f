// Invalidation, and what a cached function may do.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

namespace agent::checks {

namespace {

std::string_view whereabouts(place where)
{
    switch (where) {
    case place::handler:
        return "a Route Handler";
    case place::render:
        return "the rendering of a page or layout";
    case place::proxy:
        return "Proxy";
    case place::cached:
    case place::cached_private:
        return "a cached function";
    default:
        return "a route file";
    }
}

// Where it is certain that no Server Action is what runs there.
bool outside_actions(inspection const& in, node at)
{
    if (in.file.directive() == directive::use_client)
        return true;
    auto const where = in.file.place_of(at);
    if (where == place::action || where == place::module)
        return false;
    // Whatever is in a route file, its handlers call it.
    return where != place::unknown || in.file.role() == file_role::route;
}

void update_tag(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        if (!c.target.is("next/cache", "updateTag") || !outside_actions(in, c.at))
            continue;
        bool const client = in.file.directive() == directive::use_client;
        auto const where = in.file.place_of(c.at);
        in.report(
            c.callee,
            fmt::format(
                "updateTag() throws outside of Server Actions, and this is {}: {}",
                client ? "a Client Component" : whereabouts(where),
                client || where == place::render || where == place::cached
                    ? "call it in the action that changes the data."
                    : "call revalidateTag(tag, { expire: 0 }), or revalidateTag(tag, 'max') if "
                      "stale data may be served meanwhile."));
    }
}

void refresh(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        if (!c.target.is("next/cache", "refresh") || !outside_actions(in, c.at))
            continue;
        bool const client = in.file.directive() == directive::use_client;
        in.report(
            c.callee,
            fmt::format(
                "refresh() throws outside of Server Actions, and this is {}: {}",
                client ? "a Client Component" : whereabouts(in.file.place_of(c.at)),
                client ? "use useRouter().refresh() here."
                       : "invalidate with revalidatePath() or revalidateTag() instead."));
    }
}

void one_argument(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        if (!c.target.is("next/cache", "revalidateTag") || c.arguments.size() != 1 ||
            c.arguments.first().is(kind::spread_element))
            continue;
        bool const action = in.file.place_of(c.at) == place::action;
        auto const end = c.arguments.first().end();
        in.report(
            c.at,
            action
                ? "revalidateTag() with one argument is deprecated and a type error: in a Server "
                  "Action call updateTag(tag) to read one's own writes, else pass a profile as "
                  "revalidateTag(tag, 'max')."
                : "revalidateTag() with one argument is deprecated and a type error: pass a "
                  "profile as revalidateTag(tag, 'max'), or { expire: 0 } where stale data must "
                  "not be served.",
            {{end, end, ", 'max'"}});
    }
}

// The expression statement of a directive in a function's body or at the top of the file.
node directive_statement(node body, std::string_view begins)
{
    for (auto const statement : children(body)) {
        if (!statement.is(kind::expression_statement) || !statement.first().is(kind::string))
            return {};
        if (string_value(statement.first()).starts_with(begins))
            return statement.first();
    }
    return {};
}

void cache_in_handler(inspection& in)
{
    constexpr char advice[] =
        "'use cache' does not work in the body of a Route Handler: move what is to be cached to a "
        "function of its own that begins with 'use cache', and call that from the handler.";
    for (auto const& f : in.file.functions()) {
        bool const cached =
            f.directive == directive::use_cache || f.directive == directive::use_cache_private;
        if (cached && is_http_method(f.exported))
            in.report(directive_statement(f.body, "use cache"), advice);
    }
    if (in.file.directive() != directive::use_cache)
        return;
    for (auto const& f : in.file.functions())
        if (is_http_method(f.exported)) {
            in.report(directive_statement(in.file.root(), "use cache"), advice);
            return;
        }
}

void request_in_cache(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        bool const request =
            c.target.is("next/headers", "cookies") || c.target.is("next/headers", "headers");
        bool const connection = c.target.is("next/server", "connection");
        if (!request && !connection)
            continue;
        auto const where = in.file.place_of(c.at);
        if (where != place::cached && (where != place::cached_private || !connection))
            continue;
        in.report(
            c.at,
            connection
                ? "connection() throws in a cached function: wait for it in the caller, outside of "
                  "'use cache'."
                : fmt::format(
                      "{}() throws in a 'use cache' function: read it in the caller and pass the "
                      "value as an argument, or use 'use cache: private'.",
                      c.target.name));
    }
}

void cached_async(inspection& in)
{
    for (auto const& f : in.file.functions()) {
        bool const cached =
            f.directive == directive::use_cache || f.directive == directive::use_cache_private;
        if (!cached || f.asynchronous)
            continue;
        auto const at = f.at.begin();
        std::vector<text_edit> fix;
        if (!f.at.is(kind::method_definition, kind::generator_function))
            fix.push_back({at, at, "async "});
        in.report(
            directive_statement(f.body, "use cache"),
            "A 'use cache' function has to be async: the build fails otherwise.",
            std::move(fix));
    }
}

}  // namespace

void add_caching_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "update-tag-outside-action";
    one.reason = "updateTag() throws at run time everywhere but in Server Actions.";
    one.page = "app/api-reference/functions/updateTag";
    one.words = {{"updateTag"}};
    one.check = update_tag;
    to.push_back(one);

    one = {};
    one.id = "refresh-outside-action";
    one.reason = "refresh() throws at run time everywhere but in Server Actions.";
    one.page = "app/api-reference/functions/refresh";
    one.words = {{"refresh"}, {"cache"}};
    one.check = refresh;
    to.push_back(one);

    one = {};
    one.id = "revalidate-tag-one-argument";
    one.reason = "revalidateTag() takes a profile since Next.js 16: one argument is a type error.";
    one.page = "app/api-reference/functions/revalidateTag";
    one.since = 16;
    one.words = {{"revalidateTag"}};
    one.check = one_argument;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "use-cache-in-handler";
    one.reason = "A Route Handler's body cannot be cached; a function that it calls can.";
    one.page = "app/getting-started/route-handlers";
    one.since = 15;
    one.roles = {file_role::route};
    one.words = {{"'use cache'"}};
    one.check = cache_in_handler;
    to.push_back(one);

    one = {};
    one.id = "request-api-in-cache";
    one.reason = "What is cached for everybody cannot read one request: it throws.";
    one.page = "app/api-reference/directives/use-cache";
    one.since = 15;
    one.words = {{"cookies", "headers", "connection"}, {"'use cache'"}};
    one.check = request_in_cache;
    to.push_back(one);

    one = {};
    one.id = "cached-function-not-async";
    one.reason = "'use cache' is for async functions only.";
    one.page = "app/api-reference/directives/use-cache";
    one.since = 15;
    one.words = {{"'use cache'"}};
    one.check = cached_async;
    one.fixable = true;
    to.push_back(one);
}

}  // namespace agent::checks
