// How a run is driven: its place among those at work, its work, its end.

#include "agent/runs/json_column.hpp"
#include "agent/runs/recorded.hpp"
#include "agent/runs/run_log.hpp"
#include "agent/runs/runs.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

run_state state_after(run_status status)
{
    switch (status) {
    case run_status::completed:
    case run_status::brief:
        return run_state::completed;
    case run_status::needs_input:
        return run_state::waiting_for_input;
    case run_status::cancelled:
        return run_state::cancelled;
    case run_status::stopped:
    case run_status::refused:
    case run_status::failed:
        break;
    }
    return run_state::failed;
}

std::string text_of(std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& e) {
        return e.what();
    } catch (...) {
        return "unknown";
    }
}

}  // namespace

void runs::start(run_ptr const& run)
{
    if (run->driven || stopping_)
        return;
    run->driven = true;
    run->cancelled.clear();
    driven_.push_back(run);
    if (!std::exchange(heeding_, true)) {
        auto deaf = [this](std::exception_ptr const& failure) {
            if (failure)
                heeding_ = false;
            idle_.notify();
        };
        asio::co_spawn(executor_, heed_others(), deaf);
    }
    auto ended = [this, run](std::exception_ptr const& failure) {
        run->driven = run->granted = false;
        if (failure && !(run->elsewhere && stopping_))
            log_.error(fmt::format("run {}: {}", run->id, text_of(failure)));
        if (!run->rests())
            run->turn_to(run_state::interrupted);
        std::erase(driven_, run);
        if (driven_.empty())
            at_rest_.notify();
        idle_.notify();
    };
    asio::co_spawn(
        executor_, drive(run), asio::bind_cancellation_slot(run->stop.slot(), std::move(ended)));
}

awaitable<void> runs::drive(run_ptr run)
{
    if (run->elsewhere) {
        auto const mine = co_await watch_elsewhere(run);
        if (!mine)
            co_return;
    }
    run_outcome outcome;
    std::exception_ptr failure;
    try {
        co_await take_place(run);
        outcome = co_await work(run);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    give_place_on(*run);
    if (failure) {
        if (stopping_ && run->cancelled.empty()) {
            auto leave = [&run](run_store& s) {
                s.set_state(run->id, run_state::interrupted, std::nullopt);
            };
            co_await kept_.with(leave);
            run->turn_to(run_state::interrupted);
            co_return;
        }
        bool const wanted = !run->cancelled.empty();
        auto reason = run->cancelled;
        if (!wanted)
            reason = "Failed inside: " + text_of(failure);
        auto const status = wanted ? run_status::cancelled : run_status::failed;
        outcome = co_await unfinished(run, status, std::move(reason));
    }
    auto const state = state_after(outcome.status);
    co_await end(run, state, std::move(outcome));
}

awaitable<run_outcome> runs::work(run_ptr run)
{
    auto begin = [&run](run_store& s) {
        s.set_state(run->id, run_state::working, std::nullopt);
        return s.records(run->id, 0);
    };
    auto records = co_await kept_.with(begin);
    run->turn_to(run_state::working);
    changed(*run, change::turned);

    run_log log([this, &run](std::string_view kind, std::string payload) -> awaitable<void> {
        auto write = [&](run_store& s) { s.append(run->id, kind, payload); };
        co_await kept_.with(write);
    });
    for (auto const& record : records)
        log.recall(record.kind, record.payload);
    records.clear();
    auto progress = [this, &run](std::string_view text) {
        run->tell(text);
        changed(*run, change::said);
    };
    auto out = co_await engineer_.run(run->request, log, progress, &run->desk);
    if (run->request.apply.value_or(false) && out.status == run_status::completed &&
        !out.files.empty()) {
        progress("Writing the files into the project");
        out.written = co_await write(run, out);
    }
    co_return out;
}

awaitable<written_files> runs::write(run_ptr run, run_outcome& outcome)
{
    written_files out;
    if (!writer_) {
        out.message = "Nothing was written: this server was not started with --allow-write.";
        co_return out;
    }
    if (outcome.checks && has_errors(*outcome.checks)) {
        out.message = fmt::format(
            "Nothing was written: the checks find errors in the files. "
            "`nextjs-backend-engineer runs apply {}` writes them all the same.",
            run->id.substr(0, 12));
        co_return out;
    }
    auto const records = co_await this->records(run->id);
    auto const project = project_of(records);
    auto result = co_await writer_->apply(run->id, project, outcome.files);
    out.applied = result.outcome == apply_outcome::applied;
    if (out.applied && !stopping_) {
        auto row = co_await writer_->compile(project, result.files);
        if (!outcome.checks)
            outcome.checks.emplace();
        outcome.checks->push_back(std::move(row));
    }
    out.files = std::move(result.files);
    out.message = std::move(result.message);
    co_return out;
}

// With what was done until then.
awaitable<run_outcome> runs::unfinished(run_ptr run, run_status status, std::string reason)
{
    auto const records = co_await this->records(run->id);
    run_outcome out;
    out.status = status;
    out.reason = std::move(reason);
    out.files = files_of(records);
    out.documentation = documentation_of(records);
    co_return out;
}

awaitable<void> runs::end(run_ptr run, run_state state, run_outcome outcome)
{
    auto const kept = std::make_shared<run_outcome const>(std::move(outcome));
    auto const text = to_column(*kept);
    auto write = [&](run_store& s) { s.set_state(run->id, state, text); };
    co_await kept_.with(write);
    run->outcome = kept;
    run->turn_to(state);
    changed(*run, change::turned);
}

// Another process drives it: what it says stays there, how it stands is seen here. Whether it is
// ours from now on, since that process died under the eyes of somebody who waits for the result.
awaitable<bool> runs::watch_elsewhere(run_ptr run)
{
    run->tell("Another server works on this run");
    auto look = [&run](run_store& s) { return s.find(run->id); };
    for (;;) {
        auto row = co_await kept_.with(look);
        if (!row)
            throw run_error("The run was removed.");
        if (row->state == run_state::working || row->state == run_state::queued) {
            co_await mcp::sleep_for(limits_.glance);
            continue;
        }
        if (row->state == run_state::interrupted && run->watchers > 0) {
            auto const mine = co_await lease(run);
            if (!mine)
                continue;  // somebody else was faster
            run->elsewhere = false;
            co_return true;
        }
        run->outcome = outcome_of(*row);
        run->turn_to(row->state);
        co_return false;
    }
}

// Other processes reach a run that this one drives through the journal alone. Until no run is
// driven.
awaitable<void> runs::heed_others()
{
    auto look = [this](run_store& s) { return s.cancel_requests(kept_.self()); };
    while (!driven_.empty()) {
        co_await mcp::wait_for(at_rest_, limits_.glance);
        if (driven_.empty())
            break;
        auto const unwanted = co_await kept_.with(look);
        auto const all = driven_;
        for (auto const& run : all)
            if (std::ranges::find(unwanted, run->id) != unwanted.end())
                cancel_here(run, "Cancelled by way of another server.");
    }
    heeding_ = false;  // before anything else runs: the next start() begins anew
}

awaitable<void> runs::take_place(run_ptr run)
{
    if (at_work_ < limits_.at_once) {
        ++at_work_;
        run->granted = true;
        co_return;
    }
    waiting_.push_back(run);
    tell_places();
    while (!run->granted)
        co_await run->changed.wait();
}

// Whether it had one or waited for one.
void runs::give_place_on(live_run const& run)
{
    std::erase_if(waiting_, [&](run_ptr const& other) { return other.get() == &run; });
    if (!run.granted)
        return tell_places();
    --at_work_;
    if (waiting_.empty())
        return;
    auto const next = waiting_.front();
    waiting_.pop_front();
    ++at_work_;
    next->granted = true;
    next->changed.notify();
    tell_places();
}

void runs::tell_places() const
{
    for (std::size_t ahead = 0; ahead < waiting_.size(); ++ahead)
        waiting_[ahead]->tell(fmt::format(
            "Waiting for a place: {} run{} before this one",
            ahead + at_work_,
            ahead + at_work_ == 1 ? "" : "s"));
}

}  // namespace agent
