#include "protocol/json.hpp"
#include "protocol/rpc/dispatcher.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

namespace dispatcher_test {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;
using mcp::jsonrpc::errc;

namespace {

// Answers with its params; "wait" never answers, "work" when `work` is notified, the rest fail.
struct peer_fixture {
    explicit peer_fixture(asio::any_io_executor ex, mcp::dispatcher_limits limits = {})
        : peer(ex),
          work(ex),
          never(ex),
          rpc(
              peer,
              [this](mcp::jsonrpc::request r) { return answer(std::move(r)); },
              [this](mcp::jsonrpc::notification n) { heard.push_back(std::move(n)); },
              limits,
              {mcp::LoggingLevel::debug, [this](auto, std::string_view t) { log += t; }})
    {
    }

    awaitable<json::value> answer(mcp::jsonrpc::request r)
    {
        ++started;
        struct ending {
            int& count;
            ~ending() { ++count; }
        } const at_end{ended};
        if (r.method == "wait")
            co_await never.wait();
        if (r.method == "work")
            co_await work.wait();
        if (r.method == "refuse")
            throw mcp::jsonrpc::error(errc::method_not_found, "no", json::value("data"));
        if (r.method == "decode")
            throw mcp::decode_error("params.x: missing");
        if (r.method == "break")
            throw std::runtime_error("secret detail");
        if (r.method == "abort")
            throw boost::system::system_error(asio::error::operation_aborted);
        if (r.method == "stubborn") {
            try {
                co_await never.wait();
            } catch (boost::system::system_error const&) {
            }
        }
        co_return std::move(r.params);
    }

    void request(std::string const& id, std::string const& method)
    {
        peer.send(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"("})");
    }
    void cancel(std::string const& id)
    {
        peer.send(
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id +
            "}}");
    }

    test::memory_transport peer;
    mcp::event work, never;
    std::vector<mcp::jsonrpc::notification> heard;
    std::string log;
    int started = 0;
    int ended = 0;
    mcp::dispatcher rpc;
};

std::string error_line(std::string const& id, int code, std::string const& why)
{
    return R"({"jsonrpc":"2.0",)" + (id.empty() ? "" : "\"id\":" + id + ",") +
           R"("error":{"code":)" + std::to_string(code) + R"(,"message":")" + why + R"("}})";
}

// Runs `script` beside the dispatcher, then closes the peer and waits for both.
template <class Script>
void converse(Script script, mcp::dispatcher_limits limits = {})
{
    test::run([](Script s, mcp::dispatcher_limits l) -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        peer_fixture f(ex, l);
        bool done = false;
        std::exception_ptr failure;
        mcp::event finished(ex);
        asio::co_spawn(ex, f.rpc.run(), [&](std::exception_ptr e) {
            failure = e;
            done = true;
            finished.notify();
        });
        co_await s(f);
        f.peer.close();
        while (!done)
            co_await finished.wait();
        CHECK(!failure);
        CHECK(f.started == f.ended);
    }(std::move(script), limits));
}

awaitable<void> turn()
{
    co_await asio::post(asio::use_awaitable);
}

}  // namespace

TEST_CASE("a request is answered with its handler's result")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.peer.send(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1.0}})");
        co_await f.peer.waited();
        CHECK(f.peer.take_line() == R"({"jsonrpc":"2.0","id":1,"result":{"a":1}})");
    });
}

TEST_CASE("what a handler throws becomes one reply, and only its log has the details")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        std::size_t replies = 0;
        for (auto const* method : {"refuse", "decode", "break", "abort"}) {
            f.request("7", method);
            co_await f.peer.waited(++replies);
        }
        CHECK(
            f.peer.take_line() ==
            R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no","data":"data"}})");
        CHECK(f.peer.take_line() == error_line("7", -32602, "params.x: missing"));
        auto const internal = error_line("7", -32603, "internal error; the server's log says more");
        CHECK(f.peer.take_line() == internal);
        CHECK(f.log.find("break failed: secret detail") != std::string::npos);
        // Nobody cancelled it, so it is owed an answer.
        CHECK(f.peer.take_line() == internal);
    });
}

TEST_CASE("lines that are no message are answered without an id, and the next one is served")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.peer.send("{");
        f.peer.send("[]");
        f.peer.send(R"({"jsonrpc":"2.0","id":null,"method":"echo"})");
        f.request("1", "echo");
        co_await f.peer.waited(4);
        CHECK(f.peer.take().at("error").at("code") == -32700);
        for (int i = 0; i < 2; ++i) {
            auto const reply = f.peer.take();
            CHECK(reply.at("error").at("code") == -32600);
            CHECK(!reply.as_object().contains("id"));
        }
        CHECK(f.peer.take_line() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
    });
}

TEST_CASE("a cancelled request is not answered, and its work ends")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.request("\"x\"", "wait");
        co_await turn();
        CHECK(f.started == 1);
        CHECK(f.rpc.is_active("x"));
        f.cancel("\"x\"");
        co_await turn();
        CHECK(!f.rpc.is_active("x"));
        f.request("\"x2\"", "stubborn");  // completes in spite of it
        f.cancel("\"x2\"");
        f.request("3", "echo");
        co_await f.peer.waited();
        CHECK(f.ended == 3);
        CHECK(f.peer.take().at("id") == 3);
        CHECK(f.peer.sent() == 0);
    });
}

TEST_CASE("cancelling what is unknown, finished or nonsense is ignored")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.request("1", "work");
        for (auto const* id : {"2", "\"1\"", "null", "1.5", "{}"})
            f.cancel(id);
        f.peer.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})");
        co_await turn();
        f.work.notify();
        co_await f.peer.waited();
        CHECK(f.peer.take().at("id") == 1);
        f.cancel("1");
        CHECK(f.heard.empty());
    });
}

TEST_CASE("an id that is in use is refused, and free again after its reply")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.request("1", "work");
        f.request("1", "echo");
        f.request("\"1\"", "echo");  // another id
        co_await f.peer.waited(2);
        CHECK(
            f.peer.take_line() ==
            error_line("1", -32600, "id is in use by a request that is not yet answered"));
        CHECK(f.peer.take().at("id") == "1");
        f.work.notify();
        co_await f.peer.waited();
        CHECK(f.peer.take_line() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
        f.request("1", "echo");
        co_await f.peer.waited();
        CHECK(f.peer.take_line() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
    });
}

TEST_CASE("requests beyond the limit are refused as busy, quick ones one after the other are not")
{
    converse(
        [](peer_fixture& f) -> awaitable<void> {
            f.request("1", "work");
            for (int i = 2; i <= 100; ++i)
                f.request(std::to_string(i), "echo");
            co_await f.peer.waited(99);
            for (int i = 2; i <= 100; ++i)
                CHECK(f.peer.take().as_object().contains("result"));
            f.request("101", "work");
            f.request("102", "echo");
            co_await f.peer.waited();
            CHECK(
                f.peer.take_line() ==
                error_line(
                    "102",
                    -32603,
                    "busy: 2 requests are in progress on this connection; wait for one of them"));
            f.work.notify();
            co_await f.peer.waited(2);
        },
        {.in_flight = 2});
}

TEST_CASE("notifications reach their handler")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.peer.send(R"({"jsonrpc":"2.0","method":"notifications/initialized","params":{"a":1}})");
        co_await turn();
        REQUIRE(f.heard.size() == 1);
        CHECK(f.heard[0].method == "notifications/initialized");
        CHECK(f.heard[0].params.at("a") == 1);
        CHECK(f.peer.sent() == 0);
    });
}

TEST_CASE("our own calls have ids of their own, and get the peer's answers")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.request("1", "work");
        auto answer = [&]() -> awaitable<json::value> {
            auto const call = co_await f.peer.next();
            CHECK(call.at("id") == 1);
            CHECK(call.at("method") == "ping");
            f.peer.send(R"({"jsonrpc":"2.0","id":"1","result":{"wrong":1}})");
            f.peer.send(R"({"jsonrpc":"2.0","id":99,"result":{"wrong":1}})");
            f.peer.send(R"({"jsonrpc":"2.0","id":1,"result":{"right":1}})");
            co_return nullptr;
        };
        std::vector<awaitable<json::value>> both;
        both.push_back(f.rpc.call("ping", json::object()));
        both.push_back(answer());
        auto const results = co_await mcp::when_all(std::move(both));
        CHECK(results[0].at("right") == 1);
        CHECK(f.rpc.is_active(1));
        f.work.notify();
        co_await f.peer.waited();
        CHECK(f.peer.take().at("id") == 1);
    });
}

TEST_CASE("an error that the peer answers is thrown as it is")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.peer.send(
            R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"rejected","data":{"a":1}}})");
        try {
            co_await f.rpc.call("sampling/createMessage", json::object());
            CHECK(false);
        } catch (mcp::jsonrpc::error const& e) {
            CHECK(e.code == -1);
            CHECK(std::string(e.what()) == "rejected");
            CHECK(e.data->at("a") == 1);
        }
        f.peer.take();
    });
}

TEST_CASE("a cancelled call tells the peer, and its late answer is ignored")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        CHECK_THROWS(co_await mcp::with_timeout(
            f.rpc.call("slow", json::object()), std::chrono::milliseconds(1)));
        CHECK(f.peer.take().at("method") == "slow");
        auto const told = f.peer.take();
        CHECK(told.at("method") == "notifications/cancelled");
        CHECK(told.at("params").at("requestId") == 1);
        f.peer.send(R"({"jsonrpc":"2.0","id":1,"result":{}})");
        co_await turn();
    });
}

TEST_CASE("a call fails with end of file when the connection ends")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        asio::post(co_await asio::this_coro::executor, [&] { f.peer.close(); });
        for (int i = 0; i < 2; ++i) {
            boost::system::error_code code;
            try {
                co_await f.rpc.call("ping", json::object());
            } catch (boost::system::system_error const& e) {
                code = e.code();
            }
            CHECK(code == asio::error::eof);
        }
        CHECK(f.peer.sent() == 1);
    });
}

TEST_CASE("after the peer closed, what is in flight is finished and answered")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.request("1", "work");
        co_await turn();
        f.peer.close();
        co_await turn();
        f.work.notify();
        co_await f.peer.waited();
        CHECK(f.peer.take().at("id") == 1);
    });
}

TEST_CASE("after the peer closed, what does not finish in time is cancelled")
{
    converse(
        [](peer_fixture& f) -> awaitable<void> {
            f.request("1", "wait");
            co_await turn();
        },
        {.drain = std::chrono::seconds(0)});
}

TEST_CASE("cancelling the dispatcher cancels its requests and waits until they are gone")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        peer_fixture f(ex);
        f.request("1", "wait");
        f.request("2", "stubborn");
        CHECK_THROWS(co_await mcp::with_timeout(f.rpc.run(), std::chrono::milliseconds(5)));
        CHECK(f.started == 2);
        CHECK(f.ended == 2);
        CHECK(f.peer.sent() == 0);
    }());
}

TEST_CASE("a batch is answered with one array, where batches are allowed")
{
    converse([](peer_fixture& f) -> awaitable<void> {
        f.rpc.accept_batches(true);
        f.peer.send(
            R"([{"jsonrpc":"2.0","id":1,"method":"work"},{"jsonrpc":"2.0","method":"n"},)"
            R"({"jsonrpc":"2.0","id":2,"method":"echo"},{"jsonrpc":"2.0","id":3,"method":"wait"},5])");
        co_await turn();
        f.cancel("3");
        co_await turn();
        f.work.notify();
        auto const replies = (co_await f.peer.next()).as_array();
        CHECK(replies.size() == 3);
        CHECK(replies.at(0).at("id") == 2);
        CHECK(replies.at(1).at("error").at("code") == -32600);
        CHECK(replies.at(2).at("id") == 1);
        f.peer.send(R"([{"jsonrpc":"2.0","method":"n"}])");
        f.peer.send("[]");
        co_await f.peer.waited();
        CHECK(f.peer.take().at("error").at("code") == -32600);
        CHECK(f.heard.size() == 2);
    });
}

}  // namespace dispatcher_test
