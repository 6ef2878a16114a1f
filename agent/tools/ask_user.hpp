#pragma once

// A question to whoever asked for the work: the run waits for the answer, outside of memory, and
// goes on with it (run_log::answer). Rounds are bounded; after the last one the model decides and
// says what it assumed.

#include "agent/limits.hpp"
#include "agent/run.hpp"
#include "agent/tool.hpp"

#include <vector>

namespace agent {

class run_log;

class ask_user final : public tool {
public:
    ask_user(run_log const& log, run_limits const& limits);

    tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return false; }
    boost::asio::awaitable<tool_answer> run(boost::json::object input) override;
    void restore(boost::json::value const&) override { ++rounds_; }

    // What waits for an answer.
    std::vector<question> const& open() const { return open_; }

private:
    run_log const& log_;
    int most_rounds_;
    tool_declaration declaration_;
    std::vector<question> open_;
    int rounds_ = 0;
};

}  // namespace agent
