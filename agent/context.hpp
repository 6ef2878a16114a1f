#pragma once

// The first message of a run: the task, the project and the documentation already looked up. It
// stands after the system blocks, so everything that changes from task to task is here and nothing
// of it is there.

#include "agent/run.hpp"

#include <string>
#include <utility>
#include <vector>

namespace agent {

// Bytes of documentation put in front of a model; the rest is one query_docs away.
inline constexpr std::size_t documentation_budget = 40 << 10;

struct pointed_file {
    std::string path;
    std::string text;  // or, if it could not be read, why
    bool readable = true;
};

std::string render_context(
    run_request const& request,
    std::string const& project,             // render(fingerprint); empty without a project
    std::vector<std::string> const& notes,  // on names that no longer hold; plan_notes
    std::vector<pointed_file> const& files,
    std::vector<lookup> const& documentation,
    std::size_t documentation_bytes);

// What the mode asks for, in one sentence.
std::string_view instruction(run_mode mode);

// A Markdown code block of `text` that its own backticks cannot close; `path` gives the language.
std::string fenced(std::string_view path, std::string_view text);

}  // namespace agent
