#include "agent/toolbox.hpp"

#include "agent/runs/run_log.hpp"
#include "agent/tools/input.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace agent {

namespace json = boost::json;
using boost::asio::awaitable;
using clock = std::chrono::steady_clock;

namespace {

bool same_letters(std::string_view a, std::string_view b)
{
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// What a call is about, for a person who watches: the first of these arguments that it has.
std::string subject_of(json::object const& input)
{
    for (auto const* name :
         {"path", "library", "query", "pattern", "question", "glob", "directory"})
        if (auto const* value = input.if_contains(name); value && value->is_string())
            return std::string(mcp::cut_utf8(value->get_string(), 80));
    return {};
}

}  // namespace

toolbox::toolbox(std::vector<std::unique_ptr<tool>> tools, run_limits const& limits)
    : tools_(std::move(tools)), limits_(limits)
{
    for (auto const& t : tools_)
        declarations_.push_back(&t->declaration());
}

tool* toolbox::find(std::string_view name) const
{
    for (auto const& t : tools_)
        if (t->declaration().name == name)
            return t.get();
    tool* found = nullptr;
    for (auto const& t : tools_) {
        if (!same_letters(t->declaration().name, name))
            continue;
        if (found)
            return nullptr;
        found = t.get();
    }
    return found;
}

// What the call comes to, whatever it is.
awaitable<tool_answer> toolbox::answer(tool_call call, std::string& subject)
{
    auto* chosen = find(call.name);
    if (!chosen) {
        std::string names;
        for (auto const* d : declarations_)
            names += (names.empty() ? "" : ", ") + d->name;
        co_return failed(
            fmt::format("There is no tool \"{}\". The tools are: {}.", call.name, names));
    }
    if (call.input.size() > limits_.tool_input)
        co_return failed(fmt::format(
            "The input is larger than {} bytes. Split it over several calls.", limits_.tool_input));
    boost::system::error_code bad;
    auto input = json::parse(call.input, bad);
    if (bad || !input.is_object())
        co_return failed(fmt::format(
            "The input is not a valid JSON object. Call {} again with input that fits this "
            "schema: {}\n"
            "What arrived: {}",
            chosen->declaration().name,
            json::serialize(chosen->declaration().input_schema),
            mcp::cut_utf8(call.input, 500)));
    subject = subject_of(input.get_object());
    try {
        auto work = chosen->run(std::move(input.get_object()));
        if (chosen->bounds_itself())
            co_return co_await std::move(work);
        co_return co_await mcp::with_timeout(std::move(work), limits_.tool_time);
    } catch (boost::system::system_error const& e) {
        if (e.code() != boost::asio::error::timed_out)
            throw;
    }
    co_return failed(fmt::format(
        "{} took longer than {} s and was stopped.", call.name, limits_.tool_time.count()));
}

awaitable<tool_outcome> toolbox::run_one(
    std::size_t at, tool_call call, run_log& log, std::function<void(tool_report const&)> on_done)
{
    if (auto known = log.tool(at)) {
        if (auto* chosen = find(call.name); chosen && !known->effect.is_null())
            chosen->restore(known->effect);
        on_done(known->report);
        co_return std::move(known->outcome);
    }
    auto const start = clock::now();
    tool_record done;
    done.call = at;
    done.report.name = call.name;
    done.outcome.call_id = call.id;
    auto came_to = co_await answer(std::move(call), done.report.subject);
    done.outcome.text = mcp::head_and_tail(came_to.text, limits_.tool_output);
    done.outcome.is_error = came_to.is_error;
    done.effect = std::move(came_to.effect);
    if (done.outcome.text.empty())
        done.outcome.text = "(nothing)";
    done.report.ok = !came_to.is_error;
    done.report.time_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start).count();
    if (!came_to.pending)
        co_await log.write(done);
    on_done(done.report);
    co_return std::move(done.outcome);
}

awaitable<std::vector<tool_outcome>> toolbox::run(
    std::vector<tool_call> calls, run_log& log, std::function<void(tool_report const&)> on_done)
{
    std::vector<tool_outcome> outcomes;
    auto const allowed =
        std::min<std::size_t>(calls.size(), static_cast<std::size_t>(limits_.tool_calls_a_turn));
    auto const concurrent = static_cast<std::size_t>(limits_.concurrent_tools);
    for (std::size_t at = 0; at < allowed;) {
        std::vector<awaitable<tool_outcome>> together;
        do {
            auto const* t = find(calls[at].name);
            bool const alone = t && !t->read_only();
            if (alone && !together.empty())
                break;
            together.push_back(run_one(at, calls[at], log, on_done));
            ++at;
            if (alone)
                break;
        } while (at < allowed && together.size() < concurrent);
        auto done = co_await mcp::when_all(std::move(together));
        std::ranges::move(done, std::back_inserter(outcomes));
    }
    for (std::size_t at = allowed; at < calls.size(); ++at) {
        auto const text = fmt::format(
            "Not run: at most {} calls in one turn. Call it again in the next.", allowed);
        outcomes.push_back({calls[at].id, text, true});
    }
    co_return outcomes;
}

}  // namespace agent
