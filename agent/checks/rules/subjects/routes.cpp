// Route Handlers: what route.ts may export, what a handler may do, what it gives away.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace agent::checks {

namespace {

void default_export(inspection& in)
{
    for (auto const& entry : in.file.exports())
        if (entry.name == "default" && !entry.type_only)
            in.report(
                span{entry.at.begin(), std::min(entry.at.end(), entry.at.begin() + 14)},
                "route.ts has no default export: name each function after its method, as `export "
                "async function GET(request: Request)`.");
}

void wrong_exports(inspection& in)
{
    bool any = false;
    bool all_known = true;
    for (auto const& entry : in.file.exports()) {
        any = any || is_http_method(entry.name);
        // export * may bring them.
        all_known = all_known && entry.name != "*" && entry.name != "default";
        auto upper = std::string(entry.name);
        std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) {
            return static_cast<char>(std::toupper(c));
        });
        if (is_http_method(upper) && upper != entry.name && !entry.type_only) {
            any = true;
            in.report(
                entry.at,
                fmt::format(
                    "Next.js calls no `{}`: a handler's name is the method in capitals, `{}`.",
                    entry.name,
                    upper),
                {{entry.at.begin(), entry.at.end(), upper}});
        }
    }
    auto const text = in.file.text();
    bool const commonjs = text.find("module.exports") != std::string_view::npos;
    if (!any && all_known && !commonjs)
        in.report(
            span{0, 0},
            "This route exports no handler: export a function named GET, HEAD, POST, PUT, PATCH, "
            "DELETE or OPTIONS.");
}

void pages_api(inspection& in)
{
    for (auto const& b : in.file.bindings())
        if (b.from.module == "next" &&
            (b.from.name == "NextApiRequest" || b.from.name == "NextApiResponse" ||
             b.from.name == "NextApiHandler"))
            in.report(
                b.at,
                fmt::format(
                    "{} is of the Pages Router: a handler in route.ts gets a Request (NextRequest) "
                    "and returns a Response.",
                    b.from.name));
}

bool leaves_by_throwing(symbol const& target)
{
    static constexpr std::array<std::string_view, 5> names{
        "redirect", "permanentRedirect", "notFound", "forbidden", "unauthorized"};
    return target.module == "next/navigation" &&
           std::find(names.begin(), names.end(), target.name) != names.end();
}

// Whether a catch clause lets go on what it does not know: then nothing is swallowed.
bool lets_through(inspection const& in, node handler)
{
    for (auto const n : below(handler)) {
        if (n.is(kind::throw_statement))
            return true;
        if (n.is(kind::call_expression)) {
            auto const name = called_name(n.child(field::function));
            auto const target = in.file.resolve(n.child(field::function));
            if (name == "unstable_rethrow" || name == "isRedirectError" ||
                leaves_by_throwing(target))
                return true;
        }
    }
    return false;
}

void redirect_in_try(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        if (!leaves_by_throwing(c.target))
            continue;
        node inner = c.at;
        for (auto outer = c.at.parent(); outer && !is_function(outer); outer = outer.parent()) {
            bool const tried = outer.is(kind::try_statement) && inner.field() == field::body;
            auto const handler = tried ? outer.child(field::handler) : node();
            if (handler) {
                if (!lets_through(in, handler))
                    in.report(
                        c.callee,
                        fmt::format(
                            "{0}() works by throwing, and this catch swallows it: call {0}() after "
                            "the try statement, or begin the catch with unstable_rethrow(error).",
                            c.target.name));
                break;
            }
            inner = outer;
        }
    }
}

// Of `x.stack`, whether it is on its way into a response.
node response_around(node at)
{
    for (auto outer = at.parent(); outer && !is_function(outer); outer = outer.parent()) {
        if (outer.is(kind::new_expression) &&
            called_name(outer.child(field::constructor)).ends_with("Response"))
            return outer;
        if (!outer.is(kind::call_expression))
            continue;
        auto const callee = outer.child(field::function);
        auto const name = called_name(callee);
        auto const of = callee.child(field::object).text();
        if (name == "json" && (of == "Response" || of == "NextResponse" || of == "res"))
            return outer;
        if (name != "stringify" && name != "String")
            return {};
    }
    return {};
}

void stack_to_client(inspection& in)
{
    if (in.file.directive() == directive::use_client)
        return;
    for (auto const n : below(in.file.root())) {
        if (!n.is(kind::member_expression) || n.child(field::property).text() != "stack")
            continue;
        if (response_around(n))
            in.report(
                n,
                "A stack trace goes to the client: log it on the server, and answer with a message "
                "of your own.");
    }
}

bool says(node value, std::string_view text)
{
    value = bare(value);
    return string_value(value) == text || value.text() == text;
}

constexpr char cors_message[] =
    "Access-Control-Allow-Credentials with the origin * is refused by browsers, and with every "
    "origin echoed it lets any site act as the user: answer with one origin from a list of your "
    "own.";

// { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true" }
bool star_with_credentials(node object)
{
    bool star = false;
    bool credentials = false;
    for (auto const member : children(object)) {
        if (!member.is(kind::pair))
            continue;
        auto name = std::string(string_value(member.child(field::key)));
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        auto const value = member.child(field::value);
        star = star || (name == "access-control-allow-origin" && says(value, "*"));
        credentials =
            credentials || (name == "access-control-allow-credentials" && says(value, "true"));
    }
    return star && credentials;
}

// What headers.set(name, value) and { key: name, value } of one list or function say.
struct cors_headers {
    node star;
    node credentials;

    void add(node name, node value)
    {
        auto text = std::string(string_value(bare(name)));
        std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        if (text == "access-control-allow-origin" && says(value, "*"))
            star = name;
        if (text == "access-control-allow-credentials" && says(value, "true"))
            credentials = name;
    }
};

void wildcard_cors(inspection& in)
{
    for (auto const n : below(in.file.root())) {
        if (n.is(kind::object) && star_with_credentials(n))
            in.report(n, cors_message);
        if (n.is(kind::array)) {
            cors_headers found;
            for (auto const one : children(n))
                if (auto const key = property(one, "key"))
                    found.add(key, property(one, "value"));
            if (found.star && found.credentials)
                in.report(found.credentials, cors_message);
        }
    }
    // Calls are in the order of the text, so those of a function are found in one go.
    std::vector<std::pair<function const*, cors_headers>> by_function;
    for (auto const& c : in.file.calls()) {
        auto const name = called_name(c.callee);
        if (name != "set" && name != "append" && name != "setHeader")
            continue;
        auto const* f = in.file.function_of(c.at);
        if (by_function.empty() || by_function.back().first != f)
            by_function.emplace_back(f, cors_headers());
        by_function.back().second.add(argument(c, 0), argument(c, 1));
    }
    for (auto const& [f, found] : by_function)
        if (found.star && found.credentials)
            in.report(found.credentials, cors_message);
}

}  // namespace

void add_route_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "route-default-export";
    one.reason = "A route file exports functions by the names of methods, and no default.";
    one.page = "app/api-reference/file-conventions/route";
    one.roles = {file_role::route};
    one.words = {{"default"}};
    one.check = default_export;
    to.push_back(one);

    one = {};
    one.id = "route-without-handler";
    one.reason = "Only functions named after HTTP methods, in capitals, answer requests.";
    one.page = "app/api-reference/file-conventions/route";
    one.roles = {file_role::route};
    one.check = wrong_exports;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "pages-api-types-in-route";
    one.reason = "Route Handlers speak Request and Response, not those of the Pages Router.";
    one.page = "app/api-reference/file-conventions/route";
    one.roles = {file_role::route};
    one.words = {{"NextApiRequest", "NextApiResponse", "NextApiHandler"}};
    one.check = pages_api;
    to.push_back(one);

    one = {};
    one.id = "redirect-in-try";
    one.reason = "redirect(), notFound() and their like throw; a catch around them swallows that.";
    one.page = "app/api-reference/functions/unstable_rethrow";
    one.words = {
        {"redirect", "permanentRedirect", "notFound", "forbidden", "unauthorized"}, {"catch"}};
    one.check = redirect_in_try;
    to.push_back(one);

    one = {};
    one.id = "stack-to-client";
    one.reason = "Stack traces tell strangers how a server is built.";
    one.page = "app/guides/data-security";
    one.words = {{"stack"}, {"Response", "NextResponse", "res"}};
    one.check = stack_to_client;
    to.push_back(one);

    one = {};
    one.id = "cors-wildcard-with-credentials";
    one.reason = "Credentials and the origin * exclude one another.";
    one.page = "app/api-reference/file-conventions/route";
    one.words = {{"Allow", "allow"}, {"Credentials", "credentials"}};
    one.check = wildcard_cors;
    to.push_back(one);
}

}  // namespace agent::checks
