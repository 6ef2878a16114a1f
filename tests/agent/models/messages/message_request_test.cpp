#include "agent/models/messages/message_request.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace message_request_test {

using agent::message_body;
using agent::messages_profile;
using boost::json::parse;

namespace {

agent::tool_declaration tool(char const* name, char const* schema)
{
    return {name, "what it does", parse(schema).as_object()};
}

char const* const closed =
    R"({"type":"object","properties":{"path":{"type":"string"}},"required":["path"],"additionalProperties":false})";
char const* const open =
    R"({"type":"object","properties":{"limit":{"type":"integer","minimum":1}}})";

agent::turn said(std::string content)
{
    agent::turn t;
    t.content = std::move(content);
    return t;
}

struct parts {
    std::vector<std::string> system{"rules", "facts"};
    agent::tool_declaration read = tool("read", closed);
    agent::tool_declaration list = tool("list", open);
    std::vector<agent::tool_declaration const*> tools{&read, &list};
    agent::conversation messages;

    parts()
    {
        messages.emplace_back(agent::user_message{"do it"});
        messages.emplace_back(said(
            R"([ {"type":"thinking", "signature":"Eq==", "n":1.50}, {"type":"tool_use","id":"a","name":"read","input":{}}])"));
        agent::tool_results results;
        results.outcomes = {{"a", "line\n\"two\"", false}, {"b", "no such file", true}};
        results.note = "wrap up";
        messages.emplace_back(results);
    }
    std::string body(messages_profile profile, std::vector<std::string> omit = {}) const
    {
        return message_body(
            {system, tools, messages, 32000, "medium", std::move(omit)}, "m", profile);
    }
};

}  // namespace

TEST_CASE("the body for the Messages API is exactly this")
{
    CHECK(
        parts().body(messages_profile::native) ==
        R"({"model":"m","max_tokens":32000,"stream":true,"output_config":{"effort":"medium"},"cache_control":{"type":"ephemeral"},)"
        R"("system":[{"type":"text","text":"rules"},{"type":"text","text":"facts","cache_control":{"type":"ephemeral"}}],)"
        R"("tools":[{"name":"read","description":"what it does","strict":true,"input_schema":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"],"additionalProperties":false}},)"
        R"({"name":"list","description":"what it does","input_schema":{"type":"object","properties":{"limit":{"type":"integer","minimum":1}}}}],)"
        R"("messages":[{"role":"user","content":[{"type":"text","text":"do it"}]},)"
        R"({"role":"assistant","content":[ {"type":"thinking", "signature":"Eq==", "n":1.50}, {"type":"tool_use","id":"a","name":"read","input":{}}]},)"
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"line\n\"two\""},)"
        R"({"type":"tool_result","tool_use_id":"b","content":"no such file","is_error":true},{"type":"text","text":"wrap up"}]}]})");
}

TEST_CASE("a host that only speaks the common subset is sent nothing beyond it")
{
    auto const body = parse(parts().body(messages_profile::compat)).as_object();
    for (auto const& [name, value] : body)
        CHECK(
            std::string_view("model max_tokens stream system tools messages").find(name) !=
            std::string_view::npos);
    auto const text = parts().body(messages_profile::compat);
    for (auto word : {"cache_control", "strict", "output_config", "thinking_", "temperature"})
        CHECK(text.find(word) == std::string::npos);
}

TEST_CASE("fields that a host has refused are left out, and errors are then said in words")
{
    auto const text = parts().body(
        messages_profile::native, {"cache_control", "output_config", "strict", "is_error"});
    for (auto word : {"cache_control", "output_config", "strict", "is_error"})
        CHECK(text.find(word) == std::string::npos);
    CHECK(text.find(R"("content":"ERROR: no such file")") != std::string::npos);
    CHECK_NOTHROW(parse(text));
}

TEST_CASE("the body of a longer conversation begins with the bytes of the shorter one")
{
    parts p;
    for (auto profile : {messages_profile::native, messages_profile::compat}) {
        auto shorter = p.body(profile);
        shorter.resize(shorter.size() - 2);  // the end of the messages and of the body
        auto longer = p;
        longer.messages.emplace_back(said(R"([{"type":"text","text":"done"}])"));
        longer.messages.emplace_back(agent::user_message{"thanks"});
        CHECK(longer.body(profile).starts_with(shorter));
    }
}

TEST_CASE("texts and answers that the API would refuse as empty are replaced")
{
    parts p;
    p.system = {"", "rules", ""};
    p.messages = {agent::user_message{" \n"}, said("[]"), agent::user_message{"go on"}};
    auto const body = parse(p.body(messages_profile::native));
    CHECK(body.at("system").as_array().size() == 1);
    CHECK(body.at("system").at(0).as_object().contains("cache_control"));
    CHECK(body.at("messages").at(0).at("content").at(0).at("text") == "(no text)");
    CHECK(body.at("messages").at(1).at("content").at(0).at("text") == "(no text)");
}

TEST_CASE("strict is asked for only where a schema is within its subset")
{
    auto fits = [](char const* schema) { return agent::fits_strict(parse(schema).as_object()); };
    CHECK(fits(closed));
    CHECK(fits(R"({"type":"object","properties":{},"required":[],"additionalProperties":false})"));
    CHECK(fits(
        R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"string","enum":["x"]}}},"required":["a"],"additionalProperties":false})"));
    CHECK(!fits(open));
    CHECK(!fits(
        R"({"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false})"));
    CHECK(!fits(
        R"({"type":"object","properties":{"a":{"type":"string","maxLength":3}},"required":["a"],"additionalProperties":false})"));
    CHECK(!fits(
        R"({"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"additionalProperties":false})"));
    CHECK(!fits(
        R"({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"],"additionalProperties":false})"));
    CHECK(!fits(R"({"type":"array"})"));
    CHECK(!fits("{}"));
}

TEST_CASE("the host of the base URL decides what a model API is sent")
{
    using agent::profile_of;
    CHECK(profile_of("https://api.anthropic.com") == messages_profile::native);
    CHECK(profile_of("https://api.anthropic.com:443/v1/") == messages_profile::native);
    CHECK(profile_of("http://127.0.0.1:8080") == messages_profile::compat);
    CHECK(profile_of("https://api.anthropic.com.evil.example") == messages_profile::compat);
    CHECK(profile_of("https://api.anthropic.com@evil.example/") == messages_profile::compat);
    CHECK(agent::messages_url("http://h:1/") == "http://h:1/v1/messages");
    CHECK(agent::messages_url("http://h:1/v1/") == "http://h:1/v1/messages");
    CHECK(agent::messages_url("https://h/proxy") == "https://h/proxy/v1/messages");
}

}  // namespace message_request_test
