// Speaks to a downstream server behind a URL: each line of stdin is a request, each line of stdout
// its result or what was wrong. Lines are answered as they come, not in order. Ends with its stdin.
//
//   probe_downstream URL [legacy]
//   > {"id": 1, "method": "tools/call", "params": {…}, "limit": 2000}
//   < {"id": 1, "result": {…}}  or  {"id": 1, "error": "…"}
//   < {"peer": "name version", "era": "modern"}    once it is open
//   < {"question": {…}}    what the server asked; every form is filled in with the name Ada

#include "agent/downstream/mcp_connection.hpp"
#include "agent/http/curl_multi.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using agent::downstream_era;
using asio::awaitable;

void print(char const* name, json::value value, json::value id = nullptr)
{
    json::object out;
    if (!id.is_null())
        out["id"] = std::move(id);
    out[name] = std::move(value);
    std::cout << json::serialize(out) << std::endl;
}

awaitable<json::value> say_ada(std::string, json::object params)
{
    print("question", std::move(params));
    json::object content;
    content["name"] = "Ada";
    json::object out;
    out["action"] = "accept";
    out["content"] = std::move(content);
    co_return out;
}

awaitable<void> answer(std::shared_ptr<agent::mcp_connection> connection, json::object line)
{
    auto const id = line.at("id");
    auto const limit = std::chrono::milliseconds(line.at("limit").as_int64());
    std::string failure;
    try {
        auto result = co_await connection->call(
            std::string(line.at("method").as_string()), line.at("params").as_object(), limit);
        print("result", std::move(result), id);
    } catch (std::exception const& e) {
        failure = e.what();
    }
    if (!failure.empty())
        print("error", json::string(failure), id);
}

awaitable<void> serve(agent::downstream_server server, downstream_era era)
{
    auto const executor = co_await asio::this_coro::executor;
    mcp::logger log;
    log.sink = [](mcp::LoggingLevel, std::string_view text) { std::cerr << text << std::endl; };
    auto const connection = agent::mcp_connection::start(executor, server, log);
    co_await connection->open(era);
    json::object opened;
    opened["name"] = connection->peer();
    opened["era"] = "legacy";
    if (connection->era() == downstream_era::modern)
        opened["era"] = "modern";
    print("peer", std::move(opened));
    asio::posix::stream_descriptor in(executor, ::dup(0));
    std::string pending;
    for (;;) {
        auto buffer = asio::dynamic_buffer(pending);
        auto const [ec, n] =
            co_await asio::async_read_until(in, buffer, '\n', asio::as_tuple(asio::use_awaitable));
        if (ec)
            break;
        auto line = json::parse(pending.substr(0, n)).as_object();
        pending.erase(0, n);
        asio::co_spawn(executor, answer(connection, std::move(line)), [](std::exception_ptr) {});
    }
    connection->close();
}

}  // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    if (argc < 2)
        return 2;
    asio::io_context loop{1};
    agent::curl_multi transfers(loop.get_executor());
    agent::downstream_server server;
    server.name = "The server";
    server.endpoint.emplace();
    server.endpoint->url = argv[1];
    server.endpoint->transfers = &transfers;
    server.capabilities["elicitation"] = json::object();
    server.answer = say_ada;
    auto era = downstream_era::unknown;
    if (argc > 2)
        era = downstream_era::legacy;
    std::string failure;
    asio::co_spawn(loop, serve(std::move(server), era), [&](std::exception_ptr e) {
        try {
            if (e)
                std::rethrow_exception(e);
        } catch (std::exception const& problem) {
            failure = problem.what();
        }
    });
    loop.run();
    if (!failure.empty())
        std::cerr << failure << std::endl;
    return failure.empty() ? 0 : 1;
}
