#include "server/app/runs/delivery.hpp"

#include "protocol/rpc/async.hpp"
#include "server/app/runs/run_text.hpp"
#include "server/tasks/task_store.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <charconv>

namespace app {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

namespace {

constexpr char questions_key[] = "questions";
constexpr char sampling_key[] = "sampling";
constexpr std::size_t id_size = 32;
constexpr auto longest_sampling = 20min;  // of a task
constexpr auto longest_silence = 8s;      // some clients give up after 10 s

// Counted among a run's watchers for as long as it lives.
struct watcher {
    explicit watcher(agent::live_run& r) : run(r) { ++run.watchers; }
    watcher(watcher const&) = delete;
    watcher& operator=(watcher const&) = delete;
    ~watcher() { --run.watchers; }
    agent::live_run& run;
};

std::optional<std::int64_t> number_in(mcp::json::value const& state, std::string_view name)
{
    auto const* members = state.if_object();
    auto const* number = members ? members->if_contains(name) : nullptr;
    if (!number || !number->is_int64())
        return std::nullopt;
    return number->get_int64();
}

// When a call has to end that may be held open this long; one that is asked live keeps its end.
std::chrono::steady_clock::time_point
end_of(server::request_context const& ctx, std::chrono::seconds longest)
{
    using clock = std::chrono::steady_clock;
    if (auto const until = number_in(ctx.state(), "until"); until && ctx.era().asks_live())
        return clock::time_point(clock::duration(*until));
    return clock::now() + longest;
}

std::string task_id(agent::live_run const& run)
{
    return fmt::format("{}-{}", run.id, run.leg);
}

}  // namespace

std::chrono::seconds delivery::budget(server::request_context const& ctx) const
{
    auto const& info = ctx.client().info;
    return budgets.of(info ? std::string_view(info->name) : "");
}

awaitable<delivery::run_ptr> delivery::find(server::request_context& ctx, std::string id) const
{
    auto run = co_await runs.find(id, ctx.principal());
    if (!run)
        throw server::tool_error(
            "run_id: there is no such run, or it was removed. Call nextjs_backend_engineer with "
            "the task.");
    co_return run;
}

std::string delivery::asked_by(server::request_context const& ctx)
{
    auto const* state = ctx.state().if_object();
    auto const* run = state ? state->if_contains("run") : nullptr;
    return run && run->is_string() ? std::string(run->get_string()) : std::string();
}

void delivery::take_sample(server::request_context const& ctx, agent::live_run& run)
{
    auto const number = number_in(ctx.state(), "question");
    if (!number)
        return;
    if (auto const result = ctx.sampled(sampling_key))
        run.desk.answer(*number, *result);
    else if (auto const why = ctx.refusal(sampling_key))
        run.desk.refuse(*number, mcp::sanitize_line(*why, 200));
    else if (ctx.answers().contains(sampling_key))
        run.desk.refuse(*number, "its answer is no CreateMessageResult.");
}

// What the run wants to know of the client's model. A call that is asked live is held open
// meanwhile, and has to end in time all the same.
std::optional<server::input_required> delivery::sampling_of(
    server::request_context const& ctx,
    agent::live_run const& run,
    std::optional<std::chrono::steady_clock::time_point> end)
{
    auto const number = run.desk.open();
    if (number == 0 || !ctx.client().supports("sampling"))
        return std::nullopt;
    server::input_required ask;
    ask.requests.emplace(
        sampling_key,
        mcp::create_message(run.desk.params(ctx.client().supports("sampling", "tools"))));
    mcp::json::object state{{"run", run.id}, {"question", number}};
    if (end && ctx.era().asks_live())
        state["until"] = end->time_since_epoch().count();
    ask.state = std::move(state);
    auto const left = end ? *end - std::chrono::steady_clock::now() : longest_sampling;
    ask.patience = std::chrono::ceil<std::chrono::milliseconds>(left);
    return ask;
}

awaitable<bool> delivery::take_answers(server::request_context& ctx, run_ptr run) const
{
    take_sample(ctx, *run);
    if (run->state != agent::run_state::waiting_for_input || !run->outcome)
        co_return false;
    auto const& questions = run->outcome->questions;
    auto const answer = ctx.elicited(questions_key, question_form(questions));
    if (!answer)
        co_return false;
    auto text = filled_in(questions, *answer);
    co_await runs.say(run, std::move(text));
    co_return true;
}

server::background delivery::as_task(run_ptr run) const
{
    server::background out;
    out.name = task_id(*run);
    out.work = [this, run](server::request_context& ctx) -> awaitable<server::step> {
        std::string mistake;
        try {
            co_await take_answers(ctx, run);
            manner how;
            how.owns = true;
            auto came_to = co_await watch(ctx, run, how);
            co_return server::to_step(std::move(came_to));
        } catch (agent::run_error const& e) {
            mistake = e.what();
        }
        throw server::tool_error(mistake);
    };
    return out;
}

awaitable<delivery::outcome> delivery::deliver(server::request_context& ctx, run_ptr run) const
{
    if (server::task_store::serves(ctx))
        co_return as_task(run);
    manner how;
    how.longest = budget(ctx);
    how.owns = how.handed_over = true;
    co_return co_await watch(ctx, run, how);
}

awaitable<delivery::outcome> delivery::poll(
    server::request_context& ctx, run_ptr run, std::optional<std::chrono::seconds> longest) const
{
    manner how;
    how.longest = budget(ctx);
    if (longest)
        how.longest = std::min(*longest, *how.longest);
    co_return co_await watch(ctx, run, how);
}

awaitable<std::optional<server::background>>
delivery::find_task(server::request_context& ctx, std::string id) const
{
    if (id.size() <= id_size || id[id_size] != '-')
        co_return std::nullopt;
    auto run = co_await runs.find(id.substr(0, id_size), ctx.principal());
    if (!run)
        co_return std::nullopt;
    std::from_chars(id.data() + id_size + 1, id.data() + id.size(), run->leg);
    co_await runs.go_on(run);
    auto out = as_task(run);
    out.name = std::move(id);
    co_return out;
}

// A run whose process died goes on here, because somebody watches it.
awaitable<bool> delivery::continued(run_ptr run) const
{
    if (run->state != agent::run_state::interrupted || runs.stopping())
        co_return false;
    co_await runs.go_on(run);
    co_return !run->rests();
}

awaitable<delivery::outcome>
delivery::watch(server::request_context& ctx, run_ptr run, manner how) const
{
    watcher const here(*run);
    ctx.heartbeat(longest_silence);
    std::optional<std::chrono::steady_clock::time_point> end;
    if (how.longest)
        end = end_of(ctx, *how.longest);
    auto told = how.handed_over || !how.longest ? 0 : run->told;
    // Of what was said before, the last tells who comes later where it stands.
    auto seen = run->lines.empty() ? 0 : run->lines.back().number - 1;
    // A task outlives this process, so the end of the process is none of the task.
    auto const only_paused = [&] {
        return !how.longest && run->state == agent::run_state::interrupted && runs.stopping();
    };
    try {
        for (;;) {
            if (run->rests() && !only_paused()) {
                auto const more = co_await continued(run);
                if (!more)
                    break;
            }
            for (auto const& line : run->lines)
                if (line.number > seen)
                    ctx.progress(redact(mcp::sanitize_line(line.text, 200)));
            if (!run->lines.empty())
                seen = run->lines.back().number;
            if (auto ask = sampling_of(ctx, *run, end); ask && ask->patience > 0s)
                co_return std::move(*ask);
            if (!end) {
                co_await run->changed.wait();
                continue;
            }
            auto const left = *end - std::chrono::steady_clock::now();
            if (left <= 0s) {
                auto text = where_it_stands(*run, told, *how.longest, how.handed_over, redact);
                run->told = seen;
                co_return text;
            }
            co_await mcp::wait_for(run->changed, left);
        }
    } catch (boost::system::system_error const&) {
        if (how.owns && ctx.withdrawn() && run->watchers == 1)
            runs.cancel_here(run, "Cancelled by the client.");
        throw;
    }
    co_return co_await result(ctx, run);
}

awaitable<delivery::outcome> delivery::result(server::request_context& ctx, run_ptr run) const
{
    if (run->state == agent::run_state::interrupted)
        throw server::tool_error(fmt::format(
            "The run was interrupted, and is kept: ask for it again with "
            "nextjs_backend_engineer_result and run_id \"{}\".",
            run->id));
    if (run->state == agent::run_state::waiting_for_input) {
        if (!ctx.client().supports("elicitation", "form"))
            co_return open_questions(*run, redact);
        server::input_required ask;
        ask.requests.emplace(questions_key, question_form(run->outcome->questions));
        mcp::json::object state{{"run", run->id}};
        ask.state = std::move(state);
        co_return ask;
    }
    runs.set_delivered(run);
    co_return run_result(*run, runs.problem(), redact);
}

}  // namespace app
