// proxy.ts and what it was before.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent::checks {

namespace {

export_entry const* exported(inspection const& in, std::string_view name)
{
    auto const& all = in.file.exports();
    auto const found = std::find_if(
        all.begin(), all.end(), [name](export_entry const& entry) { return entry.name == name; });
    return found == all.end() ? nullptr : &*found;
}

node config_object(inspection const& in)
{
    auto const* entry = exported(in, "config");
    return entry ? bare(entry->value) : node();
}

void middleware_file(inspection& in)
{
    for (std::string_view const runtime : {"edge", "experimental-edge"})
        if (string_value(bare(property(config_object(in), "runtime"))) == runtime)
            return;  // the one reason to stay
    auto const* entry = exported(in, "middleware");
    std::string const message =
        "middleware.ts is deprecated: rename the file to proxy.ts and the function to `proxy` "
        "(`npx @next/codemod@canary middleware-to-proxy .`). It runs in Node.js then.";
    if (entry && entry->at)
        in.report(entry->at, message);
    else
        in.report(span{0, 0}, message);
}

void both_files(inspection& in)
{
    auto const path = std::string(in.file.path());
    auto const folder =
        path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    for (auto const* extension : {".ts", ".js", ".mts", ".mjs"})
        if (in.files.exists(folder + "proxy" + extension)) {
            in.report(
                span{0, 0},
                "There are both middleware and proxy, which fails the build: move what this one "
                "does to proxy.ts, and delete it.");
            return;
        }
}

void proxy_runtime(inspection& in)
{
    constexpr char message[] =
        "Proxy runs in Node.js, and a runtime set in its file fails the build: remove it.";
    if (auto const* entry = exported(in, "runtime"); entry && !is_function(entry->value))
        in.report(entry->at, message);
    auto const object = config_object(in);
    auto const value = property(object, "runtime");
    if (!value)
        return;
    auto const pair = value.parent();
    std::vector<text_edit> fix;
    if (pair.is(kind::pair)) {
        std::size_t end = pair.end();
        auto const text = in.file.text();
        while (end < text.size() && (text[end] == ' ' || text[end] == ','))
            ++end;
        fix.push_back({pair.begin(), end, ""});
    }
    in.report(pair.is(kind::pair) ? pair : value, message, std::move(fix));
}

void proxy_export(inspection& in)
{
    auto const* named = exported(in, "proxy");
    auto const* plain = exported(in, "default");
    if (named || plain || exported(in, "*"))
        return;
    auto const text = in.file.text();
    if (text.find("module.exports") != std::string_view::npos)
        return;
    if (auto const* old = exported(in, "middleware")) {
        in.report(
            old->at,
            "In proxy.ts the function is called `proxy`: this one is never run.",
            old->value && old->value.child(field::name) == old->at
                ? std::vector<text_edit>{{old->at.begin(), old->at.end(), "proxy"}}
                : std::vector<text_edit>());
        return;
    }
    in.report(span{0, 0}, "proxy.ts has to export a function, named `proxy` or as the default.");
}

bool is_constant(node value)
{
    for (auto const n : below(value)) {
        if (n.is(kind::template_substitution, kind::call_expression, kind::spread_element))
            return false;
        if (n.is(kind::identifier, kind::shorthand_property_identifier))
            return false;
        // "/a/" + path
        if (n.is(kind::binary_expression, kind::ternary_expression))
            return false;
    }
    return true;
}

void dynamic_matcher(inspection& in)
{
    auto const value = property(config_object(in), "matcher");
    if (value && !is_constant(value))
        in.report(
            value,
            "A matcher is read at build time, and anything but plain strings is ignored: write the "
            "paths out.");
}

}  // namespace

void add_proxy_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "middleware-file";
    one.severity = severity::warning;
    one.reason = "middleware.ts is proxy.ts since Next.js 16.";
    one.page = "app/guides/upgrading/version-16";
    one.since = 16;
    one.roles = {file_role::middleware};
    one.check = middleware_file;
    to.push_back(one);

    one = {};
    one.id = "middleware-and-proxy";
    one.reason = "A project has one of middleware and proxy.";
    one.page = "app/api-reference/file-conventions/proxy";
    one.since = 16;
    one.roles = {file_role::middleware};
    one.check = both_files;
    to.push_back(one);

    one = {};
    one.id = "proxy-runtime";
    one.reason = "Proxy's runtime is Node.js and cannot be set.";
    one.page = "app/api-reference/file-conventions/proxy";
    one.since = 16;
    one.roles = {file_role::proxy};
    one.words = {{"runtime"}};
    one.check = proxy_runtime;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "proxy-export";
    one.reason = "proxy.ts exports one function: `proxy`, or the default.";
    one.page = "app/api-reference/file-conventions/proxy";
    one.since = 16;
    one.roles = {file_role::proxy};
    one.check = proxy_export;
    one.fixable = true;
    to.push_back(one);

    one = {};
    one.id = "matcher-not-constant";
    one.reason = "Matchers are analyzed at build time.";
    one.page = "app/api-reference/file-conventions/proxy";
    one.roles = {file_role::proxy, file_role::middleware};
    one.words = {{"matcher"}};
    one.check = dynamic_matcher;
    to.push_back(one);
}

}  // namespace agent::checks
