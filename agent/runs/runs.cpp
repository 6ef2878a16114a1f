#include "agent/runs/runs.hpp"

#include "agent/runs/json_column.hpp"
#include "agent/runs/run_log.hpp"
#include "protocol/random.hpp"
#include "protocol/sha256.hpp"
#include "protocol/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr std::size_t max_task = 200 << 10;             // bytes
constexpr std::chrono::milliseconds sending_time{100};  // of an outcome to who asked for it

wall_time now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

run_row row_for(run_request const& request, std::string principal, std::string const& owner)
{
    run_row out;
    out.id = mcp::random_hex(16);
    out.request = to_column(request);
    out.digest = mcp::sha256_hex(principal + '\n' + out.request);
    out.principal = std::move(principal);
    out.title = mcp::sanitize_line(mcp::redactor()(request.task), 120);
    out.created = out.updated = now();
    out.owner = owner;
    return out;
}

// As a model may be shown it. Throws run_error for what is no task.
std::string checked(std::string text)
{
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw run_error("task: empty. Say what to do, in full sentences.");
    if (text.size() > max_task)
        throw run_error(fmt::format(
            "task: larger than {} bytes. Name files in `files` instead of pasting them.",
            max_task));
    return mcp::sanitize(text);
}

// Of a run that has ended.
bool may_be_given_again(run_row const& row, std::chrono::hours limit)
{
    return row.state == run_state::completed && !row.delivered && now() - row.updated < limit;
}

}  // namespace

std::shared_ptr<run_outcome const> outcome_of(run_row const& row)
{
    if (row.outcome.empty())
        return nullptr;
    return std::make_shared<run_outcome>(from_column<run_outcome>(row.outcome, "outcome"));
}

runs::runs(
    engineer& works,
    journal& kept,
    asio::any_io_executor ex,
    runs_limits limits,
    mcp::logger log,
    project_writer* writer)
    : engineer_(works),
      kept_(kept),
      executor_(std::move(ex)),
      limits_(limits),
      log_(std::move(log)),
      writer_(writer),
      idle_(executor_),
      at_rest_(executor_),
      ending_(executor_)
{
}

runs::~runs() = default;

// The one object of a run, for as long as somebody holds it.
runs::run_ptr runs::adopt(run_row row)
{
    auto& known = known_[row.id];
    if (auto held = known.lock()) {
        // It rested here; another process may have gone on with it.
        bool const moved = !held->driven && held->state != row.state && rests(row.state);
        if (moved) {
            held->outcome = outcome_of(row);
            held->delivered = row.delivered;
            held->turn_to(row.state);
        }
        return held;
    }
    auto request = from_column<run_request>(row.request, "request");
    auto outcome = outcome_of(row);
    auto run = std::make_shared<live_run>(executor_, std::move(row), std::move(request));
    run->outcome = std::move(outcome);
    known = run;
    std::erase_if(known_, [](auto const& entry) { return entry.second.expired(); });
    return run;
}

awaitable<runs::run_ptr> runs::begin(run_request request, std::string principal, bool sampling)
{
    request.task = checked(std::move(request.task));
    auto row = row_for(engineer_.settled(std::move(request)), std::move(principal), kept_.self());
    bool const full = waiting_.size() >= limits_.waiting;
    // One transaction: of two who ask the same at once, in two processes even, one makes it.
    auto find_or_create =
        [&row, full, limit = limits_.undelivered, given = marking_](run_store& s) {
            auto same = s.find_same(row.principal, row.digest);
            if (same && has_ended(same->state) &&
                (given.contains(same->id) || !may_be_given_again(*same, limit)))
                same.reset();
            if (!same && !full)
                s.create(row);
            return same;
        };
    auto same = co_await kept_.with(find_or_create);
    if (same) {
        auto run = adopt(std::move(*same));
        co_await go_on(run);
        co_return run;
    }
    if (full)
        throw run_error(fmt::format(
            "Busy: {} runs wait for a place already. Try again when some have ended.",
            waiting_.size()));
    auto run = adopt(std::move(row));
    run->desk.offered = sampling;
    changed(*run, change::begun);
    start(run);
    co_return run;
}

awaitable<runs::run_ptr> runs::find(std::string id, std::string principal)
{
    auto look = [&id](run_store& s) { return s.find(id); };
    auto row = co_await kept_.with(look);
    if (!row || row->principal != principal)
        co_return nullptr;
    auto run = adopt(*row);
    if (!run->rests() && !run->driven) {
        run->elsewhere = row->owner != kept_.self();
        if (run->elsewhere)
            start(run);
        else
            run->turn_to(run_state::interrupted);
    }
    co_return run;
}

awaitable<void> runs::go_on(run_ptr run, bool also_failed)
{
    bool const again = run->state == run_state::interrupted ||
                       (also_failed && run->state == run_state::failed) ||
                       (!run->rests() && !run->driven);
    if (!again || run->driven)
        co_return;
    auto const mine = co_await lease(run);
    if (run->driven)
        co_return;
    run->elsewhere = !mine;
    run->turn_to(run_state::queued);
    start(run);
}

awaitable<bool> runs::lease(run_ptr run)
{
    auto take = [&run, this](run_store& s) { return s.take(run->id, kept_.self()); };
    co_return co_await kept_.with(take);
}

awaitable<void> runs::say(run_ptr run, std::string text)
{
    bool const answers = run->state == run_state::waiting_for_input;
    if (!run->rests() || run->driven)
        throw run_error("This run is at work. Wait for its result, or cancel it first.");
    if (!answers && !has_ended(run->state))
        throw run_error("This run was interrupted: ask for its result first, then say this again.");
    if (run->outcome && run->outcome->status == run_status::brief)
        throw run_error("This was a brief, not a conversation: call the tool with the whole task.");
    text = checked(std::move(text));
    auto const record = answers ? encoded(answer_record{std::move(text)})
                                : encoded(follow_up_record{std::move(text)});
    // One transaction: nobody else can say something in between.
    auto write = [&](run_store& s) -> std::int64_t {
        if (!s.take(run->id, kept_.self()))
            return 0;
        return s.append(run->id, record.first, record.second);
    };
    run->driven = true;  // by us, from here on
    try {
        run->leg = co_await kept_.with(write);
    } catch (...) {
        run->driven = false;
        throw;
    }
    run->driven = false;
    if (run->leg == 0)
        throw run_error("Another server works on this run. Wait for its result.");
    run->outcome.reset();
    run->delivered = run->elsewhere = false;
    run->turn_to(run_state::queued);
    start(run);
}

bool runs::cancel_here(run_ptr const& run, std::string why)
{
    if (std::ranges::find(driven_, run) == driven_.end() || run->elsewhere)
        return false;
    if (!stopping_ && run->cancelled.empty())
        run->cancelled = std::move(why);
    interrupt(run);
    return true;
}

// Behind its first step, before which it cannot be cancelled (patient_executor.hpp). One that was
// begun anew meanwhile is not meant.
void runs::interrupt(run_ptr const& run)
{
    asio::post(executor_, [run, all = stopping_] {
        if (run->driven && (all || !run->cancelled.empty()))
            run->stop.emit(asio::cancellation_type::terminal);
    });
}

awaitable<void> runs::cancel(run_ptr run, std::string why)
{
    if (cancel_here(run, why))
        co_return;
    if (has_ended(run->state))
        co_return;
    bool mine = false;
    if (run->rests())
        mine = co_await lease(run);
    if (!mine) {
        auto ask = [&run](run_store& s) { s.request_cancel(run->id); };
        co_await kept_.with(ask);
        co_return;
    }
    auto outcome = co_await unfinished(run, run_status::cancelled, std::move(why));
    co_await end(run, run_state::cancelled, std::move(outcome));
}

void runs::set_delivered(run_ptr const& run)
{
    if (run->delivered)
        return;
    run->delivered = true;
    marking_.insert(run->id);
    auto marked = [this, id = run->id](std::exception_ptr const& failure) {
        marking_.erase(id);
        if (failure)
            log_.error("a result that was delivered could not be marked as such");
        idle_.notify();
    };
    asio::co_spawn(executor_, mark_delivered(run), marked);
}

awaitable<void> runs::mark_delivered(run_ptr run)
{
    if (!stopping_)
        co_await mcp::wait_for(ending_, sending_time);
    if (!run->delivered)
        co_return;  // it goes on meanwhile, with another task
    auto mark = [&run](run_store& s) { s.set_delivered(run->id); };
    co_await kept_.with(mark);
}

awaitable<std::vector<run_row>> runs::list(std::optional<std::string> principal, std::size_t most)
{
    auto look = [&](run_store& s) {
        auto const whose = principal ? std::optional<std::string_view>(*principal) : std::nullopt;
        return s.list(whose, most);
    };
    co_return co_await kept_.with(look);
}

awaitable<std::vector<run_record>> runs::records(std::string id)
{
    auto look = [&id](run_store& s) { return s.records(id, 0); };
    co_return co_await kept_.with(look);
}

awaitable<void> runs::remove(run_ptr run)
{
    if (!run->rests() || run->driven)
        throw run_error("This run is at work. Cancel it first.");
    auto erase = [&run](run_store& s) { s.remove(run->id); };
    co_await kept_.with(erase);
    if (writer_)
        co_await writer_->forget(run->id);
    known_.erase(run->id);
    changed(*run, change::removed);
}

void runs::stop()
{
    stopping_ = true;
    ending_.notify();
    auto const all = driven_;
    for (auto const& run : all)
        interrupt(run);
}

awaitable<void> runs::stopped()
{
    stop();
    while (!driven_.empty() || !marking_.empty() || heeding_)
        co_await idle_.wait();
}

void runs::changed(live_run const& run, change what) const
{
    if (on_change_)
        on_change_(run, what);
}

}  // namespace agent
