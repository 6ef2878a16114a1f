#pragma once

// A run of the expert, as values: what was asked, and what came of it. The engineer makes one of
// the other; brief.hpp and report.hpp turn the outcome into Markdown.

#include "agent/checks/verification.hpp"
#include "agent/conversation.hpp"
#include "agent/docs/lookups.hpp"
#include "agent/project/fingerprint.hpp"
#include "agent/project/staged_edits.hpp"
#include "agent/toolbox.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

BOOST_DESCRIBE_ENUM(change_kind, created, modified, deleted)
BOOST_DESCRIBE_STRUCT(file_change, (), (path, kind, text, base_sha256))

// What kind of answer is wanted: changed files, a plan, a review of what is there, an explanation.
enum class run_mode { implement, plan, review, explain };
BOOST_DESCRIBE_ENUM(run_mode, implement, plan, review, explain)

struct run_request {
    std::string task;
    run_mode mode = run_mode::implement;
    std::string project_path;        // empty: the server's project, if it has one
    std::vector<std::string> files;  // paths in the project that the task is about
    std::string model;               // empty: as configured
    std::optional<double> max_cost_usd;
    std::optional<verify_level> verify;  // nothing: the types
    std::optional<bool> apply;           // write the files into the project once they are checked
};
BOOST_DESCRIBE_STRUCT(
    run_request, (), (task, mode, project_path, files, model, max_cost_usd, verify, apply))

// What the expert cannot find out by itself, and what the answer would decide.
struct question {
    std::string question;
    std::optional<std::vector<std::string>> options;
};
BOOST_DESCRIBE_STRUCT(question, (), (question, options))

struct environment_variable {
    std::string name;
    std::string purpose;
};
BOOST_DESCRIBE_STRUCT(environment_variable, (), (name, purpose))

struct required_package {
    std::string name;
    std::string purpose;
};
BOOST_DESCRIBE_STRUCT(required_package, (), (name, purpose))

// What the model hands over with `finish`: the prose of the prompt's Response Format. The files are
// the staged edits themselves, never retold.
struct final_answer {
    std::string approach;
    std::optional<std::string> validation;
    std::optional<std::string> error_handling;
    std::optional<std::vector<environment_variable>> environment_variables;
    std::optional<std::vector<required_package>> packages;
    std::optional<std::string> notes;
    std::optional<std::vector<std::string>> questions;
};
BOOST_DESCRIBE_STRUCT(
    final_answer,
    (),
    (approach, validation, error_handling, environment_variables, packages, notes, questions))

enum class run_status {
    completed,
    brief,        // no model configured: the brief for the host's own model
    needs_input,  // goes on when its questions are answered
    stopped,      // a limit was reached; what was done is kept
    cancelled,    // by whoever asked for it; what was done is kept
    refused,      // by the model
    failed,       // the model could not be asked
};
BOOST_DESCRIBE_ENUM(run_status, completed, brief, needs_input, stopped, cancelled, refused, failed)

// What one turn of the model took.
struct turn_account {
    std::string model;
    token_usage usage;
    std::optional<double> cost_usd;
    int retries = 0;                             // requests before it that failed
    std::optional<std::int64_t> first_token_ms;  // since the request was sent
    std::optional<std::int64_t> time_ms;
};
BOOST_DESCRIBE_STRUCT(turn_account, (), (model, usage, cost_usd, retries, first_token_ms, time_ms))

struct run_account {
    std::string model;
    int turns = 0;
    int retries = 0;
    std::vector<tool_report> tools;
    token_usage usage;  // also of answers that broke, as far as they had said
    std::optional<double>
        cost_usd;  // estimated from a dated price table; nothing for an unknown model
    std::int64_t time_ms = 0;
    std::optional<std::vector<turn_account>> each_turn;
    // Why another model than the first was used, a sentence for each that was given up.
    std::optional<std::vector<std::string>> fallbacks;
};
BOOST_DESCRIBE_STRUCT(
    run_account, (), (model, turns, retries, tools, usage, cost_usd, time_ms, each_turn, fallbacks))

// What came of writing the files into the project.
struct written_files {
    bool applied = false;
    std::vector<std::string> files;  // that were changed, in path order
    std::string message;             // a sentence or two, in every case
};
BOOST_DESCRIBE_STRUCT(written_files, (), (applied, files, message))

struct run_outcome {
    run_status status = run_status::failed;
    std::string reason;  // one sentence: why it failed or stopped, and what to do
    final_answer answer;
    std::vector<question> questions;  // status needs_input
    std::vector<file_change> files;
    std::vector<lookup> documentation;
    std::vector<std::string> undocumented;  // packages used in the files but never looked up
    std::optional<verification> checks;     // of the files; nothing where none is checked
    std::optional<written_files> written;   // nothing: it was not asked for
    run_account account;
    std::string brief;            // status brief: the whole text
    std::string package_manager;  // of the project: npm, pnpm, yarn, bun
};
BOOST_DESCRIBE_STRUCT(
    run_outcome,
    (),
    (status,
     reason,
     answer,
     questions,
     files,
     documentation,
     undocumented,
     checks,
     written,
     account,
     brief,
     package_manager))

// What a watcher is told while a run works: one short line each, safe to show.
using progress_sink = std::function<void(std::string_view)>;

}  // namespace agent
