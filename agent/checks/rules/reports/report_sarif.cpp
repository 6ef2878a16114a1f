#include "agent/checks/rules/reports/reports.hpp"

#include <cctype>
#include <map>

namespace agent::checks {

namespace json = boost::json;

namespace {

json::object text_object(std::string_view text)
{
    json::object out;
    out["text"] = text;
    return out;
}

// A path as a URI reference.
std::string uri_of(std::string_view path)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (char const c : path) {
        auto const u = static_cast<unsigned char>(c);
        bool const plain =
            std::isalnum(u) != 0 || std::string_view("-._~/@").find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += digits[u >> 4];
            out += digits[u & 15];
        }
    }
    return out;
}

json::object artifact(std::string_view path)
{
    json::object out;
    out["uri"] = uri_of(path);
    out["uriBaseId"] = "%SRCROOT%";
    return out;
}

json::array descriptors(std::map<std::string_view, std::size_t>& places)
{
    json::array out;
    for (auto const& rule : describe_rules()) {
        json::object one;
        one["id"] = rule.id;
        one["shortDescription"] = text_object(rule.reason);
        one["helpUri"] = rule.page;
        json::object configuration;
        configuration["level"] = name_of(rule.severity);
        one["defaultConfiguration"] = std::move(configuration);
        places.emplace(rule.id, out.size());
        out.push_back(std::move(one));
    }
    return out;
}

json::object region(text_range const& range)
{
    json::object out;
    out["startLine"] = range.from.line;
    out["startColumn"] = range.from.column;
    out["endLine"] = range.to.line;
    out["endColumn"] = range.to.column;
    return out;
}

json::array fixes_of(finding const& f)
{
    json::array replacements;
    for (auto const& edit : f.fix) {
        json::object deleted;
        deleted["byteOffset"] = edit.begin;
        deleted["byteLength"] = edit.end - edit.begin;
        json::object one;
        one["deletedRegion"] = std::move(deleted);
        if (!edit.text.empty())
            one["insertedContent"] = text_object(edit.text);
        replacements.push_back(std::move(one));
    }
    json::object change;
    change["artifactLocation"] = artifact(f.path);
    change["replacements"] = std::move(replacements);
    json::object fix;
    json::array changes;
    changes.push_back(std::move(change));
    fix["artifactChanges"] = std::move(changes);
    json::array out;
    out.push_back(std::move(fix));
    return out;
}

json::object result_of(finding const& f, std::map<std::string_view, std::size_t> const& places)
{
    json::object physical;
    physical["artifactLocation"] = artifact(f.path);
    physical["region"] = region(f.range);
    json::object location;
    location["physicalLocation"] = std::move(physical);
    json::array locations;
    locations.push_back(std::move(location));
    json::object out;
    out["ruleId"] = f.rule;
    if (auto const place = places.find(f.rule); place != places.end())
        out["ruleIndex"] = place->second;
    out["level"] = name_of(f.severity);
    out["message"] = text_object(f.message);
    out["locations"] = std::move(locations);
    if (!f.fix.empty())
        out["fixes"] = fixes_of(f);
    return out;
}

}  // namespace

json::object report_sarif(std::span<finding const> findings, report_context const& context)
{
    std::map<std::string_view, std::size_t> places;
    json::object driver;
    driver["name"] = "nextjs-backend-engineer";
    if (!context.tool_version.empty())
        driver["semanticVersion"] = context.tool_version;
    driver["rules"] = descriptors(places);
    json::array results;
    for (auto const& f : findings)
        results.push_back(result_of(f, places));
    json::object tool;
    tool["driver"] = std::move(driver);
    json::object run;
    run["tool"] = std::move(tool);
    run["columnKind"] = "unicodeCodePoints";
    run["results"] = std::move(results);
    json::array runs;
    runs.push_back(std::move(run));
    json::object out;
    out["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    out["version"] = "2.1.0";
    out["runs"] = std::move(runs);
    return out;
}

}  // namespace agent::checks
