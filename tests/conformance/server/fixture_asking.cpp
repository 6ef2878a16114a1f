#include "protocol/json_text.hpp"
#include "server/request_context.hpp"
#include "tests/conformance/server/fixture.hpp"
#include "tests/conformance/server/fixture_values.hpp"

namespace fixture {

using boost::asio::awaitable;
using server::input_required;
using server::request_context;
using outcome = server::outcome<mcp::CallToolResult>;

namespace {

void add(
    server::features& to,
    std::string name,
    awaitable<outcome> (*run)(request_context&, json::object),
    json::object schema = object_schema())
{
    mcp::Tool tool;
    tool.description = "Asks the client: " + name;
    tool.name = std::move(name);
    tool.inputSchema = std::move(schema);
    to.add_tool(std::move(tool), [run](request_context& ctx, json::object const& arguments) {
        return run(ctx, arguments);
    });
}

std::string text_of(mcp::CreateMessageResult const& answer)
{
    auto const* block = answer.content.if_object();
    auto const* text = block ? block->if_contains("text") : nullptr;
    return text && text->is_string() ? std::string(text->get_string()) : "";
}

std::string words(mcp::ElicitResult const& answer)
{
    return std::string("action=") + boost::describe::enum_to_string(answer.action, "") +
           ", content=" + mcp::json_text(answer.content.value_or(json::object()));
}

bool accepted(request_context const& ctx, std::string const& key, mcp::InputRequest const& question)
{
    auto const answer = ctx.elicited(key, question);
    return answer && answer->action == mcp::ElicitAction::accept;
}

// Asks one form, and tells what was answered.
outcome tell(request_context& ctx, mcp::InputRequest question, std::string const& prefix)
{
    if (auto const answer = ctx.elicited("form", question))
        return mcp::text_result(prefix + words(*answer));
    return input_required{{{"form", std::move(question)}}, {}};
}

awaitable<outcome> sampling(request_context& ctx, json::object arguments)
{
    if (auto const answer = ctx.sampled("prompt"))
        co_return mcp::text_result("LLM response: " + text_of(*answer));
    auto question = ask_model(std::string(arguments.at("prompt").as_string()), 100);
    co_return input_required{{{"prompt", std::move(question)}}, {}};
}

awaitable<outcome> elicitation(request_context& ctx, json::object arguments)
{
    auto const form = parse_schema(R"({"type": "object", "properties": {
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"}},
        "required": ["username", "email"]})");
    auto const message = std::string(arguments.at("message").as_string());
    co_return tell(ctx, mcp::elicit(message, form), "User response: ");
}

awaitable<outcome> defaults(request_context& ctx, json::object)
{
    auto const question = mcp::elicit("Please review", form_with_defaults());
    co_return tell(ctx, question, "Elicitation completed: ");
}

awaitable<outcome> enums(request_context& ctx, json::object)
{
    auto const question = mcp::elicit("Please choose", form_with_enums());
    co_return tell(ctx, question, "Elicitation completed: ");
}

awaitable<outcome> missing_capability(request_context& ctx, json::object)
{
    ctx.require("sampling");
    co_return mcp::text_result("it is there");
}

awaitable<outcome> user_name(request_context& ctx, json::object)
{
    auto const question = ask_for("What is your name?", "name", "string");
    auto const answer = ctx.elicited("user_name", question);
    if (!answer)
        co_return input_required{{{"user_name", question}}, {}};
    if (answer->action != mcp::ElicitAction::accept)
        co_return mcp::text_result("Hello, whoever you are.");
    auto const name = std::string(answer->content->at("name").as_string());
    co_return mcp::text_result("Hello, " + name + "!");
}

awaitable<outcome> capital(request_context& ctx, json::object)
{
    if (auto const answer = ctx.sampled("capital_question"))
        co_return mcp::text_result(text_of(*answer));
    auto question = ask_model("What is the capital of France?", 100);
    co_return input_required{{{"capital_question", std::move(question)}}, {}};
}

awaitable<outcome> client_roots(request_context& ctx, json::object)
{
    if (auto const roots = ctx.roots("client_roots"))
        co_return mcp::text_result("Found " + std::to_string(roots->size()) + " root(s)");
    co_return input_required{{{"client_roots", mcp::list_roots()}}, {}};
}

awaitable<outcome> confirm(request_context& ctx, json::object)
{
    auto const question = ask_for("Please confirm", "ok", "boolean");
    if (ctx.state() == "asked" && accepted(ctx, "confirm", question))
        co_return mcp::text_result("state-ok");
    co_return input_required{{{"confirm", question}}, "asked"};
}

awaitable<outcome> several(request_context& ctx, json::object)
{
    auto const name = ask_for("What is your name?", "name", "string");
    bool const all =
        ctx.elicited("user_name", name) && ctx.sampled("greeting") && ctx.roots("client_roots");
    if (ctx.state() == "asked" && all)
        co_return mcp::text_result("all three answered");
    mcp::InputRequests questions;
    questions.emplace("user_name", name);
    questions.emplace("greeting", ask_model("Generate a greeting", 50));
    questions.emplace("client_roots", mcp::list_roots());
    co_return input_required{std::move(questions), "asked"};
}

awaitable<outcome> rounds(request_context& ctx, json::object)
{
    auto const first = ask_for("Step 1: What is your name?", "name", "string");
    auto const second = ask_for("Step 2: What is your favorite color?", "color", "string");
    if (ctx.state() == 2 && accepted(ctx, "step2", second))
        co_return mcp::text_result("both steps answered");
    if (ctx.state() == 2 || (ctx.state() == 1 && accepted(ctx, "step1", first)))
        co_return input_required{{{"step2", second}}, 2};
    co_return input_required{{{"step1", first}}, 1};
}

awaitable<outcome> by_capability(request_context& ctx, json::object)
{
    auto const form = ask_for("What is your name?", "name", "string");
    if (ctx.sampled("model") || ctx.elicited("form", form))
        co_return mcp::text_result("answered");
    mcp::InputRequests questions;
    if (ctx.client().supports("elicitation", "form"))
        questions.emplace("form", form);
    if (ctx.client().supports("sampling"))
        questions.emplace("model", ask_model("Say something", 50));
    if (questions.empty())
        co_return mcp::text_result("nobody to ask");
    co_return input_required{std::move(questions), {}};
}

json::object one_string(std::string const& name)
{
    json::object property{{"type", "string"}};
    return object_schema({{name, std::move(property)}}, {json::value(name)});
}

}  // namespace

void add_asking_tools(server::features& to)
{
    add(to, "test_sampling", sampling, one_string("prompt"));
    add(to, "test_elicitation", elicitation, one_string("message"));
    add(to, "test_elicitation_sep1034_defaults", defaults);
    add(to, "test_elicitation_sep1330_enums", enums);
    add(to, "test_missing_capability", missing_capability);
    add(to, "test_input_required_result_elicitation", user_name);
    add(to, "test_input_required_result_sampling", capital);
    add(to, "test_input_required_result_list_roots", client_roots);
    add(to, "test_input_required_result_request_state", confirm);
    add(to, "test_input_required_result_multiple_inputs", several);
    add(to, "test_input_required_result_multi_round", rounds);
    add(to, "test_input_required_result_tampered_state", confirm);
    add(to, "test_input_required_result_capabilities", by_capability);
}

}  // namespace fixture
