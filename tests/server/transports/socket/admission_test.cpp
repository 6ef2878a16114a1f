#include "protocol/jsonrpc.hpp"
#include "protocol/strict_json.hpp"
#include "server/transports/socket/admission.hpp"

#include <doctest/doctest.h>

#include <string>

namespace admission_test {

namespace {

constexpr std::string_view token = "0123456789abcdef";

std::string message(std::string const& meta)
{
    return R"({"jsonrpc":"2.0","id":"a","method":"ping","params":{"_meta":{)" + meta + "}}}";
}

std::string outcome(std::string_view line)
{
    auto const out = server::admit(line, token);
    return out ? "in: " + *out : out.error().reply;
}

}  // namespace

TEST_CASE("the first message is let in by its token, which is taken out of it")
{
    CHECK(
        outcome(message(R"("nextjs-backend-engineer/token":"0123456789abcdef","a":[1,"b"])")) ==
        "in: " + message(R"("a":[1,"b"])"));
}

TEST_CASE("a first message without the token is refused with the id of its request")
{
    for (std::string const meta :
         {"",
          R"("nextjs-backend-engineer/token":"0123456789abcdeg")",
          R"("nextjs-backend-engineer/token":"0123456789abcdef0")",
          R"("nextjs-backend-engineer/token":"0123456789abcde")",
          R"("nextjs-backend-engineer/token":"")",
          R"("nextjs-backend-engineer/token":123)",
          R"("nextjs-backend-engineer/token":null)",
          R"("nextjs-backend-engineer/token":["0123456789abcdef"])",
          R"("nextjs-backend-engineer/Token":"0123456789abcdef")"}) {
        auto const reply = outcome(message(meta));
        CHECK_MESSAGE(reply.find(R"("id":"a")") != std::string::npos, meta);
        CHECK_MESSAGE(reply.find("unauthorized") != std::string::npos, meta);
        CHECK(reply.find("0123456789") == std::string::npos);
    }
}

TEST_CASE("a token elsewhere than in params._meta lets nobody in")
{
    std::string const shown = R"("nextjs-backend-engineer/token":"0123456789abcdef")";
    for (auto const& line :
         {R"({"jsonrpc":"2.0","method":"m",)" + shown + "}",
          R"({"jsonrpc":"2.0","method":"m","params":{)" + shown + "}}",
          R"({"jsonrpc":"2.0","method":"m","_meta":{)" + shown + "}}",
          R"({"jsonrpc":"2.0","method":"m","params":[{"_meta":{)" + shown + "}}]}"})
        CHECK_MESSAGE(outcome(line).find("unauthorized") != std::string::npos, line);
}

TEST_CASE("what is no JSON object is refused for that")
{
    CHECK(outcome("POST / HTTP/1.1").find("-32700") != std::string::npos);
    CHECK(outcome("").find("-32700") != std::string::npos);
    CHECK(outcome("[" + message("") + "]").find("must be a JSON object") != std::string::npos);
    CHECK(outcome("17").find("must be a JSON object") != std::string::npos);
    auto const twice = R"("nextjs-backend-engineer/token":"0123456789abcdef",)"
                       R"("nextjs-backend-engineer/token":"x")";
    CHECK(outcome(message(twice)).find("-32600") != std::string::npos);
}

}  // namespace admission_test
