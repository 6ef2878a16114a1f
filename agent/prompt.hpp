#pragma once

// The system prompt of a run: the expert's own words, and the version notes for this project.
// Deterministic and free of anything that changes during a run, so that it is one cached prefix and
// thinking blocks stay valid (model-apis 6.2, items 21 and 23). Pure.

#include "agent/front_matter.hpp"
#include "agent/project/fingerprint.hpp"

#include <string>
#include <vector>

namespace agent {

enum class audience {
    run,   // our own loop: query_docs, the project tools, finish
    host,  // the host's own model, which has the server's tools and writes the files itself
};

struct prompt_options {
    audience reader = audience::run;
    bool may_edit = true;  // the write tools are there
};

// The notes alone. Only checked names and versions of packages come from the project: everything
// else that its files say belongs into a message, as data (render(fingerprint)). Without a project,
// or if its version is unknown, the notes say so.
std::string version_notes(fingerprint const* project, prompt_options const& options = {});

// Two blocks: the body of the expert's file byte for byte, then the notes.
std::vector<std::string> system_blocks(
    agent_file const& expert, fingerprint const* project, prompt_options const& options = {});

}  // namespace agent
