// What strangers can make of a server: queries, redirects, cookies.

#include "agent/checks/rules/rule.hpp"
#include "agent/checks/rules/subjects/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace agent::checks {

namespace {

bool begins_statement(std::string_view text)
{
    static constexpr std::array<std::string_view, 5> statements{
        "select ", "insert into ", "update ", "delete from ", "with "};
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    auto const small = lower(text.substr(0, 16));
    return std::any_of(statements.begin(), statements.end(), [&](std::string_view s) {
        return small.starts_with(s);
    });
}

// form.get(…), request.json() and the like, however it is then taken apart.
bool is_read_from_caller(node made)
{
    made = awaited(made);
    if (!made.is(kind::call_expression))
        return false;
    auto const name = called_name(made.child(field::function));
    return name == "get" || name == "getAll" || name == "json" || name == "formData" ||
           name == "text" || name == "fromEntries";
}

// Whether a part of a text may be what a caller chose: a parameter of the function (or of one
// around it), what was read from a request, params. TABLE, a literal, one of two literals and what
// a function made (placeholders, quoting) are not.
bool may_be_chosen(inspection const& in, node part)
{
    part = bare(part);
    if (part.is(kind::identifier, kind::member_expression, kind::subscript_expression)) {
        auto const name =
            part.is(kind::member_expression) ? part.child(field::property).text() : part.text();
        bool const constant = std::none_of(
            name.begin(), name.end(), [](unsigned char c) { return std::islower(c) != 0; });
        auto const root = root_of(part);
        auto const* found = root ? in.file.lookup(root) : nullptr;
        if (constant || !found)
            return false;
        if (found->parameter)
            return true;
        auto const made = bare(found->value);
        return is_read_from_caller(made) ||
               (made.is(kind::await_expression) && found->destructured &&
                awaited(made).text().ends_with("params"));
    }
    return part.is(kind::call_expression, kind::await_expression) && is_read_from_caller(part);
}

// A text that is put together from parts of which one may be anything.
bool is_built(inspection const& in, node text)
{
    text = in.file.value_of(text);
    if (text.is(kind::template_string)) {
        if (!begins_statement(text.text().substr(1)))
            return false;
        for (auto const hole : children(text))
            if (hole.is(kind::template_substitution) && may_be_chosen(in, hole.first()))
                return true;
        return false;
    }
    if (!text.is(kind::binary_expression) || text.child(field::operator_).text() != "+")
        return false;
    node first = text;
    bool open = false;
    while (first.is(kind::binary_expression)) {
        open = open || may_be_chosen(in, first.child(field::right));
        first = bare(first.child(field::left));
    }
    return open && begins_statement(string_value(first));
}

void built_sql(inspection& in)
{
    static constexpr std::array<std::string_view, 9> names{
        "query",
        "execute",
        "raw",
        "unsafe",
        "$queryRawUnsafe",
        "$executeRawUnsafe",
        "prepare",
        "exec",
        "run"};
    for (auto const& c : in.file.calls()) {
        if (!c.callee.is(kind::member_expression))
            continue;
        auto const name = called_name(c.callee);
        if (std::find(names.begin(), names.end(), name) == names.end())
            continue;
        auto const text = argument(c, 0);
        auto const given = bare(text).is(kind::object) ? property(text, "text") : text;
        if (given && is_built(in, given))
            in.report(
                text,
                fmt::format(
                    "This SQL is put together from strings, so that a value can become part of the "
                    "statement: pass values as parameters{}.",
                    name.starts_with("$")
                        ? " ($queryRaw`… ${value}` of Prisma does)"
                        : " ({ text, values }, $1, ?) or with the driver's sql`…` tag"));
    }
}

// request.nextUrl.searchParams.get('next'), form.get('to')
bool is_from_request(inspection const& in, node value)
{
    value = awaited(in.file.value_of(bare(value)));
    if (!value.is(kind::call_expression) || called_name(value.child(field::function)) != "get")
        return false;
    auto const object = bare(value.child(field::function).child(field::object));
    if (object.is(kind::member_expression) &&
        object.child(field::property).text() == "searchParams")
        return true;
    auto const name = lower(object.text());
    if (!object.is(kind::identifier))
        return false;
    if (name == "searchparams")
        return true;
    auto const* found = in.file.lookup(object);
    return found && found->parameter && (name == "formdata" || name == "form");
}

void open_redirect(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        bool const leaves = c.target.is("next/navigation", "redirect") ||
                            c.target.is("next/navigation", "permanentRedirect");
        auto const* of = c.callee.is(kind::member_expression)
                             ? in.file.lookup(bare(c.callee.child(field::object)))
                             : nullptr;
        bool const response =
            called_name(c.callee) == "redirect" && of && of->from.is("next/server", "NextResponse");
        auto const place = argument(c, 0);
        if ((leaves || response) && place && is_from_request(in, place))
            in.report(
                place,
                "A caller says where this redirect leads, and it can be any site: allow paths that "
                "begin with a single slash, or those of a list.");
    }
}

bool is_session_cookie(std::string_view name)
{
    auto const small = lower(name);
    for (std::string_view const part : {"session", "token", "jwt", "auth"})
        if (small.find(part) != std::string::npos)
            return small.find("csrf") == std::string::npos &&
                   small.find("xsrf") == std::string::npos;
    return false;
}

// (await cookies()).set, store.set of it, response.cookies.set
bool is_cookie_store(inspection const& in, node object)
{
    object = awaited(object);
    if (object.is(kind::member_expression))
        return object.child(field::property).text() == "cookies";
    auto const made = awaited(in.file.value_of(object));
    return made.is(kind::call_expression) &&
           in.file.resolve(made.child(field::function)).is("next/headers", "cookies");
}

void open_cookie(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        if (!c.callee.is(kind::member_expression) || called_name(c.callee) != "set" ||
            !is_cookie_store(in, c.callee.child(field::object)))
            continue;
        auto const first = bare(argument(c, 0));
        auto const options = first.is(kind::object) ? first : bare(argument(c, 2));
        auto const name = first.is(kind::object) ? in.file.value_of(property(first, "name"))
                                                 : in.file.value_of(first);
        if (!is_session_cookie(string_value(name)) || (options && !options.is(kind::object)))
            continue;
        // set(name, '') and maxAge: 0 delete it.
        auto const value = first.is(kind::object) ? property(first, "value") : bare(argument(c, 1));
        if (value.is(kind::string) && string_value(value).empty())
            continue;
        bool spread = false;
        for (auto const member : children(options))
            spread = spread || member.is(kind::spread_element);
        auto const http_only = property(options, "httpOnly");
        if (spread || (http_only && !http_only.is(kind::false_)))
            continue;
        in.report(
            c.callee,
            fmt::format(
                "The cookie `{}` can be read by any script of the page: set httpOnly: true, "
                "secure: "
                "true and sameSite: 'lax'.",
                string_value(name)));
    }
}

}  // namespace

void add_security_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "sql-from-strings";
    one.reason = "SQL that is put together from strings can be made to say something else.";
    one.page = "app/guides/data-security";
    one.words = {
        {"query",
         "execute",
         "raw",
         "unsafe",
         "$queryRawUnsafe",
         "$executeRawUnsafe",
         "prepare",
         "exec",
         "run"}};
    one.phrases = {
        "SELECT ",
        "INSERT INTO",
        "UPDATE ",
        "DELETE FROM",
        "WITH ",
        "\"select ",
        "'select ",
        "`select ",
        "select *",
        "insert into",
        "delete from",
        "\"update ",
        "'update ",
        "`update "};
    one.check = built_sql;
    to.push_back(one);

    one = {};
    one.id = "open-redirect";
    one.severity = severity::warning;
    one.reason = "A redirect to wherever the caller says lends a site's name to others.";
    one.page = "app/guides/redirecting";
    one.words = {{"redirect", "permanentRedirect"}, {"get"}};
    one.check = open_redirect;
    to.push_back(one);

    one = {};
    one.id = "session-cookie-open";
    one.severity = severity::warning;
    one.reason = "A session's cookie is for the server alone.";
    one.page = "app/guides/authentication";
    one.words = {{"cookies"}, {"set"}};
    one.check = open_cookie;
    to.push_back(one);
}

}  // namespace agent::checks
