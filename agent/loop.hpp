#pragma once

// The model loop: ask the model, run the tools it wants, answer every call, repeat, until it
// finishes, asks the user, or a limit ends it. What the log recalls was asked and run before, and
// is gone through again without doing so. It knows nothing of projects or documentation; those are
// behind the tools. Stop reasons, limits and nudges: model-apis 1.5 and 6.2 items 13 to 19.

#include "agent/limits.hpp"
#include "agent/model.hpp"
#include "agent/rate_gate.hpp"
#include "agent/run.hpp"
#include "agent/runs/run_log.hpp"
#include "agent/toolbox.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace agent {

struct loop_result {
    run_status status = run_status::failed;
    std::string reason;  // one sentence, if it did not complete
    std::string text;    // the visible text of the last turn
    run_account account;
};

// A model that a run may be asked of.
struct loop_model {
    model* with = nullptr;
    int max_tokens = 32000;
    std::int64_t context = 0;  // tokens it can hold; 0: unknown
    std::function<std::optional<double>(token_usage const&)>
        cost;                   // of one turn; nothing for an unknown model
    rate_gate* gate = nullptr;  // of its credential
};

struct loop_setup {
    std::vector<loop_model> models;  // the first, and those to fall back on, in this order
    toolbox& tools;
    std::vector<std::string> const& system;
    std::string first_message;
    run_limits limits;
    std::function<bool()> finished;     // whether the answer was handed over
    std::function<bool()> must_finish;  // whether plain text is no answer yet
    std::function<bool()> asks;         // whether the user has to answer first
    std::function<void()> go_on;        // told before a run that had ended gets another task
    progress_sink progress;
    run_log& log;
};

// Throws only operation_aborted, when cancelled.
boost::asio::awaitable<loop_result> run_loop(loop_setup setup);

}  // namespace agent
