#include "agent/models/chat/chat_request.hpp"
#include "agent/models/messages/message_request.hpp"
#include "agent/models/recovery.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace chat_request_test {

using namespace agent;
namespace json = boost::json;

namespace {

std::vector<std::string> const system_text{"Be good.", "", "Be brief."};
tool_declaration const read_file{"read_file", "Reads.", {{"type", "object"}}};
std::vector<tool_declaration const*> const tools{&read_file};

turn called()
{
    turn out;
    out.content =
        R"({"role":"assistant","content":"","reasoning_content":"hmm","tool_calls":[{"id":"a","type":"function","function":{"name":"read_file","arguments":"{\"p\":1}"}}]})";
    out.calls.push_back({"a", "read_file", R"({"p":1})"});
    return out;
}

conversation with(turn answer)
{
    conversation out;
    out.emplace_back(user_message{"Do it."});
    out.emplace_back(std::move(answer));
    out.emplace_back(tool_results{{{"a", "no such file", true}}, "Hurry."});
    return out;
}

json::object body(
    conversation const& messages,
    std::vector<std::string> omit = {},
    chat_profile profile = chat_profile::compat)
{
    model_request request{system_text, tools, messages};
    request.omit = std::move(omit);
    return json::parse(chat_body(request, "m", profile)).as_object();
}

}  // namespace

TEST_CASE("chat 2.4: the request is the common subset")
{
    auto const messages = with(called());
    auto const sent = body(messages);
    CHECK(sent.at("model") == "m");
    CHECK(sent.at("max_tokens") == 32000);
    CHECK(sent.at("stream") == true);
    CHECK(sent.at("stream_options").at("include_usage") == true);
    CHECK(!sent.contains("reasoning_effort"));
    CHECK(!sent.contains("tool_choice"));
    auto const& tool = sent.at("tools").at(0);
    CHECK(tool.at("type") == "function");
    CHECK(tool.at("function").at("name") == "read_file");
    CHECK(tool.at("function").at("parameters").at("type") == "object");
    auto const& said = sent.at("messages").as_array();
    REQUIRE(said.size() == 5);
    CHECK(said[0].at("role") == "system");
    CHECK(said[0].at("content") == "Be good.\n\nBe brief.");
    CHECK(said[1].at("role") == "user");
    CHECK(said[2].at("tool_calls").at(0).at("function").at("arguments") == R"({"p":1})");
    CHECK(said[2].at("reasoning_content") == "hmm");
    CHECK(said[4].at("content") == "Hurry.");
}

TEST_CASE("chat 2.4 (7): a failed tool says so in words")
{
    auto const messages = with(called());
    auto const sent = body(messages);
    auto const& result = sent.at("messages").at(3);
    CHECK(result.at("role") == "tool");
    CHECK(result.at("tool_call_id") == "a");
    CHECK(result.at("content") == "ERROR: no such file");
}

TEST_CASE("chat 2.4 (8): beside calls the content is a string, empty or not")
{
    turn answer = called();
    answer.content = "[]";  // of another API
    auto const messages = with(answer);
    auto const sent = body(messages);
    auto const& message = sent.at("messages").at(2);
    CHECK(message.at("content") == "");
    CHECK(message.at("tool_calls").at(0).at("id") == "a");
}

TEST_CASE("chat: OpenAI's own names, and the other ones where a host refuses those")
{
    auto const messages = with(called());
    auto const own = body(messages, {}, chat_profile::openai);
    CHECK(own.at("max_completion_tokens") == 32000);
    CHECK(!own.contains("max_tokens"));
    CHECK(own.at("reasoning_effort") == "medium");
    auto const older =
        body(messages, {"max_completion_tokens", "reasoning_effort"}, chat_profile::openai);
    CHECK(older.at("max_tokens") == 32000);
    CHECK(!older.contains("reasoning_effort"));
    auto const azure = body(messages, {"max_tokens", "stream_options", "reasoning_content"});
    CHECK(azure.at("max_completion_tokens") == 32000);
    CHECK(!azure.contains("stream_options"));
    CHECK(!azure.at("messages").at(2).as_object().contains("reasoning_content"));
}

TEST_CASE("chat: what a host refuses is found in its own words")
{
    conversation const messages;
    model_request const request{system_text, tools, messages};
    auto const field = [&](char const* words) {
        auto error = model_error(model_errc::invalid_request, words);
        auto const found = recovery_for(error, request);
        return found.what == recovery::kind::omit_field ? found.field : "none";
    };
    CHECK(
        field("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
              "'max_completion_tokens' instead.") == "max_tokens");
    CHECK(
        field("Unrecognized request argument supplied: max_completion_tokens") ==
        "max_completion_tokens");
    CHECK(field("Unrecognized request argument supplied: reasoning_effort") == "reasoning_effort");
    CHECK(field("body.stream_options: Extra inputs are not permitted") == "stream_options");
    CHECK(field("Unknown field: messages.2.reasoning_content") == "reasoning_content");
    CHECK(field("the model is busy") == "none");
}

TEST_CASE("chat: where requests go")
{
    CHECK(chat_url("https://api.openai.com/v1") == "https://api.openai.com/v1/chat/completions");
    CHECK(chat_url("http://localhost:8080") == "http://localhost:8080/v1/chat/completions");
    CHECK(chat_url("http://localhost:8080//") == "http://localhost:8080/v1/chat/completions");
    CHECK(chat_url("https://x.y/openai/v1/") == "https://x.y/openai/v1/chat/completions");
    CHECK(
        chat_url("https://g.com/v1beta/openai/chat/completions") ==
        "https://g.com/v1beta/openai/chat/completions");
    CHECK(chat_profile_of("https://api.openai.com/v1") == chat_profile::openai);
    CHECK(chat_profile_of("https://api.openai.com.evil.example/v1") == chat_profile::compat);
}

TEST_CASE("a turn of one API is understood by the other")
{
    turn answer = called();
    answer.text = "Reading.";
    auto const messages = with(answer);
    model_request const request{system_text, tools, messages};
    auto const sent = json::parse(message_body(request, "m", messages_profile::compat)).as_object();
    auto const& content = sent.at("messages").at(1).at("content").as_array();
    REQUIRE(content.size() == 2);
    CHECK(content[0].at("text") == "Reading.");
    CHECK(content[1].at("type") == "tool_use");
    CHECK(content[1].at("id") == "a");
    CHECK(content[1].at("input").at("p") == 1);
}

TEST_CASE("chat: a longer conversation begins with the bytes of the shorter one")
{
    auto const longer = with(called());
    conversation const shorter(longer.begin(), longer.begin() + 1);
    auto text = [&](conversation const& messages) {
        return chat_body({system_text, tools, messages}, "m", chat_profile::compat);
    };
    auto start = text(shorter);
    start.resize(start.size() - 2);
    CHECK(text(longer).starts_with(start));
}

}  // namespace chat_request_test
