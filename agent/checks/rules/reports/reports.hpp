#pragma once

// Findings for people, for scripts, and for what shows them in a pull request. Pure, and the same
// for the same findings; they come in the order of check_rules.

#include "agent/checks/rules/finding.hpp"
#include "agent/checks/rules/rules.hpp"
#include "protocol/json.hpp"

#include <span>
#include <string>
#include <string_view>

namespace agent::checks {

struct report_context {
    std::size_t files = 0;     // how many were checked
    std::string tool_version;  // of SARIF's driver
    std::size_t frames = 200;  // findings shown with their code; the others are a line each
};

// A place, a sentence, the lines around it, the page; the last line sums up. `files` hold the text
// that the findings are of. What is secret is covered.
std::string report_text(
    std::span<finding const> findings,
    std::span<checked_file const> files,
    report_context const& context);

// {"findings": [{rule, severity, path, line, column, end_line, end_column, message, page, fix?}],
//  "errors": 1, "warnings": 0, "files": 12}
boost::json::object report_json(std::span<finding const> findings, report_context const& context);

// SARIF 2.1.0: one run, every rule described; paths are relative to %SRCROOT%.
boost::json::object report_sarif(std::span<finding const> findings, report_context const& context);

// "2 errors and 1 warning in 14 files".
std::string summary(std::span<finding const> findings, std::size_t files);

}  // namespace agent::checks
