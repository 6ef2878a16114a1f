#include "agent/checks/rules/reports/reports.hpp"

#include <algorithm>

namespace agent::checks {

namespace json = boost::json;

namespace {

json::array edits_of(finding const& f)
{
    json::array out;
    for (auto const& edit : f.fix) {
        json::object one;
        one["begin"] = edit.begin;
        one["end"] = edit.end;
        one["text"] = edit.text;
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace

json::object report_json(std::span<finding const> findings, report_context const& context)
{
    json::array list;
    std::size_t errors = 0;
    for (auto const& f : findings) {
        errors += f.severity == severity::error ? 1 : 0;
        json::object one;
        one["rule"] = f.rule;
        one["severity"] = name_of(f.severity);
        one["path"] = f.path;
        one["line"] = f.range.from.line;
        one["column"] = f.range.from.column;
        one["end_line"] = f.range.to.line;
        one["end_column"] = f.range.to.column;
        one["message"] = f.message;
        one["page"] = f.page;
        if (!f.fix.empty())
            one["fix"] = edits_of(f);  // bytes of the file
        list.push_back(std::move(one));
    }
    json::object out;
    out["findings"] = std::move(list);
    out["errors"] = errors;
    out["warnings"] = findings.size() - errors;
    out["files"] = context.files;
    return out;
}

}  // namespace agent::checks
