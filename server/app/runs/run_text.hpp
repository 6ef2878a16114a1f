#pragma once

// What a host's model reads about a run: its result, where it stands, what it asks. Text, because
// large hosts show their model nothing else; at most 30 KB, the rest by resource links
// (reference/hosts-and-domain.md 3.2, 3.4). Everything here has been through the redactor.

#include "agent/runs/live_run.hpp"
#include "protocol/input.hpp"
#include "protocol/text.hpp"
#include "protocol/tools.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace app {

inline constexpr char run_file_template[] = "run://{run_id}/files/{+path}";
inline constexpr std::size_t longest_result = 30'000;  // bytes of text

std::string run_uri(std::string_view id, std::string_view part = {});
std::string run_file_uri(std::string const& id, std::string const& path);

// Of a run that has ended. `problem`: why it will not survive the server, if it will not.
mcp::CallToolResult
run_result(agent::live_run const& run, std::string const& problem, mcp::redactor const& redact);

// Of a run that asks somebody who can only be shown the questions.
mcp::CallToolResult open_questions(agent::live_run const& run, mcp::redactor const& redact);

// Of a run that works: where it stands, what is new since `told`, and what to call next.
// `handed_over`: the caller had waited for the result itself.
mcp::CallToolResult where_it_stands(
    agent::live_run const& run,
    std::uint64_t told,
    std::chrono::seconds next_wait,
    bool handed_over,
    mcp::redactor const& redact);

// One line each, with its options.
std::string numbered(std::vector<agent::question> const& questions);

// The questions as a form, and what was filled in, as the model is told.
mcp::InputRequest question_form(std::vector<agent::question> const& questions);
std::string
filled_in(std::vector<agent::question> const& questions, mcp::ElicitResult const& answer);

}  // namespace app
