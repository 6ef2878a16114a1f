#pragma once

// The expert: one task in, one answered task out. It reads the project, has the documentation
// looked up before the first model call, lets the model work with tools on staged edits, and hands
// back what came of it, or what it has to know first. Without a model it stops after the
// documentation and returns the brief. It knows nothing of who is asking, nor of how its log is
// kept: runs (agent/runs/runs.hpp) sees to both.

#include "agent/checks/staged_check.hpp"
#include "agent/docs/documentation.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/front_matter.hpp"
#include "agent/limits.hpp"
#include "agent/model.hpp"
#include "agent/rate_gate.hpp"
#include "agent/run.hpp"
#include "agent/runs/run_log.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace agent {

class sampling_desk;

// The model of one run, and what belongs to it.
struct chosen_model {
    std::unique_ptr<model> with;  // none: answer with the brief
    std::string wish;             // by which it is chosen again
    int max_tokens = 32000;
    std::int64_t context = 0;  // tokens it can hold; 0: unknown
    std::function<std::optional<double>(token_usage const&)> cost;
    rate_gate* gate = nullptr;  // of its credential; kept by whoever made it
    std::string problem;        // one sentence: a model was asked for but cannot be used
    bool may_refuse = false;    // it is a person's who has to agree: where not, there is the brief
    std::vector<chosen_model> fallbacks;  // in this order, for the rest of a run
};

struct engineer_setup {
    agent_file expert;                  // the prompt
    boost::asio::any_io_executor pool;  // for blocking work
    std::vector<std::string> roots;  // folders that may be read; the first is the default project
    knowledge known;                 // of libraries
    std::vector<documentation*> everywhere;  // documentation sources of every run
    // The documentation that ships inside a project, given its folder; kept by whoever made it.
    std::function<documentation*(std::string const& project)> bundled;
    // Chooses the model of a run by the request's wish. May wait, for a key command. The desk is
    // the run's; none: nobody watches who could have a model.
    std::function<boost::asio::awaitable<chosen_model>(std::string wish, sampling_desk* desk)>
        choose_model;
    run_limits limits;
    types_setup types;
    mcp::logger log;
};

class engineer {
public:
    explicit engineer(engineer_setup setup);

    // The request with what this server decides filled in, so that it means the same later and
    // elsewhere.
    run_request settled(run_request request) const;

    // What `log` recalls of this run is not done again, what is done is in it at once; it outlives
    // the call. Throws operation_aborted when cancelled, having stopped every transfer and child
    // call on the way, and what the log throws; everything else that can go wrong is in the
    // outcome.
    boost::asio::awaitable<run_outcome>
    run(run_request request, run_log& log, progress_sink progress, sampling_desk* desk = nullptr);

private:
    boost::asio::awaitable<run_outcome> work(
        run_request const& request,
        chosen_model& with,
        opened_record opened,
        project_root root,
        fingerprint const& facts,
        lookups& documentation,
        run_log& log,
        progress_sink progress);

    engineer_setup s_;
};

}  // namespace agent
