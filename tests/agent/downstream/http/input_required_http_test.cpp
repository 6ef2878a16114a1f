#include "agent/downstream/mcp_connection.hpp"
#include "tests/agent/downstream/http/fake_endpoint.hpp"

#include <doctest/doctest.h>

namespace input_required_http_test {

using namespace agent;
using namespace std::chrono_literals;
using asio_awaitable = boost::asio::awaitable<void>;
using test::contains;
using test::endpoint_fixture;
using test::received_request;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

std::string const wanted =
    R"({"resultType":"input_required","inputRequests":{"user":{"method":"elicitation/create","params":{"message":"Who?"}}},"requestState":" {\"a\":1} =="})";

asio::awaitable<json::value> say_ada(std::string method, json::object params)
{
    CHECK(method == "elicitation/create");
    CHECK(params.at("message") == "Who?");
    co_return json::object{{"action", "accept"}, {"content", json::object{{"name", "Ada"}}}};
}

json::object call_of_t()
{
    return json::object{{"name", "t"}, {"arguments", json::object{{"x", 1}}}};
}

// The result of one call, or what was thrown.
asio::awaitable<std::string> outcome_of(mcp_connection& connection, std::string method)
{
    std::string failure;
    try {
        auto const result = co_await connection.call(std::move(method), call_of_t(), 2000ms);
        co_return json::serialize(result);
    } catch (std::runtime_error const& e) {
        failure = e.what();
    }
    co_return failure;
}

// Against a modern server that answers everything with `answer`.
template <class Check>
void with_answers(test::fake_endpoint::script answer, question_handler handler, Check check)
{
    auto script = [&](received_request const& r) {
        auto const known = test::modern(r);
        return known.empty() ? answer(r) : known;
    };
    test::with_endpoint(script, [&](endpoint_fixture& f) -> asio_awaitable {
        if (handler)
            f.server.capabilities = json::object{{"elicitation", json::object()}};
        f.server.answer = handler;
        auto const connection = mcp_connection::start(f.transfers.get_executor(), f.server, f.log);
        co_await connection->open(downstream_era::unknown);
        co_await check(f, *connection);
        connection->close();
    });
}

}  // namespace

TEST_CASE("what a server wants to know is asked, and the call made again with the answer")
{
    auto answer = [](received_request const& r) {
        if (!r.params().contains("inputResponses"))
            return test::result(r, wanted);
        return test::result(r, R"({"resultType":"complete","content":[]})");
    };
    with_answers(answer, say_ada, [](endpoint_fixture& f, mcp_connection& c) -> asio_awaitable {
        CHECK(contains(co_await outcome_of(c, "tools/call"), "complete"));
        auto const calls = f.endpoint.of("tools/call");
        REQUIRE(calls.size() == 2);
        CHECK(calls[0].id() != calls[1].id());
        auto const again = calls[1].params();
        CHECK(again.at("arguments") == calls[0].params().at("arguments"));
        CHECK(again.at("requestState") == " {\"a\":1} ==");
        CHECK(again.at("inputResponses").at("user").at("content").at("name") == "Ada");
        // Nothing of it in the next call.
        CHECK(!f.endpoint.of("tools/call")[0].params().contains("requestState"));
    });
}

TEST_CASE("a state alone is given back after a while")
{
    auto answer = [](received_request const& r) {
        if (!r.params().contains("requestState"))
            return test::result(r, R"({"resultType":"input_required","requestState":"later"})");
        CHECK(!r.params().contains("inputResponses"));
        return test::result(r, R"({"content":[]})");
    };
    with_answers(answer, nullptr, [](endpoint_fixture&, mcp_connection& c) -> asio_awaitable {
        CHECK(co_await outcome_of(c, "tools/call") == R"({"content":[]})");
    });
}

TEST_CASE("a client that cannot be asked says so, and an endless questioner is left")
{
    auto answer = [](received_request const& r) { return test::result(r, wanted); };
    with_answers(answer, nullptr, [](endpoint_fixture& f, mcp_connection& c) -> asio_awaitable {
        CHECK(co_await outcome_of(c, "tools/call") == "this client offers no elicitation/create");
        CHECK(f.endpoint.of("tools/call").size() == 1);
    });
    with_answers(answer, say_ada, [](endpoint_fixture& f, mcp_connection& c) -> asio_awaitable {
        CHECK(contains(co_await outcome_of(c, "tools/call"), "more and more input"));
        CHECK(f.endpoint.of("tools/call").size() == 9);
    });
}

TEST_CASE("a result that is neither complete nor a question where one may be is refused")
{
    auto const refused = [](std::string const& result, std::string const& method) {
        std::string text;
        auto answer = [&](received_request const& r) { return test::result(r, result); };
        with_answers(answer, say_ada, [&](endpoint_fixture&, mcp_connection& c) -> asio_awaitable {
            text = co_await outcome_of(c, method);
        });
        return text;
    };
    CHECK(contains(refused(R"({"resultType":"task"})", "tools/call"), "does not know"));
    CHECK(contains(refused(R"({"resultType":7})", "tools/call"), "does not know"));
    CHECK(contains(refused("[]", "tools/call"), "no object"));
    CHECK(contains(refused(wanted, "tools/list"), "where none may be asked for"));
    auto const odd = R"({"resultType":"input_required","inputRequests":{"a":7}})";
    CHECK(contains(refused(odd, "tools/call"), "none of MCP"));
    CHECK(contains(refused(R"({"resultType":"input_required"})", "prompts/get"), "for which"));
}

}  // namespace input_required_http_test
