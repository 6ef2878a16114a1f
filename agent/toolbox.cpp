#include "agent/toolbox.hpp"

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

tool_outcome refused(std::string id, std::string text)
{
    tool_outcome out;
    out.call_id = std::move(id);
    out.text = std::move(text);
    out.is_error = true;
    return out;
}

}  // namespace

toolbox::toolbox(std::vector<std::unique_ptr<tool>> tools, run_limits const& limits)
    : tools_(std::move(tools)), limits_(limits)
{
    for (auto const& t : tools_)
        declarations_.push_back(t->declaration());
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

awaitable<tool_outcome>
toolbox::run_one(tool_call call, std::function<void(tool_report const&)> on_done)
{
    auto const start = clock::now();
    tool_report report;
    report.name = call.name;
    tool_outcome outcome;
    outcome.call_id = call.id;

    auto* chosen = find(call.name);
    boost::system::error_code bad;
    auto input =
        call.input.size() > limits_.tool_input ? json::value() : json::parse(call.input, bad);
    if (!chosen) {
        std::string names;
        for (auto const& d : declarations_)
            names += (names.empty() ? "" : ", ") + d.name;
        outcome = refused(
            call.id, fmt::format("There is no tool \"{}\". The tools are: {}.", call.name, names));
    } else if (call.input.size() > limits_.tool_input) {
        outcome = refused(
            call.id,
            fmt::format(
                "The input is larger than {} bytes. Split it over several calls.",
                limits_.tool_input));
    } else if (bad || !input.is_object()) {
        outcome = refused(
            call.id,
            fmt::format(
                "The input is not a valid JSON object. Call {} again with input that fits this "
                "schema: {}\n"
                "What arrived: {}",
                chosen->declaration().name,
                json::serialize(chosen->declaration().input_schema),
                mcp::cut_utf8(call.input, 500)));
    } else {
        report.subject = subject_of(input.get_object());
        try {
            auto answer = co_await mcp::with_timeout(
                chosen->run(std::move(input.get_object())), limits_.tool_time);
            outcome.text = mcp::head_and_tail(answer.text, limits_.tool_output);
            outcome.is_error = answer.is_error;
        } catch (boost::system::system_error const& e) {
            if (e.code() != boost::asio::error::timed_out)
                throw;
            outcome = refused(
                call.id,
                fmt::format(
                    "{} took longer than {} s and was stopped.",
                    call.name,
                    limits_.tool_time.count()));
        }
    }
    if (outcome.text.empty())
        outcome.text = "(nothing)";
    report.ok = !outcome.is_error;
    report.time_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start).count();
    on_done(report);
    co_return outcome;
}

awaitable<std::vector<tool_outcome>>
toolbox::run(std::vector<tool_call> calls, std::function<void(tool_report const&)> on_done)
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
            together.push_back(run_one(calls[at++], on_done));
            if (alone)
                break;
        } while (at < allowed && together.size() < concurrent);
        auto done = co_await mcp::when_all(std::move(together));
        std::ranges::move(done, std::back_inserter(outcomes));
    }
    for (std::size_t at = allowed; at < calls.size(); ++at)
        outcomes.push_back(refused(
            calls[at].id,
            fmt::format(
                "Not run: at most {} calls in one turn. Call it again in the next.", allowed)));
    co_return outcomes;
}

}  // namespace agent
