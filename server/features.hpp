#pragma once

// What a server offers: tools, prompts, resources, skills. Filled by the composer and shared by all
// connections; what is added or removed later is told to who wants to know (changes).
//
// Handlers are functions of a request_context and typed arguments, and co_return a result, or
// questions to the client, or, tools only, work for the background (step.hpp).

#include "protocol/lifecycle.hpp"
#include "protocol/schema_of.hpp"
#include "server/changes.hpp"
#include "server/features/prompts.hpp"
#include "server/features/resources.hpp"
#include "server/features/skills.hpp"
#include "server/features/tools.hpp"
#include "server/request_context.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server {

class features {
public:
    // The handler gets the arguments as a JSON object that fits the tool's inputSchema.
    template <class F>
    void add_tool(mcp::Tool tool, F handler, bool listed = true)
    {
        auto run = [handler = std::move(handler)](
                       request_context& ctx, mcp::json::value const& arguments) {
            return run_step(handler, ctx, arguments.get_object());
        };
        tools_.add(std::move(tool), std::move(run), {true, listed});
        changed_.tools();
    }

    // The handler gets a described struct. The tool's inputSchema is made from it, with these
    // texts; arguments that do not fit, or that it does not have, are told to the client's model.
    template <class Arguments, class F>
    void add_tool(mcp::Tool tool, mcp::descriptions texts, F handler)
    {
        tool.inputSchema = mcp::schema_of<Arguments>(std::move(texts));
        auto run = [handler = std::move(handler)](
                       request_context& ctx, mcp::json::value const& arguments) {
            return run_typed<Arguments>(handler, ctx, arguments);
        };
        tools_.add(std::move(tool), std::move(run), {false, true});
        changed_.tools();
    }

    void remove_tool(std::string_view name)
    {
        tools_.remove(name);
        changed_.tools();
    }

    // Arguments that the prompt does not name, and required ones that are missing, are refused
    // before the handler.
    template <class F>
    void add_prompt(mcp::Prompt prompt, F handler, completers complete = {})
    {
        auto run = [handler = std::move(handler)](
                       request_context& ctx, mcp::prompt_arguments const& arguments) {
            return run_step(handler, ctx, arguments);
        };
        prompts_.add(std::move(prompt), std::move(run), std::move(complete));
        changed_.prompts();
    }

    // The handler gets the URI.
    template <class F>
    void add_resource(mcp::Resource resource, F handler)
    {
        auto run = [handler = std::move(handler)](
                       request_context& ctx, std::string const& uri, mcp::uri_variables const&) {
            return run_step(handler, ctx, uri);
        };
        resources_.add(std::move(resource), std::move(run));
        changed_.resources();
    }

    // The handler gets the URI and the template's variables.
    template <class F>
    void add_resource_template(mcp::ResourceTemplate resource, F handler, completers complete = {})
    {
        auto run =
            [handler = std::move(handler)](
                request_context& ctx, std::string const& uri, mcp::uri_variables const& variables) {
                return run_step(handler, ctx, uri, variables);
            };
        resources_.add(std::move(resource), std::move(run), std::move(complete));
        changed_.resources();
    }

    // Resources that depend on who asks and when: their templates are added above, what there is of
    // them now is listed after the others.
    using resource_source =
        std::function<boost::asio::awaitable<std::vector<mcp::Resource>>(request_context&)>;
    void list_resources_of(resource_source source) { sources_.push_back(std::move(source)); }
    std::vector<resource_source> const& resource_sources() const { return sources_; }

    // Work of an earlier process (background::name): given the id of a task that this one does not
    // know, comes to the work to go on with, or to nothing.
    using lost_task = std::function<boost::asio::awaitable<std::optional<background>>(
        request_context&, std::string id)>;
    void on_lost_task(lost_task find) { lost_task_ = std::move(find); }
    lost_task const& find_lost_task() const { return lost_task_; }

    void remove_resource(std::string_view uri)
    {
        resources_.remove(uri);
        changed_.resources();
    }

    // Its files are resources, too.
    void add_skill(mcp::SkillFrontmatter frontmatter, std::vector<skill_file> files);

    server::tools const& tools() const { return tools_; }
    server::prompts const& prompts() const { return prompts_; }
    server::resources const& resources() const { return resources_; }
    server::skills const& skills() const { return skills_; }

    // Who wants to know what changes: lists, when something is added or removed above; a resource,
    // when whoever owns it says so here.
    server::changes& changes() const { return changed_; }

    mcp::ServerCapabilities capabilities() const;

    // Whether the capability that a method belongs to is there.
    bool offers(std::string_view method) const;

private:
    template <class Arguments, class F>
    static boost::asio::awaitable<step>
    run_typed(F const& handler, request_context& ctx, mcp::json::value const& from)
    {
        Arguments arguments;
        try {
            arguments = mcp::decode_strict<Arguments>(from, {"arguments"});
        } catch (mcp::decode_error const& e) {
            throw tool_error(e.what());
        }
        auto result = co_await handler(ctx, std::move(arguments));
        co_return to_step(std::move(result));
    }

    server::tools tools_;
    server::prompts prompts_;
    server::resources resources_;
    server::skills skills_;
    std::vector<resource_source> sources_;
    lost_task lost_task_;
    mutable server::changes changed_;
};

}  // namespace server
