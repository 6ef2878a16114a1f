// Checks the types of a project, once, and prints what came of it as JSON. Reads from stdin:
//   {"project": "/abs", "changes": [{"path": …, "text": …}, {"path": …}], "build": false,
//    "memory": "/abs" or "", "path": …, "home": …, "node": …, "tsc_ms": …, "typegen_ms": …,
//    "memory_bytes": …, "cancel_ms": …}
// A change without text is a deletion. "cancelled" and how long that took is printed after
// cancel_ms.

#include "agent/checks/types/check_types.hpp"

#include "protocol/rpc/async.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <iostream>
#include <iterator>

namespace asio = boost::asio;
namespace json = boost::json;
using steady = std::chrono::steady_clock;

namespace {

std::string text_of(json::object const& in, char const* name)
{
    auto const* value = in.if_contains(name);
    return value != nullptr ? std::string(value->as_string()) : std::string();
}

void set(json::object const& in, char const* name, std::chrono::milliseconds& out)
{
    if (auto const* value = in.if_contains(name))
        out = std::chrono::milliseconds(value->as_int64());
}

std::int64_t since(steady::time_point start)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - start).count();
}

agent::types_request request_from(json::object const& in)
{
    auto project = agent::project_root::open(text_of(in, "project"));
    if (!project)
        throw std::runtime_error(project.error().message);
    agent::staged_edits staged(*project);
    if (auto const* changes = in.if_contains("changes"))
        for (auto const& item : changes->as_array()) {
            auto const path = text_of(item.as_object(), "path");
            std::string failure;
            if (item.as_object().contains("text")) {
                if (auto const done = staged.write(path, text_of(item.as_object(), "text")); !done)
                    failure = done.error().message;
            } else if (auto const done = staged.remove(path); !done) {
                failure = done.error().message;
            }
            if (!failure.empty())
                throw std::runtime_error(failure);
        }
    agent::types_request out{*project, staged.changes(), false, {}, {}, {}};
    auto const* build = in.if_contains("build");
    out.build = build != nullptr && build->as_bool();
    out.memory = text_of(in, "memory");
    out.environment.path = text_of(in, "path");
    out.environment.home = text_of(in, "home");
    out.environment.node = text_of(in, "node");
    set(in, "tsc_ms", out.limits.tsc);
    set(in, "typegen_ms", out.limits.typegen);
    if (auto const* bytes = in.if_contains("memory_bytes"))
        out.limits.memory = static_cast<std::uint64_t>(bytes->as_int64());
    return out;
}

json::array shown(std::vector<agent::diagnostic> const& all)
{
    json::array out;
    for (auto const& d : all)
        out.push_back(json::object{
            {"file", d.file},
            {"line", d.line},
            {"column", d.column},
            {"code", d.code},
            {"message", d.message},
            {"source", d.source_line}});
    return out;
}

json::object shown(agent::types_result const& r)
{
    json::object out;
    out["status"] = agent::name_of(r.status);
    out["reason"] = r.reason;
    out["introduced"] = shown(r.introduced);
    out["preexisting"] = shown(r.preexisting);
    out["introduced_count"] = r.introduced_count;
    out["built"] = r.built;
    out["typescript"] = r.typescript_version;
    out["next"] = r.next_version;
    out["node"] = r.node;
    json::array times;
    for (auto const& time : r.times)
        times.push_back(json::object{{"tool", time.tool}, {"ms", time.took.count()}});
    out["times"] = std::move(times);
    json::array notes;
    for (auto const& note : r.notes)
        notes.emplace_back(note);
    out["notes"] = std::move(notes);
    return out;
}

}  // namespace

int main()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::string const input(std::istreambuf_iterator<char>(std::cin), {});
    auto const in = json::parse(input).as_object();
    asio::io_context loop{1};
    asio::thread_pool pool(1);
    json::object out;
    auto const start = steady::now();
    asio::cancellation_signal cancel;
    asio::steady_timer timer(loop);
    steady::time_point cancelled;
    if (auto const* after = in.if_contains("cancel_ms")) {
        timer.expires_after(std::chrono::milliseconds(after->as_int64()));
        timer.async_wait([&](auto) {
            cancelled = steady::now();
            cancel.emit(asio::cancellation_type::terminal);
        });
    }
    asio::co_spawn(
        loop,
        agent::check_types(request_from(in), pool.get_executor()),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr failure, agent::types_result result) {
                timer.cancel();
                if (failure) {
                    out["cancelled"] = since(cancelled);
                    return;
                }
                out = shown(result);
                out["ms"] = since(start);
            }));
    loop.run();
    pool.join();
    std::cout << json::serialize(out) << std::endl;
}
