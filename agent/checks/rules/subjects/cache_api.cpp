// What the project's configuration makes of caching: flags, segment options, profiles.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agent::checks {

namespace {

bool cache_components_on(project_facts const& facts)
{
    return facts.cache_components == true;
}

bool no_cache_directive(project_facts const& facts)
{
    return facts.cache_components == false && !facts.has_flag("experimental.useCache") &&
           !facts.has_flag("experimental.dynamicIO");
}

// The whole statement `export const x = …` and its line end, if it declares nothing else.
std::vector<text_edit> without_statement(inspection const& in, export_entry const& entry)
{
    auto const declaration = entry.at.parent().parent();
    auto const statement = declaration.parent();
    if (!statement.is(kind::export_statement) || declaration.child(field::declaration))
        return {};
    std::size_t declared = 0;
    for (auto const one : children(declaration))
        declared += one.is(kind::variable_declarator) ? 1 : 0;
    if (declared != 1)
        return {};
    std::size_t end = statement.end();
    auto const text = in.file.text();
    if (end < text.size() && text[end] == ';')
        ++end;
    if (end < text.size() && text[end] == '\n')
        ++end;
    return {{statement.begin(), end, ""}};
}

void segment_config(inspection& in)
{
    static constexpr std::array<std::string_view, 5> options{
        "dynamic", "dynamicParams", "revalidate", "fetchCache", "runtime"};
    for (auto const& entry : in.file.exports()) {
        bool const option = std::find(options.begin(), options.end(), entry.name) != options.end();
        if (!option || entry.type_only || is_function(entry.value))
            continue;
        std::string_view instead = "cache what may be with 'use cache' and cacheLife()";
        if (entry.name == "runtime")
            instead = "the runtime is Node.js";
        else if (entry.name == "dynamic" && string_value(bare(entry.value)) == "force-dynamic")
            instead = "everything that is not cached runs for each request anyhow";
        else if (entry.name == "dynamicParams")
            instead = "call notFound() for params that do not exist";
        in.report(
            entry.at,
            fmt::format(
                "With cacheComponents the build fails on an exported `{}`: remove it; {}.",
                entry.name,
                instead),
            without_statement(in, entry));
    }
}

void edge_runtime(inspection& in)
{
    for (auto const& entry : in.file.exports()) {
        auto const value = string_value(bare(entry.value));
        if (entry.name == "runtime" && (value == "edge" || value == "experimental-edge"))
            in.report(
                entry.at,
                "The edge runtime is deprecated: remove the export; the code then runs in Node.js.",
                without_statement(in, entry));
    }
}

void needs_flag(inspection& in)
{
    constexpr char message[] =
        "'use cache' does nothing until it is switched on: set cacheComponents: true in "
        "next.config.";
    auto const look = [&](node body) {
        for (auto const statement : children(body)) {
            if (!statement.is(kind::expression_statement) || !statement.first().is(kind::string))
                return;
            auto const found = directive_of(string_value(statement.first()));
            if (found == directive::use_cache || found == directive::use_cache_private) {
                in.report(statement.first(), message);
                return;
            }
        }
    };
    look(in.file.root());
    for (auto const& f : in.file.functions())
        if (f.body.is(kind::statement_block))
            look(f.body);
}

void unknown_profile(inspection& in)
{
    static constexpr std::array<std::string_view, 7> known{
        "default", "seconds", "minutes", "hours", "days", "weeks", "max"};
    for (auto const& c : in.file.calls()) {
        auto const profile = bare(argument(c, 0));
        if (!c.target.is("next/cache", "cacheLife") || !profile.is(kind::string))
            continue;
        auto const name = string_value(profile);
        if (std::find(known.begin(), known.end(), name) == known.end())
            in.report(
                profile,
                fmt::format(
                    "There is no cache profile `{}`: it is one of seconds, minutes, hours, days, "
                    "weeks, max, or has to be declared as cacheLife in next.config.",
                    name));
    }
}

void cache_api_outside(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        bool const life = c.target.is("next/cache", "cacheLife");
        if (!life && !c.target.is("next/cache", "cacheTag"))
            continue;
        auto const where = in.file.place_of(c.at);
        if (where == place::handler || where == place::action || where == place::render ||
            where == place::proxy || where == place::module)
            in.report(
                c.callee,
                fmt::format(
                    "{}() throws outside of cached functions: call it in one that begins with "
                    "'use cache'.",
                    c.target.name));
    }
}

}  // namespace

void add_cache_api_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "segment-config-with-cache-components";
    one.reason = "Cache Components replace segment options: with both the build fails.";
    one.page = "app/guides/migrating-to-cache-components";
    one.since = 16;
    one.condition = "with cacheComponents";
    one.applies = cache_components_on;
    one.roles = {file_role::route, file_role::page, file_role::layout};
    one.words = {{"dynamic", "dynamicParams", "revalidate", "fetchCache", "runtime"}, {"export"}};
    one.check = segment_config;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "edge-runtime";
    one.severity = severity::warning;
    one.reason = "The edge runtime is deprecated.";
    one.page = "app/api-reference/file-conventions/route-segment-config/runtime";
    one.since = 16;
    one.condition = "without cacheComponents";
    one.applies = [](project_facts const& facts) { return !cache_components_on(facts); };
    one.roles = {file_role::route, file_role::page, file_role::layout};
    one.words = {{"runtime"}, {"edge"}};
    one.check = edge_runtime;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "use-cache-without-flag";
    one.reason = "'use cache' needs cacheComponents in next.config.";
    one.page = "app/api-reference/config/next-config-js/cacheComponents";
    one.since = 16;
    one.condition = "without cacheComponents";
    one.applies = no_cache_directive;
    one.words = {{"'use cache'"}};
    one.check = needs_flag;
    to.push_back(one);

    one = {};
    one.id = "unknown-cache-profile";
    one.reason = "cacheLife() throws for a profile that nobody has declared.";
    one.page = "app/api-reference/functions/cacheLife";
    one.since = 16;
    one.condition = "with a next.config that declares no profiles";
    one.applies = [](project_facts const& facts) {
        return facts.cache_components.has_value() && !facts.has_flag("cacheLife");
    };
    one.words = {{"cacheLife"}};
    one.check = unknown_profile;
    to.push_back(one);

    one = {};
    one.id = "cache-api-outside-cache";
    one.reason = "cacheLife() and cacheTag() work in cached functions only.";
    one.page = "app/api-reference/functions/cacheTag";
    one.since = 15;
    one.words = {{"cacheLife", "cacheTag"}};
    one.check = cache_api_outside;
    to.push_back(one);
}

}  // namespace agent::checks
