#include "protocol/json_text.hpp"
#include "protocol/jsonrpc.hpp"
#include "protocol/strict_json.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <limits>

namespace jsonrpc_test {

namespace rpc = mcp::jsonrpc;

namespace {

// What is sent back for `text`, or what it was read as.
std::string read(std::string_view text)
{
    auto m = rpc::parse(text);
    return m ? rpc::serialize(*m) : "! " + rpc::serialize(m.error().reply);
}

std::string refused(int code, std::string const& why, std::string const& id = {})
{
    auto const head = id.empty() ? "" : ",\"id\":" + id;
    return R"(! {"jsonrpc":"2.0")" + head + R"(,"error":{"code":)" + std::to_string(code) +
           R"(,"message":")" + why + R"("}})";
}

}  // namespace

TEST_CASE("messages are read and written as they are")
{
    for (std::string const text : {
             R"({"jsonrpc":"2.0","id":1,"method":"ping"})",
             R"({"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}})",
             R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
             R"({"jsonrpc":"2.0","id":-9223372036854775808,"result":{}})",
             R"({"jsonrpc":"2.0","id":"","result":{"a":[1,2]}})",
             R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no","data":[]}})",
             R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}})",
         })
        CHECK(read(text) == text);
}

TEST_CASE("ids are strings or 64-bit integers and are echoed exactly")
{
    for (std::string const id :
         {"0", "-1", "9007199254740993", "9223372036854775807", R"("0")", R"("\u0000\"")"}) {
        auto const text = R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"m"})";
        CHECK(read(text) == text);
    }
    for (std::string const id :
         {"null", "true", "1.0", "1e2", "1.5", "9223372036854775808", "1e400", "[]", "{}"}) {
        auto const text = R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"m"})";
        auto const reply = rpc::parse(text).error().reply;
        CHECK(!reply.id);
        CHECK(std::get<rpc::error>(reply.outcome).code == -32600);
    }
}

TEST_CASE("what is no message is refused, with its id where that is readable and an answer is due")
{
    CHECK(read("[]") == refused(-32600, "batches are not supported: send one message at a time"));
    CHECK(read("1") == refused(-32600, "a message is a JSON object"));
    CHECK(read(R"({"id":1,"method":"m"})") == refused(-32600, R"(jsonrpc must be \"2.0\")", "1"));
    CHECK(
        read(R"({"jsonrpc":"1.0","method":"m"})") == refused(-32600, R"(jsonrpc must be \"2.0\")"));
    CHECK(
        read(R"({"jsonrpc":"2.0","id":"a","method":1})") ==
        refused(-32600, "method must be a string", R"("a")"));
    CHECK(
        read(R"({"jsonrpc":"2.0","id":2,"method":"m","params":[]})") ==
        refused(-32600, "params must be an object", "2"));
    CHECK(
        read(R"({"jsonrpc":"2.0","id":3})") ==
        refused(-32600, "neither a request, a notification nor a response", "3"));
    // The id of a response is ours: the peer would take it for one of its own.
    CHECK(
        read(R"({"jsonrpc":"2.0","id":4,"result":{},"error":{"code":1,"message":""}})") ==
        refused(-32600, "a response has either a result or an error"));
    CHECK(
        read(R"({"jsonrpc":"2.0","result":{}})") ==
        refused(-32600, "a result needs the id of its request"));
}

TEST_CASE("an error of the peer's that breaks the rules is still an error")
{
    CHECK(
        read(R"({"jsonrpc":"2.0","id":4,"error":"no"})") ==
        R"({"jsonrpc":"2.0","id":4,"error":{"code":-32603,"message":"the peer gave no reason"}})");
    CHECK(
        read(R"({"jsonrpc":"2.0","id":4,"error":{"code":1e99,"message":"m"}})") ==
        R"({"jsonrpc":"2.0","id":4,"error":{"code":-32603,"message":"m"}})");
}

TEST_CASE("text that is not JSON is a parse error, and JSON that we refuse an invalid request")
{
    auto const code = [](std::string_view text) {
        return std::get<rpc::error>(rpc::parse(text).error().reply.outcome).code;
    };
    CHECK(code("{") == -32700);
    CHECK(code("{\"a\":\"\xff\"}") == -32700);
    CHECK(code(R"({"jsonrpc":"2.0","jsonrpc":"2.0","method":"m"})") == -32600);
    CHECK(code(R"({"jsonrpc":"2.0","method":"m","params":{"a":1e400}})") == -32600);
}

TEST_CASE("integral doubles are written as integers, and what is not finite as null")
{
    auto const text = [](double d) { return mcp::json_text(d); };
    CHECK(text(1.0) == "1");
    CHECK(text(0.0) == "0");
    CHECK(text(-3.0) == "-3");
    CHECK(text(0.5) == "0.5");
    CHECK(text(9007199254740992.0) == "9007199254740992");
    CHECK(text(std::numeric_limits<double>::infinity()) == "null");
    CHECK(text(std::numeric_limits<double>::quiet_NaN()) == "null");
    for (double d : {1e300, 1e-300, 0.1, 1.0 / 3, 1e17, -2.5e-7})
        CHECK(boost::json::parse(text(d)).to_number<double>() == doctest::Approx(d));
}

TEST_CASE("text is written without newlines and always as valid UTF-8")
{
    CHECK(mcp::json_text("a\n\r\t\"\\\x01\x7f/") == "\"a\\n\\r\\t\\\"\\\\\\u0001\x7f/\"");
    CHECK(
        mcp::json_text("gr\u00fc\u00df \u4e16\u754c \U0001f600") ==
        "\"gr\u00fc\u00df \u4e16\u754c \U0001f600\"");
    // Lone continuation, overlong, surrogate, beyond Unicode, cut off.
    for (std::string const bad :
         {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
        auto const written = mcp::json_text(boost::json::string("a" + bad + "b"));
        CHECK(written.starts_with("\"a\xEF\xBF\xBD"));
        CHECK(written.ends_with("b\""));
        CHECK(mcp::strict_json().parse(written).has_value());
    }
}

}  // namespace jsonrpc_test
