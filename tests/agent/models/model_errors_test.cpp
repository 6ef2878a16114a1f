#include "agent/models/model_errors.hpp"

#include <doctest/doctest.h>

namespace model_errors_test {

using agent::model_errc;
using namespace std::chrono_literals;

namespace {

auto const now = std::chrono::system_clock::from_time_t(1'795'345'200);  // 2026-11-22 11:00 UTC

agent::credential const nobody{{}, {}, {}, "ANTHROPIC_API_KEY"};

agent::model_error classify(int status, std::string_view body)
{
    agent::failed_response response;
    response.status = status;
    response.body = body;
    agent::credential key;
    key.source = key.wanted = "ANTHROPIC_API_KEY";
    return agent::classify(response, key, now);
}

std::string
anthropic_error(std::string_view type, std::string_view message, std::string_view code = "")
{
    return R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":")" +
           std::string(message) + R"(","details":{"error_code":")" + std::string(code) +
           R"("}},"request_id":"req_7"})";
}

}  // namespace

TEST_CASE("each refusal of the Messages API has its kind, and is retried or not")
{
    struct row {
        int status;
        std::string body;
        model_errc kind;
        bool retryable;
    };
    std::vector<row> const table = {
        {400,
         anthropic_error("invalid_request_error", "tools.0: bad"),
         model_errc::invalid_request,
         false},
        {400,
         anthropic_error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
         model_errc::context_overflow,
         false},
        {400,
         anthropic_error("invalid_request_error", "Your credit balance is too low"),
         model_errc::billing,
         false},
        {400,
         anthropic_error("invalid_request_error", "x", "enforced_spend_limit_reached"),
         model_errc::billing,
         false},
        {400,
         R"({"error":{"code":400,"message":"m","type":"exceed_context_size_error","n_ctx":1}})",
         model_errc::context_overflow,
         false},
        {400,
         R"({"object":"error","message":"'max_tokens' is too large: the maximum context length is 10","type":"BadRequestError"})",
         model_errc::invalid_request,
         false},
        {401,
         anthropic_error("authentication_error", "invalid x-api-key"),
         model_errc::authentication,
         false},
        {402, anthropic_error("billing_error", "pay"), model_errc::billing, false},
        {403, anthropic_error("permission_error", "no"), model_errc::permission, false},
        {404, anthropic_error("not_found_error", "model: nope"), model_errc::not_found, false},
        {408, "", model_errc::timed_out, true},
        {409, anthropic_error("conflict_error", "c"), model_errc::server_error, true},
        {413, "<html>too large</html>", model_errc::too_large, false},
        {422, R"({"detail":"field required"})", model_errc::invalid_request, false},
        {429, anthropic_error("rate_limit_error", "slow down"), model_errc::rate_limited, true},
        {429,
         anthropic_error("rate_limit_error", "slow down", "ramp_limit_exceeded"),
         model_errc::rate_limited,
         true},
        {429,
         anthropic_error("rate_limit_error", "x", "enforced_spend_limit_reached"),
         model_errc::billing,
         false},
        {429,
         anthropic_error("rate_limit_error", "x", "contract_spend_limit_reached"),
         model_errc::billing,
         false},
        {500, anthropic_error("api_error", "oops"), model_errc::server_error, true},
        {501,
         R"({"error":{"code":501,"message":"m","type":"not_supported_error"}})",
         model_errc::invalid_request,
         false},
        {502, "<html>Bad gateway</html>", model_errc::server_error, true},
        {503, anthropic_error("overloaded_error", "busy"), model_errc::overloaded, true},
        {503, "", model_errc::server_error, true},
        {504, anthropic_error("timeout_error", "late"), model_errc::timed_out, true},
        {529, anthropic_error("overloaded_error", "Overloaded"), model_errc::overloaded, true},
        {204, "", model_errc::broken_stream, false},
    };
    for (auto const& [status, body, kind, retryable] : table) {
        auto const what = std::to_string(status) + " " + std::string(body);  // INFO captures it
        INFO(what);
        auto const error = classify(status, body);
        CHECK(error.kind == kind);
        CHECK(error.retryable == retryable);
        CHECK(error.status == status);
        CHECK(error.message.find('<') == std::string::npos);
    }
}

TEST_CASE(
    "the provider's word on retrying comes before the table, but no spending limit is retried")
{
    agent::failed_response response;
    response.status = 400;
    response.should_retry = "true";
    CHECK(agent::classify(response, nobody, now).retryable);
    response.status = 503;
    response.should_retry = "false";
    CHECK(!agent::classify(response, nobody, now).retryable);
    auto const spent = anthropic_error("rate_limit_error", "x", "enforced_spend_limit_reached");
    response.status = 429;
    response.should_retry = "true";
    response.body = spent;
    CHECK(!agent::classify(response, nobody, now).retryable);
}

TEST_CASE("a refused key is named by where it came from and never quoted")
{
    auto const error = classify(401, anthropic_error("authentication_error", "bad key sk-ant-123"));
    CHECK(error.message == "The model API refused the key (401): check ANTHROPIC_API_KEY.");
    CHECK(error.request_id == "req_7");
    agent::failed_response response;
    response.status = 401;
    CHECK(
        agent::classify(response, nobody, now).message ==
        "The model API wants a key (401): set ANTHROPIC_API_KEY.");
}

TEST_CASE("what a server says about an error is found in every known shape, on one line")
{
    CHECK(
        classify(400, R"({"error":"model not loaded"})").message ==
        "The model API answered with an error (400): model not loaded");
    CHECK(classify(400, R"({"detail":"nope"})").message.ends_with(": nope"));
    CHECK(
        classify(400, R"({"error":{"message":"a\n\u001b[31mb\u202e\u0085c","type":"t"}})")
            .message == "The model API answered with an error (400, t): a [31mb c");
    CHECK(classify(400, "[]").message == "The model API answered with an error (400)");
    auto const longest = classify(400, anthropic_error("t", std::string(100'000, 'x'))).message;
    CHECK(longest.size() < 600);
    CHECK(agent::one_line("\xE2\x82\xAC\xE2\x82\xAC", 5) == "\xE2\x82\xAC");
    CHECK(classify(500, std::string(60'000, '[')).kind == model_errc::server_error);
}

TEST_CASE("the time to wait is read in each of its forms")
{
    auto after = [](std::string_view ms, std::string_view value) {
        return agent::parse_retry_after(ms, value, now);
    };
    CHECK(after("1500", "9") == 1500ms);
    CHECK(after("", "2") == 2000ms);
    CHECK(after("", "0.5") == 500ms);
    CHECK(after("", "Sun, 22 Nov 2026 11:00:30 GMT") == 30s);
    CHECK(after("", "Sun, 22 Nov 2026 10:00:00 GMT") == 0ms);
    CHECK(after("", "99999999999999") == 7 * 24h);
    for (auto garbage : {"", "soon", "-5", "1e9", "nan", "5 minutes", "Sunday"}) {
        INFO(std::string(garbage));
        CHECK(!after("", garbage));
    }
    CHECK(!after("x", ""));
}

TEST_CASE("an error event of a stream is classified by its type")
{
    auto kind = [](char const* type) {
        return agent::classify_stream_error(
            R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":"m"}})");
    };
    CHECK(kind("overloaded_error").kind == model_errc::overloaded);
    CHECK(kind("rate_limit_error").retryable);
    CHECK(kind("api_error").retryable);
    CHECK(kind("timeout_error").kind == model_errc::timed_out);
    CHECK(!kind("invalid_request_error").retryable);
    CHECK(!kind("authentication_error").retryable);
    CHECK(kind("never_heard_of").kind == model_errc::server_error);
    CHECK(agent::classify_stream_error("not json").kind == model_errc::server_error);
}

}  // namespace model_errors_test
