#pragma once

// The end of a run, and its gates: the model hands over its answer here, and is refused while a
// package that its staged files import has not been looked up in this run, and while they have
// errors that the checks find. Refusals are bounded, each gate's for itself; what is still missing
// or wrong then is said in the answer.

#include "agent/checks/staged_check.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/limits.hpp"
#include "agent/run.hpp"
#include "agent/tool.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

class finish final : public tool {
public:
    // `project` tells its own import prefixes, which are no packages, and what the checks go by.
    // `known` says whose documentation covers whose: next-auth's that of @auth/core.
    finish(
        staged_edits const& edits,
        lookups const& documentation,
        knowledge const& known,
        fingerprint project,
        run_limits const& limits,
        check_setup checks);

    tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return false; }
    bool bounds_itself() const override { return true; }
    boost::asio::awaitable<tool_answer> run(boost::json::object input) override;
    void restore(boost::json::value const& effect) override;

    // The answer, once the gate let it pass.
    std::optional<final_answer> const& accepted() const { return accepted_; }

    // There is another task, and another answer to come.
    void reopen();

    // Packages that the staged files import and that were never looked up.
    std::vector<std::string> undocumented() const;

    // What the checks say of the files as they are staged now. A run that did not complete is
    // spared those that run something.
    boost::asio::awaitable<verification> verified(bool complete);

private:
    staged_edits const& edits_;
    lookups const& documentation_;
    knowledge known_;
    fingerprint project_;
    run_limits limits_;
    staged_check check_;
    tool_declaration const& declaration_;
    std::optional<final_answer> accepted_;
    int refusals_ = 0;
    int repairs_ = 0;
};

}  // namespace agent
