#pragma once

// The command-line programs that a subscription comes with, as far as one answer of their model
// needs them: how each is called without its own tools, settings and MCP servers (which could be
// us), and what it prints. Pure. Source: `claude --help` 2.1.330, `codex exec --help` 0.169.0.

#include "agent/model.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct cli_answer {
    std::string text;
    std::string session;  // by which the program goes on with this conversation
    std::string model;
    token_usage usage;  // of this answer, or of the session up to here (usage_adds_up)
};

struct cli_program {
    std::string_view name;  // of the executable
    bool usage_adds_up = false;
    // What it is called with to answer what stands on its stdin. `model`: empty for its own
    // default. `session`: of the answer before; empty for a new conversation. `instructions` is a
    // file in place of the program's own.
    std::vector<std::string> (*arguments)(
        std::string const& model, std::string const& session, std::string const& instructions);
    // Nothing it prints is an answer: an error that says to run what.
    boost::system::result<cli_answer, model_error> (*read)(std::string_view output);
};

extern cli_program const claude_cli;
extern cli_program const codex_cli;

// The environment of such a program: without the keys of model APIs, which would be used in place
// of the subscription, and without what tells it that it is inside of another one.
std::vector<std::string> cli_environment(char const* const* environment);

// Set for such a program, and so for a server that it starts: that one must not ask it again.
inline constexpr char inside_variable[] = "NEXTJS_BACKEND_ENGINEER_INSIDE";

}  // namespace agent
