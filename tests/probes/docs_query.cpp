// Asks a source of documentation what the lines of stdin say, all at once, and prints an answer a
// line as it comes. Ends after the last one.
//
//   probe_docs_query context7 LIMIT_MS COMMAND [ARGUMENT...]
//   probe_docs_query context7 LIMIT_MS URL
//   probe_docs_query bundled PROJECT CACHE
//   > {"id": 1, "library": "next", "question": "cookies", "version": "16.4.6", "max": 3}
//   < {"id": 1, "ms": 12, "passages": [{"title": …}]}  or  {"id": 1, "ms": 12, "error": 2,
//   "message": "…"}

#include "agent/docs/bundled/bundled_docs.hpp"
#include "agent/docs/context7/context7.hpp"
#include "agent/http/curl_multi.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace asio = boost::asio;
namespace json = boost::json;
using clock_type = std::chrono::steady_clock;

namespace {

std::string text_of(json::object const& line, char const* name)
{
    auto const* value = line.if_contains(name);
    return value ? std::string(value->as_string()) : std::string();
}

json::object shown(boost::system::result<std::vector<agent::passage>, agent::docs_error> const& a)
{
    json::object out;
    if (a.has_error()) {
        out.emplace("error", static_cast<int>(a.error().kind));
        out.emplace("message", a.error().message);
        return out;
    }
    json::array passages;
    for (auto const& p : *a)
        passages.push_back(json::object{
            {"title", p.title},
            {"text", p.text},
            {"source", p.source},
            {"file", p.file},
            {"library", p.library},
            {"version", p.version},
            {"origin", p.origin}});
    out.emplace("passages", std::move(passages));
    return out;
}

asio::awaitable<void> answer(agent::documentation& docs, json::object line)
{
    auto const* max = line.if_contains("max");
    int limit = 5;
    if (max)
        limit = static_cast<int>(max->as_int64());
    agent::docs_query q(
        text_of(line, "library"), text_of(line, "question"), text_of(line, "version"), limit);
    auto const start = clock_type::now();
    auto const result = co_await docs.query(std::move(q));
    auto const taken =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - start);
    auto out = shown(result);
    out.emplace("id", line.at("id"));
    out.emplace("ms", taken.count());
    std::cout << json::serialize(out) << std::endl;
}

asio::awaitable<void> serve(agent::documentation& docs, int& asked, std::function<void()> done)
{
    asio::posix::stream_descriptor in(co_await asio::this_coro::executor, ::dup(0));
    std::string pending;
    auto buffer = asio::dynamic_buffer(pending);
    for (;;) {
        auto const [ec, n] =
            co_await asio::async_read_until(in, buffer, '\n', asio::as_tuple(asio::use_awaitable));
        if (ec)
            break;
        auto line = json::parse(pending.substr(0, n)).as_object();
        pending.erase(0, n);
        ++asked;
        auto finished = [&asked, done](std::exception_ptr) {
            --asked;
            done();
        };
        asio::co_spawn(in.get_executor(), answer(docs, std::move(line)), std::move(finished));
    }
}

}  // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    asio::io_context ctx{1};
    agent::curl_multi transfers(ctx.get_executor());
    asio::thread_pool pool(1);
    mcp::logger log;
    log.sink = [](mcp::LoggingLevel, std::string_view text) { std::cerr << text << std::endl; };
    std::unique_ptr<agent::documentation> docs;
    if (argc >= 4 && std::string_view(argv[1]) == "context7") {
        agent::downstream_server server;
        if (agent::is_http_url(argv[3]))
            server = agent::context7_at(argv[3], "ctx7sk-not-for-others", transfers);
        server.name = "Context7";
        server.command.argv.assign(argv + 3, argv + argc);
        server.command.environment = agent::context7_environment(environ);
        server.command.grace = std::chrono::milliseconds(500);
        server.probe_limit = std::chrono::milliseconds(6000);
        agent::context7_options options;
        options.limit = std::chrono::milliseconds(std::stol(argv[2]));
        options.rest.opens = false;  // every failure is to be seen as it is
        docs = std::make_unique<agent::context7>(
            ctx.get_executor(), std::move(server), agent::knowledge(), log, options);
    } else if (argc == 4 && std::string_view(argv[1]) == "bundled") {
        docs = std::make_unique<agent::bundled_docs>(
            pool.get_executor(), argv[2], argv[3], agent::documentation_homes(), log);
    } else {
        return 2;
    }
    int asked = 0;
    bool ended = false;
    auto done = [&] {
        if (ended && asked == 0)
            docs.reset();
    };
    asio::co_spawn(ctx, serve(*docs, asked, done), [&](std::exception_ptr) {
        ended = true;
        done();
    });
    ctx.run();
    pool.join();
}
