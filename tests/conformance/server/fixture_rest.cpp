#include "protocol/json_text.hpp"
#include "server/request_context.hpp"
#include "tests/conformance/server/fixture.hpp"
#include "tests/conformance/server/fixture_values.hpp"

namespace fixture {

using boost::asio::awaitable;
using server::input_required;
using server::request_context;
using prompt_outcome = server::outcome<mcp::GetPromptResult>;

namespace {

mcp::GetPromptResult messages(std::vector<mcp::ContentBlock> content)
{
    mcp::GetPromptResult out;
    for (auto& block : content)
        out.messages.push_back({mcp::Role::user, std::move(block)});
    return out;
}

awaitable<mcp::GetPromptResult> give(mcp::GetPromptResult result)
{
    co_return result;
}

awaitable<prompt_outcome> ask_context(request_context& ctx)
{
    auto const question = ask_for("What context should the prompt use?", "context", "string");
    auto const answer = ctx.elicited("user_context", question);
    if (!answer)
        co_return input_required{{{"user_context", question}}, {}};
    std::string context = "none";
    if (answer->content)
        context = answer->content->at("context").as_string();
    co_return messages({mcp::text_content("Context: " + context)});
}

mcp::Prompt named(std::string name, std::vector<std::string> const& arguments = {})
{
    mcp::Prompt out;
    out.description = "The prompt " + name;
    out.name = std::move(name);
    if (!arguments.empty())
        out.arguments.emplace();
    for (auto const& argument : arguments)
        out.arguments->push_back({argument, {}, "The argument " + argument, true});
    return out;
}

awaitable<mcp::ReadResourceResult> read_text(std::string uri, std::string mime, std::string text)
{
    co_return mcp::text_resource(std::move(uri), std::move(mime), std::move(text));
}

awaitable<mcp::ReadResourceResult> read_image(std::string uri)
{
    mcp::ReadResourceResult out;
    out.contents.push_back({std::move(uri), "image/png", {}, png, {}});
    co_return out;
}

mcp::Resource resource(std::string uri, std::string name, std::string mime)
{
    mcp::Resource out;
    out.uri = std::move(uri);
    out.name = std::move(name);
    out.mimeType = std::move(mime);
    return out;
}

void add_text(server::features& to, std::string const& uri, std::string name, std::string text)
{
    to.add_resource(
        resource(uri, std::move(name), "text/plain"),
        [text = std::move(text)](request_context&, std::string asked) {
            return read_text(std::move(asked), "text/plain", text);
        });
}

}  // namespace

void add_prompts(server::features& to)
{
    to.add_prompt(named("test_simple_prompt"), [](request_context&, mcp::prompt_arguments const&) {
        return give(messages({mcp::text_content("This is a simple prompt for testing.")}));
    });
    server::completers complete;
    complete["arg1"] = server::one_of({"test1", "test2", "other"});
    to.add_prompt(
        named("test_prompt_with_arguments", {"arg1", "arg2"}),
        [](request_context&, mcp::prompt_arguments const& given) {
            return give(messages({mcp::text_content(
                "Prompt with arguments: arg1='" + given.at("arg1") + "', arg2='" +
                given.at("arg2") + "'")}));
        },
        std::move(complete));
    to.add_prompt(
        named("test_prompt_with_embedded_resource", {"resourceUri"}),
        [](request_context&, mcp::prompt_arguments const& given) {
            return give(messages(
                {embedded(
                     given.at("resourceUri"),
                     "text/plain",
                     "Embedded resource content for testing."),
                 mcp::text_content("Please process the embedded resource above.")}));
        });
    to.add_prompt(
        named("test_prompt_with_image"), [](request_context&, mcp::prompt_arguments const&) {
            return give(messages({image(), mcp::text_content("Please analyze the image above.")}));
        });
    to.add_prompt(
        named("test_input_required_result_prompt"),
        [](request_context& ctx, mcp::prompt_arguments const&) { return ask_context(ctx); });
}

void add_resources(server::features& to)
{
    add_text(
        to,
        "test://static-text",
        "static-text",
        "This is the content of the static text resource.");
    to.add_resource(
        resource("test://static-binary", "static-binary", "image/png"),
        [](request_context&, std::string uri) { return read_image(std::move(uri)); });
    add_text(to, "test://watched-resource", "watched-resource", "Watched resource content");

    mcp::ResourceTemplate data;
    data.uriTemplate = "test://template/{id}/data";
    data.name = "template";
    data.mimeType = "application/json";
    to.add_resource_template(
        data, [](request_context&, std::string uri, mcp::uri_variables const& variables) {
            auto const& id = variables.at("id");
            json::object const text{
                {"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}};
            return read_text(std::move(uri), "application/json", mcp::json_text(text));
        });

    to.add_skill(
        {"demo-skill", "A demo skill"},
        {{"SKILL.md",
          "text/markdown",
          "---\nname: demo-skill\ndescription: A demo skill\n---\nBody\n"},
         {"references/R.md", "text/markdown", "A reference\n"}});
}

}  // namespace fixture
