// How data is got: how often, how much, through how many connections.

#include "agent/checks/rules/rule.hpp"
#include "agent/checks/rules/subjects/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agent::checks {

namespace {

// The loop over a collection that a node runs in, within its own function, or the map() whose
// callback that function is.
node loop_around(node at)
{
    node inner = at;
    for (auto outer = at.parent(); outer; inner = outer, outer = outer.parent()) {
        // Page after page, of however many.
        if (outer.is(kind::while_statement, kind::do_statement))
            return {};
        if (outer.is(kind::for_in_statement))
            return inner.field() == field::body ? outer : node();
        if (!is_function(outer))
            continue;
        auto const list = outer.parent();
        auto const call = list.parent();
        if (!list.is(kind::arguments) || !call.is(kind::call_expression))
            return {};
        auto const name = called_name(call.child(field::function));
        bool const each = name == "map" || name == "forEach" || name == "flatMap";
        // What is put into groups is what the advice comes to.
        auto const object = call.child(field::function).child(field::object).text();
        if (!each || object.find("chunk") != std::string_view::npos ||
            object.find("batch") != std::string_view::npos)
            return {};
        return call;
    }
    return {};
}

bool has_bound(node options)
{
    for (auto const member : children(options)) {
        if (member.is(kind::spread_element))
            return true;
        auto const name = member.is(kind::pair) ? member.child(field::key).text() : member.text();
        for (std::string_view const bound :
             {"take", "limit", "first", "cursor", "distinct", "where"})
            if (name == bound)
                return true;
    }
    return false;
}

// Work that runs at night may take its time.
bool runs_in_background(std::string_view path)
{
    for (std::string_view const part : {"cron", "job", "worker", "queue", "backfill"})
        if (path.find(part) != std::string_view::npos)
            return true;
    return false;
}

void query_in_loop(inspection& in)
{
    if (runs_in_background(in.path))
        return;
    static constexpr std::array<std::string_view, 9> single{
        "findUnique",
        "findFirst",
        "findUniqueOrThrow",
        "findFirstOrThrow",
        "findMany",
        "findOne",
        "count",
        "select",
        "query"};
    node last;
    for (auto const& c : in.file.calls()) {
        auto const db = as_database_call(in.file, c);
        if (!db.is || std::find(single.begin(), single.end(), db.method) == single.end())
            continue;
        auto const loop = loop_around(c.at);
        if (!loop || loop == last)
            continue;
        // Of a list that is written out, each is another question.
        auto const over = loop.is(kind::for_in_statement)
                              ? in.file.value_of(loop.child(field::right))
                              : in.file.value_of(loop.child(field::function).child(field::object));
        if (over.is(kind::array))
            continue;
        last = loop;
        in.report(
            c.at,
            fmt::format(
                "One query for each element: ask once for all of them, with `in` or a join "
                "(`{}` with include), and put the answers together.",
                db.method));
    }
}

struct database_client {
    std::string_view module;
    std::string_view name;
};

constexpr std::array<database_client, 11> clients{
    {{"@prisma/client", "PrismaClient"},
     {"pg", "Pool"},
     {"ioredis", "default"},
     {"ioredis", "Redis"},
     {"redis", "createClient"},
     {"mongodb", "MongoClient"},
     {"mysql2/promise", "createPool"},
     {"mysql2", "createPool"},
     {"postgres", "default"},
     {"better-sqlite3", "default"},
     {"@libsql/client", "createClient"}}};

void client_per_request(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        auto const target = c.target ? c.target : in.file.resolve(c.callee);
        bool const client = std::any_of(clients.begin(), clients.end(), [&](auto const& one) {
            return target.is(one.module, one.name);
        });
        bool const generated = c.at.is(kind::new_expression) &&
                               called_name(c.callee) == "PrismaClient" &&
                               target.module.find("prisma") != std::string_view::npos;
        if (!client && !generated)
            continue;
        auto const where = in.file.place_of(c.at);
        if (where != place::handler && where != place::action && where != place::render)
            continue;
        // globalThis.client ??= new …
        if (c.at.parent().is(kind::augmented_assignment_expression))
            continue;
        in.report(
            c.at,
            "A client with connections of its own is made for every request, until the database "
            "refuses more: make one in a module, kept on globalThis in development.");
    }
}

void unbounded_list(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        auto const db = as_database_call(in.file, c);
        if (!db.is || db.method != "findMany")
            continue;
        auto const* f = in.file.deciding_function(c.at);
        if (!f || f->exported != "GET" || in.file.role() != file_role::route)
            continue;
        auto const options = bare(argument(c, 0));
        if (options && (!options.is(kind::object) || has_bound(options)))
            continue;
        in.report(
            c.callee,
            "This answers with all rows of a table, however many they will be: take a page (`take` "
            "with `cursor` or `skip`), with a largest size of your own.");
    }
}

void relative_fetch(inspection& in)
{
    if (in.file.directive() == directive::use_client)
        return;
    for (auto const& c : in.file.calls()) {
        if (!c.callee.is(kind::identifier) || c.callee.text() != "fetch" ||
            in.file.lookup(c.callee))
            continue;
        auto const url = bare(argument(c, 0));
        bool const relative = (url.is(kind::string) && string_value(url).starts_with("/")) ||
                              (url.is(kind::template_string) && url.text().starts_with("`/"));
        auto const where = in.file.place_of(c.at);
        if (relative && (where == place::render || where == place::handler ||
                         where == place::action || where == place::proxy))
            in.report(
                url,
                "On the server a URL has to be absolute: this throws. To get data of the same "
                "application, call the function that the Route Handler calls.");
    }
}

}  // namespace

void add_data_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "query-in-loop";
    one.severity = severity::warning;
    one.reason = "A query for each element of a list grows with the list (N+1).";
    one.page = "app/getting-started/fetching-data";
    one.words = {
        {"for", "map", "forEach", "flatMap"},
        {"prisma", "db", "database", "tx", "trx", "knex", "orm", "drizzle", "pool", "kysely"}};
    one.phrases = {
        ".findUnique(",
        ".findFirst(",
        ".findMany(",
        ".findUniqueOrThrow(",
        ".findFirstOrThrow(",
        ".findOne(",
        ".count(",
        ".select(",
        ".query("};
    one.check = query_in_loop;
    to.push_back(one);

    one = {};
    one.id = "client-per-request";
    one.severity = severity::warning;
    one.reason = "Connections are made once and shared.";
    one.page = "app/guides/data-security";
    one.words = {
        {"PrismaClient",
         "pg",
         "ioredis",
         "redis",
         "mongodb",
         "mysql2",
         "postgres",
         "sqlite3",
         "libsql"}};
    one.check = client_per_request;
    to.push_back(one);

    one = {};
    one.id = "unbounded-list";
    one.severity = severity::warning;
    one.reason = "A list endpoint without a limit gets slower with every row.";
    one.page = "app/guides/backend-for-frontend";
    one.roles = {file_role::route};
    one.words = {{"findMany"}};
    one.check = unbounded_list;
    to.push_back(one);

    one = {};
    one.id = "relative-fetch-on-server";
    one.reason = "On the server there is no page that a relative URL could be relative to.";
    one.page = "app/guides/backend-for-frontend";
    one.roles = {file_role::route, file_role::page, file_role::layout, file_role::proxy};
    one.words = {{"fetch"}};
    one.check = relative_fetch;
    to.push_back(one);
}

}  // namespace agent::checks
