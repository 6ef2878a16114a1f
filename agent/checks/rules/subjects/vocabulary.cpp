#include "agent/checks/rules/subjects/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace agent::checks {

namespace {

template <std::size_t Size>
bool is_among(std::string_view word, std::array<std::string_view, Size> const& words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

template <std::size_t Size>
bool has_any(std::string_view name, std::array<std::string_view, Size> const& parts)
{
    auto const text = lower(name);
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return text.find(part) != std::string::npos;
    });
}

}  // namespace

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

bool speaks_of_identity(std::string_view name)
{
    static constexpr std::array<std::string_view, 30> parts{
        "auth",       "session",  "user",    "permission", "role",      "token",
        "login",      "logout",   "signin",  "sign_in",    "signup",    "signout",
        "member",     "owner",    "tenant",  "admin",      "guard",     "protect",
        "access",     "verif",    "require", "account",    "identity",  "cookie",
        "credential", "password", "current", "allowed",    "ratelimit", "captcha"};
    return has_any(name, parts);
}

bool speaks_of_validation(std::string_view name)
{
    static constexpr std::array<std::string_view, 16> parts{
        "parse",
        "valid",
        "schema",
        "assert",
        "check",
        "sanitiz",
        "coerce",
        "guard",
        "decode",
        "clean",
        "number",
        "typeof",
        "verif",
        "ensure",
        "conform",
        "normaliz"};
    return has_any(name, parts);
}

bool is_database(source_file const& file, node root)
{
    static constexpr std::array<std::string_view, 12> names{
        "prisma",
        "db",
        "database",
        "tx",
        "trx",
        "knex",
        "orm",
        "drizzle",
        "pool",
        "prismaClient",
        "dbClient",
        "kysely"};
    if (!root.is(kind::identifier) || !is_among(root.text(), names))
        return false;
    auto const* found = file.lookup(root);
    return !found || found->from || found->value || found->parameter;
}

bool changes_data(std::string_view method)
{
    static constexpr std::array<std::string_view, 14> names{
        "create",
        "createMany",
        "createManyAndReturn",
        "update",
        "updateMany",
        "upsert",
        "delete",
        "deleteMany",
        "insert",
        "insertInto",
        "updateTable",
        "deleteFrom",
        "$executeRaw",
        "replace"};
    return is_among(method, names);
}

bool reads_data(std::string_view method)
{
    static constexpr std::array<std::string_view, 14> names{
        "findMany",
        "findUnique",
        "findFirst",
        "findUniqueOrThrow",
        "findFirstOrThrow",
        "count",
        "aggregate",
        "groupBy",
        "select",
        "selectFrom",
        "query",
        "$queryRaw",
        "findOne",
        "execute"};
    return is_among(method, names);
}

database_call as_database_call(source_file const& file, call const& c)
{
    auto const callee = c.callee;
    if (!c.at.is(kind::call_expression) || !callee.is(kind::member_expression))
        return {};
    // db.insert(users).values(…): the first call is the one that says what it is.
    auto object = bare(callee.child(field::object));
    int steps = 0;
    while (object.is(kind::member_expression) && ++steps < 4)
        object = bare(object.child(field::object));
    if (!is_database(file, object))
        return {};
    return {true, callee.child(field::property).text()};
}

}  // namespace agent::checks
