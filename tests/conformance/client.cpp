// The client that the official conformance suite drives: agent/downstream, with a script for each
// scenario.
//
//   conformance_client URL
//
// The suite says which one by MCP_CONFORMANCE_SCENARIO, in which version by
// MCP_CONFORMANCE_PROTOCOL_VERSION, and with what by MCP_CONFORMANCE_CONTEXT. The checks are the
// suite's; this says by its exit code only whether it got to the end: 1 if not, and killed by an
// alarm when it hangs, because the suite would wait for ever.

#include "agent/downstream/mcp_connection.hpp"
#include "agent/http/curl_multi.hpp"
#include "protocol/sha256.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;
using namespace std::chrono_literals;

constexpr unsigned watchdog = 25;  // seconds; the suite's own is 30
constexpr auto call_limit = 20s;

std::string setting(char const* name, char const* otherwise)
{
    auto const* value = std::getenv(name);
    return value ? value : otherwise;
}

// A value that the schema of a form's field allows: its default where it has one.
json::value field_value(json::object const& schema)
{
    if (auto const* value = schema.if_contains("default"))
        return *value;
    if (auto const* values = schema.if_contains("enum"))
        return values->as_array().at(0);
    if (auto const* options = schema.if_contains("oneOf"))
        return options->as_array().at(0).as_object().at("const");
    auto const& type = schema.at("type").as_string();
    if (type == "boolean")
        return true;
    if (type == "integer" || type == "number")
        return 1;
    if (type == "array")
        return json::array();
    return "answered";
}

// Accepts every form, as it is filled in when it is shown.
awaitable<json::value> fill_in(std::string method, json::object params)
{
    if (method != "elicitation/create")
        throw mcp::jsonrpc::error(mcp::jsonrpc::errc::method_not_found, "only forms are filled in");
    json::object content;
    for (auto const& field : params.at("requestedSchema").at("properties").as_object())
        content[field.key()] = field_value(field.value().as_object());
    json::object out;
    out["action"] = "accept";
    out["content"] = std::move(content);
    co_return out;
}

// One run: a connection, and what the scenario was given.
class run {
public:
    run(std::string url, agent::curl_multi& transfers) : transfers_(transfers)
    {
        server_.name = "The suite";
        server_.client_name = "conformance-client";
        server_.client_version = "1.0.0";
        server_.endpoint.emplace();
        server_.endpoint->url = std::move(url);
        server_.endpoint->transfers = &transfers_;
        log_.sink = [](mcp::LoggingLevel, std::string_view text) { std::cerr << text << '\n'; };
        context = json::parse(setting("MCP_CONFORMANCE_CONTEXT", "{}")).as_object();
    }
    run(run const&) = delete;
    run& operator=(run const&) = delete;
    ~run()
    {
        if (connection_)
            connection_->close();
    }

    awaitable<void> connect(json::object capabilities, agent::question_handler answer = fill_in)
    {
        server_.capabilities = std::move(capabilities);
        server_.answer = std::move(answer);
        auto const executor = co_await asio::this_coro::executor;
        connection_ = agent::mcp_connection::start(executor, server_, log_);
        auto era = agent::downstream_era::legacy;
        if (setting("MCP_CONFORMANCE_PROTOCOL_VERSION", "2025-11-25") == agent::modern_version)
            era = agent::downstream_era::unknown;
        co_await connection_->open(era);
    }

    awaitable<json::object> call(std::string method, json::object params = json::object())
    {
        auto const result =
            co_await connection_->call(std::move(method), std::move(params), call_limit);
        co_return result.as_object();
    }

    awaitable<json::object>
    call_tool(std::string const& name, json::object arguments = json::object())
    {
        json::object params;
        params["name"] = name;
        params["arguments"] = std::move(arguments);
        return call("tools/call", std::move(params));
    }

    awaitable<json::array> list(std::string what)
    {
        auto const listed = co_await call(what + "/list");
        co_return listed.at(what).as_array();
    }

    json::object context;

private:
    agent::curl_multi& transfers_;
    agent::downstream_server server_;
    mcp::logger log_;
    std::shared_ptr<agent::mcp_connection> connection_;
};

std::string text_at(json::value const& object, char const* name)
{
    return std::string(object.at(name).as_string());
}

json::object with(char const* name, json::value value)
{
    json::object out;
    out[name] = std::move(value);
    return out;
}

// ---- the scenarios --------------------------------------------------------------------------

awaitable<void> only_list(run& r)
{
    co_await r.connect(json::object());
    co_await r.list("tools");
}

awaitable<void> tools_call(run& r)
{
    co_await only_list(r);
    auto numbers = with("a", 5);
    numbers["b"] = 3;
    co_await r.call_tool("add_numbers", std::move(numbers));
}

awaitable<void> elicitation_defaults(run& r)
{
    auto form = with("form", json::object());
    co_await r.connect(with("elicitation", std::move(form)));
    co_await r.list("tools");
    co_await r.call_tool("test_client_elicitation_defaults");
}

awaitable<void> reconnection(run& r)
{
    co_await only_list(r);
    co_await r.call_tool("test_reconnection");
}

awaitable<void> schema_preserved(run& r)
{
    co_await r.connect(json::object());
    auto const tools = co_await r.list("tools");
    for (auto const& tool : tools) {
        if (text_at(tool, "name") == "json_schema_2020_12_tool")
            co_await r.call_tool("json_schema_echo", with("schema", tool.at("inputSchema")));
    }
}

awaitable<void> request_metadata(run& r)
{
    auto capabilities = with("roots", json::object());
    capabilities["sampling"] = json::object();
    capabilities["elicitation"] = json::object();
    co_await r.connect(std::move(capabilities));
    co_await r.list("tools");
}

// A call of its own between the two rounds of the first one must not carry anything of it.
awaitable<void> request_state(run& r)
{
    bool unrelated = false;
    auto answer = [&](std::string method, json::object params) -> awaitable<json::value> {
        if (!std::exchange(unrelated, true))
            co_await r.call_tool("test_mrtr_unrelated");
        co_return co_await fill_in(std::move(method), std::move(params));
    };
    co_await r.connect(with("elicitation", json::object()), answer);
    co_await r.list("tools");
    co_await r.call_tool("test_mrtr_echo_state");
    co_await r.call_tool("test_mrtr_no_state");
    co_await r.call_tool("test_mrtr_no_result_type");
}

awaitable<void> standard_headers(run& r)
{
    co_await r.connect(json::object());
    auto const tools = co_await r.list("tools");
    for (auto const& tool : tools)
        co_await r.call_tool(text_at(tool, "name"));
    auto const resources = co_await r.list("resources");
    for (auto const& resource : resources)
        co_await r.call("resources/read", with("uri", resource.at("uri")));
    auto const prompts = co_await r.list("prompts");
    for (auto const& prompt : prompts)
        co_await r.call("prompts/get", with("name", prompt.at("name")));
}

awaitable<void> custom_headers(run& r)
{
    co_await only_list(r);
    for (auto const& wanted : r.context.at("toolCalls").as_array())
        co_await r.call("tools/call", wanted.as_object());
}

awaitable<void> invalid_tool_headers(run& r)
{
    co_await r.connect(json::object());
    auto const tools = co_await r.list("tools");
    for (auto const& tool : tools)
        co_await r.call_tool(text_at(tool, "name"), with("region", "us-west1"));
}

awaitable<json::array> list_skills(run& r)
{
    auto extensions = with("io.modelcontextprotocol/skills", json::object());
    co_await r.connect(with("extensions", std::move(extensions)));
    co_return co_await r.list("skills");
}

awaitable<void> skills_listed(run& r)
{
    co_await list_skills(r);
}

void verify(bool good, std::string const& what)
{
    if (!good)
        throw std::runtime_error("the skill is not what its entry says: " + what);
}

bool same(YAML::Node const& written, json::value const& listed)
{
    if (auto const* object = listed.if_object()) {
        bool good = written.IsMap() && written.size() == object->size();
        for (auto const& field : *object)
            good = good && written[std::string(field.key())] &&
                   same(written[std::string(field.key())], field.value());
        return good;
    }
    if (auto const* array = listed.if_array()) {
        bool good = written.IsSequence() && written.size() == array->size();
        for (std::size_t i = 0; good && i < array->size(); ++i)
            good = same(written[i], array->at(i));
        return good;
    }
    auto const* text = listed.if_string();
    return written.IsScalar() &&
           written.Scalar() == (text ? std::string(*text) : json::serialize(listed));
}

void verify_front_matter(std::string const& text, json::value const& listed)
{
    auto const end = text.find("\n---", 3);
    verify(text.starts_with("---\n") && end != std::string::npos, "front matter");
    verify(same(YAML::Load(text.substr(4, end - 4)), listed), "front matter");
}

// Reads a skill file by file, and nothing more once one of them is not what was listed.
awaitable<void> load_skill(run& r)
{
    auto const skills = co_await list_skills(r);
    auto const& skill = skills.at(0);
    for (auto const& file : skill.at("resources").as_array()) {
        auto const read = co_await r.call("resources/read", with("uri", file.at("uri")));
        auto const text = text_at(read.at("contents").as_array().at(0), "text");
        verify(text.size() == file.at("size").to_number<std::size_t>(), "size");
        verify("sha256:" + mcp::sha256_hex(text) == text_at(file, "digest"), "digest");
        if (file.at("uri") == skill.at("uri"))
            verify_front_matter(text, skill.at("frontmatter"));
    }
}

using scenario = awaitable<void> (*)(run&);

std::map<std::string, scenario> const scenarios{
    {"initialize", only_list},
    {"tools_call", tools_call},
    {"elicitation-sep1034-client-defaults", elicitation_defaults},
    {"sse-retry", reconnection},
    {"json-schema-2020-12-preservation", schema_preserved},
    {"json-schema-ref-no-deref", only_list},
    {"request-metadata", request_metadata},
    {"sep-2322-client-request-state", request_state},
    {"http-standard-headers", standard_headers},
    {"http-custom-headers", custom_headers},
    {"http-invalid-tool-headers", invalid_tool_headers},
    {"sep-2640-client-no-prefetch", skills_listed},
    {"sep-2640-client-verify-digest", load_skill},
    {"sep-2640-client-verify-size", load_skill},
    {"sep-2640-client-verify-frontmatter", load_skill},
};

}  // namespace

int main(int argc, char** argv)
{
    ::alarm(watchdog);
    std::signal(SIGPIPE, SIG_IGN);
    auto const name = setting("MCP_CONFORMANCE_SCENARIO", "");
    auto const found = scenarios.find(name);
    if (argc != 2 || found == scenarios.end()) {
        std::cerr << "usage: MCP_CONFORMANCE_SCENARIO=NAME conformance_client URL\n";
        return 2;
    }
    asio::io_context loop{1};
    agent::curl_multi transfers(loop.get_executor());
    std::exception_ptr failure;
    {
        run r(argv[1], transfers);
        bool done = false;
        asio::co_spawn(loop, found->second(r), [&](std::exception_ptr e) {
            failure = e;
            done = true;
        });
        while (!done)
            loop.run_one();
    }
    loop.run_for(1s);  // to say goodbye
    try {
        if (failure)
            std::rethrow_exception(failure);
    } catch (std::exception const& e) {
        std::cerr << name << ": " << e.what() << '\n';
        return 1;
    }
    return 0;
}
