#pragma once

// The end of a run, and its gate: the model hands over its answer here, and is refused while a
// package that its staged files import has not been looked up in this run. Refusals are bounded;
// what is still missing then is said in the answer.

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
    // `aliases`: the project's own import prefixes, which are no packages. `known` says whose
    // documentation covers whose: next-auth's that of @auth/core.
    finish(
        staged_edits const& edits,
        lookups const& documentation,
        knowledge const& known,
        std::vector<path_alias> aliases,
        run_limits const& limits);

    tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return false; }
    boost::asio::awaitable<tool_answer> run(boost::json::object input) override;
    void restore(boost::json::value const& effect) override;

    // The answer, once the gate let it pass.
    std::optional<final_answer> const& accepted() const { return accepted_; }

    // There is another task, and another answer to come.
    void reopen();

    // Packages that the staged files import and that were never looked up.
    std::vector<std::string> undocumented() const;

private:
    staged_edits const& edits_;
    lookups const& documentation_;
    knowledge known_;
    std::vector<path_alias> aliases_;
    run_limits limits_;
    tool_declaration const& declaration_;
    std::optional<final_answer> accepted_;
    int refusals_ = 0;
};

}  // namespace agent
