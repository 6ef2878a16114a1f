// Who may call, and with what. By names, so that all of it is a warning; silent as soon as anything
// looks as if somebody had thought of it.

#include "agent/checks/rules/rule.hpp"
#include "agent/checks/rules/subjects/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace agent::checks {

namespace {

// An exported Server Action, as it is.
bool is_action(inspection const& in, function const& f)
{
    return !f.wrapped && in.file.directive() == directive::use_server && !f.exported.empty() &&
           f.asynchronous;
}

bool is_handler(inspection const& in, function const& f)
{
    return !f.wrapped && in.file.role() == file_role::route && is_http_method(f.exported);
}

// Any name in it, called or not, that speaks of who is asking; of helpers of the same file as well.
bool asks_who(inspection const& in, function const& f, int depth = 0)
{
    if (speaks_of_identity(f.name))
        return true;
    for (auto const n : below(f.at)) {
        if (!n.is(
                kind::identifier,
                kind::property_identifier,
                kind::shorthand_property_identifier_pattern,
                kind::shorthand_property_identifier))
            continue;
        if (speaks_of_identity(n.text()))
            return true;
        if (depth == 0 && n.is(kind::identifier) && n.field() == field::function) {
            auto const* helper = in.file.function_at(in.file.value_of(n));
            if (helper && helper->at != f.at && asks_who(in, *helper, 1))
                return true;
        }
    }
    return false;
}

// For each function that a caller reaches, the call in it that changes something. What a module of
// the data's own does (a data access layer) is asked there.
std::map<function const*, node> changes(inspection const& in)
{
    std::map<function const*, node> out;
    for (auto const& c : in.file.calls()) {
        auto const db = as_database_call(in.file, c);
        if (!db.is || !changes_data(db.method))
            continue;
        if (auto const* f = in.file.deciding_function(c.at))
            out.emplace(f, c.at);
    }
    return out;
}

void action_without_auth(inspection& in)
{
    int looked = 0;
    for (auto const& [f, change] : changes(in))
        if (is_action(in, *f) && ++looked <= 200 && !asks_who(in, *f))
            in.report(
                f->at.child(field::name) ? f->at.child(field::name) : f->at,
                fmt::format(
                    "`{}` changes data for whoever posts to it, and asks nobody who they are: "
                    "check "
                    "the session and the right to do this first, in the action itself.",
                    f->name));
}

// Whether it is all of what a caller sent, fields that nobody asked for included: a parameter of
// the action, await request.json(), Object.fromEntries(form).
bool is_sent(inspection const& in, function const& f, node value, int depth = 0)
{
    value = awaited(value);
    if (value.is(kind::call_expression)) {
        auto const callee = value.child(field::function);
        auto const object = bare(callee.child(field::object));
        if (called_name(callee) == "fromEntries" && object.text() == "Object")
            return is_sent(in, f, value.child(field::arguments).first(), depth + 1);
        auto const* of = object.is(kind::identifier) ? in.file.lookup(object) : nullptr;
        return called_name(callee) == "json" && of && of->parameter && of->scope == f.at;
    }
    if (!value.is(kind::identifier, kind::shorthand_property_identifier) || depth > 2)
        return false;
    auto const* found = in.file.lookup(value);
    if (!found || found->destructured)
        return false;
    if (found->parameter)
        return found->scope == f.at && (depth > 0 || is_action(in, f));
    return found->constant && found->value && f.at.contains(found->value) &&
           bare(awaited(found->value)).is(kind::call_expression) &&
           is_sent(in, f, found->value, depth + 1);
}

// { data: body } and { ...body }, and what values() and set() of a query builder are given.
node unchecked_part(inspection const& in, function const& f, node given, bool builder)
{
    given = bare(given);
    if (builder && is_sent(in, f, given))
        return given;
    auto const data = builder ? given : property(given, "data");
    if (!builder && data && is_sent(in, f, data))
        return data;
    if (!bare(data).is(kind::object))
        return {};
    for (auto const member : children(bare(data)))
        if (member.is(kind::spread_element) && is_sent(in, f, member.first()))
            return member;
    return {};
}

bool validates(function const& f)
{
    for (auto const n : below(f.at))
        if (n.is(kind::identifier, kind::property_identifier) && speaks_of_validation(n.text()))
            return true;
    for (auto const n : below(f.at))
        if (n.is(kind::unary_expression) && n.text().starts_with("typeof"))
            return true;
    return f.at.text().find("instanceof") != std::string_view::npos;
}

void input_not_validated(inspection& in)
{
    int looked = 0;
    std::map<function const*, bool> known;
    for (auto const& c : in.file.calls()) {
        auto const method = called_name(c.callee);
        auto const db = as_database_call(in.file, c);
        // db.insert(users).values(…), db.update(users).set(…)
        bool const builder = (method == "values" || method == "set") &&
                             is_database(in.file, root_of(c.callee)) &&
                             bare(c.callee.child(field::object)).is(kind::call_expression);
        if (!(db.is && changes_data(db.method)) && !builder)
            continue;
        auto const* f = in.file.deciding_function(c.at);
        if (!f || !(is_action(in, *f) || is_handler(in, *f)) || in.file.function_of(c.at) != f)
            continue;
        auto const part = unchecked_part(in, *f, argument(c, 0), builder);
        if (!part)
            continue;
        if (!known.contains(f)) {
            if (++looked > 200)
                return;
            known.emplace(f, validates(*f));
        }
        if (!known[f])
            in.report(
                part,
                "All that a caller sent goes to the database as it came, fields included that they "
                "may not set: parse it with a schema (zod's safeParse), and pass on what that "
                "returns.");
    }
}

}  // namespace

void add_authorization_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "action-without-auth";
    one.severity = severity::warning;
    one.reason = "A Server Action is a public endpoint: each has to check who calls it.";
    one.page = "app/guides/data-security";
    one.condition = "in a project that has authentication";
    one.applies = [](project_facts const& facts) { return facts.authentication; };
    one.words = {
        {"'use server'"},
        {"prisma", "db", "database", "tx", "trx", "knex", "orm", "drizzle", "pool", "kysely"}};
    one.check = action_without_auth;
    to.push_back(one);

    one = {};
    one.id = "input-not-validated";
    one.severity = severity::warning;
    one.reason = "Types are gone at run time: what a caller sends can be anything.";
    one.page = "app/guides/data-security";
    one.words = {
        {"create", "createMany", "update", "updateMany", "upsert", "values", "set", "delete"},
        {"'use server'", "POST", "PUT", "PATCH", "DELETE"},
        {"prisma", "db", "database", "tx", "trx", "knex", "orm", "drizzle", "pool", "kysely"}};
    one.check = input_not_validated;
    to.push_back(one);
}

}  // namespace agent::checks
