// What has gone, or has another name now.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agent::checks {

namespace {

struct renamed {
    std::string_view module;
    std::string_view name;
    std::string_view now;
    std::string_view advice;
};

constexpr std::array<renamed, 4> moved{
    {{"next/cache", "unstable_cacheLife", "cacheLife", ""},
     {"next/cache", "unstable_cacheTag", "cacheTag", ""},
     {"next/server", "unstable_after", "after", ""},
     {"next/server", "unstable_rootParams", "", "import the parameter from 'next/root-params'"}}};

void unstable_names(inspection& in)
{
    for (auto const& b : in.file.bindings()) {
        auto const found = std::find_if(moved.begin(), moved.end(), [&](renamed const& one) {
            return b.from.is(one.module, one.name);
        });
        if (found == moved.end())
            continue;
        auto const specifier = b.at.parent();
        auto const name = specifier.child(field::name);
        std::vector<text_edit> fix;
        // With an alias its uses stay as they are; without one they keep the old name as alias.
        if (!found->now.empty() && specifier.is(kind::import_specifier)) {
            auto text = std::string(found->now);
            if (!specifier.child(field::alias))
                text += " as " + std::string(found->name);
            fix.push_back({name.begin(), name.end(), text});
        }
        in.report(
            specifier,
            found->now.empty()
                ? fmt::format("{} has been removed: {}.", found->name, found->advice)
                : fmt::format("{} is stable now: import `{}`.", found->name, found->now),
            std::move(fix));
    }
}

void request_geo(inspection& in)
{
    for (auto const& b : in.file.bindings()) {
        if (!b.parameter || b.destructured)
            continue;
        auto const* f = in.file.function_at(b.scope);
        bool const first =
            f && (f->parameters == b.at || f->parameters.first().child(field::pattern) == b.at);
        bool const handler =
            first &&
            ((in.file.role() == file_role::route && is_http_method(f->exported)) ||
             ((in.file.role() == file_role::proxy || in.file.role() == file_role::middleware) &&
              !f->exported.empty()));
        if (!handler)
            continue;
        for (auto const n : below(f->body)) {
            if (!n.is(kind::member_expression))
                continue;
            auto const object = n.child(field::object);
            auto const name = n.child(field::property).text();
            if ((name == "geo" || name == "ip") && object.is(kind::identifier) &&
                object.text() == b.name && in.file.lookup(object) == &b)
                in.report(
                    n,
                    fmt::format(
                        "NextRequest has no `{0}` since Next.js 15: ask the platform ({1} of "
                        "@vercel/functions), or read the header that your proxy sets.",
                        name,
                        name == "geo" ? "geolocation()" : "ipAddress()"));
        }
    }
}

void pages_router_in_app(inspection& in)
{
    if (!in_app_directory(in.file.path()))
        return;
    for (auto const& b : in.file.bindings())
        if (b.from.module == "next/router")
            in.report(
                b.at,
                "next/router is of the Pages Router and throws below app/: use next/navigation "
                "(useRouter, usePathname, useSearchParams).");
    for (auto const& entry : in.file.exports())
        for (std::string_view const name :
             {"getServerSideProps", "getStaticProps", "getStaticPaths"})
            if (entry.name == name && in.file.role() != file_role::other)
                in.report(
                    entry.at,
                    fmt::format(
                        "{} is of the Pages Router and fails the build below app/: {}.",
                        name,
                        name == "getStaticPaths" ? "export generateStaticParams"
                                                 : "get the data in the async component itself"));
}

struct gone_option {
    std::string_view name;  // "experimental.dynamicIO"
    int since;
    std::string_view now;
};

constexpr std::array<gone_option, 12> options{
    {{"serverRuntimeConfig", 16, "read environment variables on the server"},
     {"publicRuntimeConfig", 16, "use NEXT_PUBLIC_ variables, or pass values as props"},
     {"eslint", 16, "`next build` lints no more: run eslint itself"},
     {"amp", 16, "AMP is gone"},
     {"skipMiddlewareUrlNormalize", 16, "it is called skipProxyUrlNormalize"},
     {"experimental.dynamicIO", 16, "set cacheComponents: true"},
     {"experimental.useCache", 16, "set cacheComponents: true"},
     {"experimental.ppr", 16, "set cacheComponents: true"},
     {"experimental.turbo", 16, "it is called turbopack, outside of experimental"},
     {"experimental.serverComponentsExternalPackages", 15, "it is called serverExternalPackages"},
     {"experimental.after", 15, "after() needs no flag"},
     {"experimental.instrumentationHook", 15, "instrumentation.ts needs no flag"}}};

// The configuration's own object: what is exported, through a name or a function or a wrapper.
node configuration(inspection const& in)
{
    node value;
    for (auto const& entry : in.file.exports())
        if (entry.name == "default")
            value = entry.value;
    if (!value)
        for (auto const n : below(in.file.root()))
            if (n.is(kind::assignment_expression) &&
                n.child(field::left).text() == "module.exports")
                value = n.child(field::right);
    for (int step = 0; step < 4; ++step) {
        value = in.file.value_of(value);
        if (!value.is(kind::call_expression))
            break;
        value = value.child(field::arguments).first();
    }
    return value.is(kind::object) ? value : node();
}

void removed_options(inspection& in)
{
    auto const whole = configuration(in);
    for (auto const& option : options) {
        if (!in.facts.at_least(option.since))
            continue;
        auto name = option.name;
        auto object = whole;
        if (auto const dot = name.find('.'); dot != std::string_view::npos) {
            object = in.file.value_of(property(object, name.substr(0, dot)));
            name.remove_prefix(dot + 1);
        }
        auto const value = property(object, name);
        if (value)
            in.report(
                value.is(kind::shorthand_property_identifier) ? value : value.parent(),
                fmt::format("Next.js has no option {} any more: {}.", option.name, option.now));
    }
}

}  // namespace

void add_upgrade_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "unstable-name";
    one.severity = severity::warning;
    one.reason = "Functions that were unstable have another name, or have gone.";
    one.page = "app/guides/upgrading/version-16";
    one.since = 16;
    one.words = {
        {"unstable_cacheLife", "unstable_cacheTag", "unstable_after", "unstable_rootParams"}};
    one.check = unstable_names;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "request-geo-ip";
    one.reason = "NextRequest.geo and .ip were removed in Next.js 15.";
    one.page = "app/guides/upgrading/version-15";
    one.since = 15;
    one.roles = {file_role::route, file_role::proxy, file_role::middleware};
    one.words = {{"geo", "ip"}};
    one.check = request_geo;
    to.push_back(one);

    one = {};
    one.id = "pages-router-in-app";
    one.reason = "What the Pages Router has does not work below app/.";
    one.page = "app/guides/migrating/app-router-migration";
    one.words = {{"router", "getServerSideProps", "getStaticProps", "getStaticPaths"}};
    one.phrases = {"next/router", "getServerSideProps", "getStaticProps", "getStaticPaths"};
    one.check = pages_router_in_app;
    to.push_back(one);

    one = {};
    one.id = "removed-config-option";
    one.severity = severity::warning;
    one.reason = "Options that have gone do nothing, or stop the build.";
    one.page = "app/guides/upgrading/version-16";
    one.since = 15;
    one.roles = {file_role::next_config};
    one.check = removed_options;
    to.push_back(one);
}

}  // namespace agent::checks
