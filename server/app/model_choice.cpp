#include "server/app/model_choice.hpp"

#include "agent/models/anthropic.hpp"
#include "agent/models/base_url.hpp"
#include "agent/models/openai_chat.hpp"

#include <algorithm>

namespace app {

using boost::asio::awaitable;

namespace {

constexpr char open_router[] = "https://openrouter.ai/api/v1";

}  // namespace

model_choice::model_choice(
    config const& settings,
    environment env,
    std::string alias,
    boost::asio::any_io_executor const& ex,
    agent::curl_multi& http,
    agent::run_command run,
    std::function<void(std::string const&)> keep_secret,
    mcp::logger log)
    : settings_(settings),
      env_(std::move(env)),
      alias_(std::move(alias)),
      http_(http),
      run_(std::move(run)),
      keep_secret_(std::move(keep_secret)),
      log_(std::move(log)),
      gate_(ex)
{
    if (settings.model_table.empty())
        return;
    if (auto merged = table_.merge_file(settings.model_table); !merged)
        throw config_error("--model-table: " + merged.error());
}

std::string model_choice::variable(char const* name) const
{
    return env_(name).value_or("");
}

// What is wrong with the key, if anything.
awaitable<std::string> model_choice::find_route()
{
    bool const any = settings_.provider == provider::automatic;
    route found;
    agent::credential_sources sources;
    sources.key_file = settings_.key_file;
    sources.key_command = settings_.key_command;
    if (settings_.provider != provider::openai) {
        found.base_url =
            settings_.base_url.empty() ? variable("ANTHROPIC_BASE_URL") : settings_.base_url;
        if (auto wrong = co_await find_key(sources, found); !wrong.empty())
            co_return wrong;
        found.usable = !any || !found.key.key.empty() || !found.base_url.empty();
    }
    if (!found.usable) {
        found.kind = provider::openai;
        found.base_url =
            settings_.base_url.empty() ? variable("OPENAI_BASE_URL") : settings_.base_url;
        if (found.base_url.empty() && variable("OPENAI_API_KEY").empty() &&
            !variable("OPENROUTER_API_KEY").empty())
            found.base_url = open_router;
        bool const router = agent::host_of(found.base_url) == "openrouter.ai";
        auto const scheme = agent::credential::scheme::bearer;
        sources.variables = {{router ? "OPENROUTER_API_KEY" : "OPENAI_API_KEY", scheme}};
        if (auto wrong = co_await find_key(sources, found); !wrong.empty())
            co_return wrong;
        found.usable = !any || !found.key.key.empty() || !found.base_url.empty();
    }
    route_ = std::move(found);
    co_return "";
}

awaitable<std::string> model_choice::find_key(agent::credential_sources sources, route& to)
{
    auto warn = [this](std::string_view text) { log_.warning(text); };
    auto found = co_await agent::find_credential(std::move(sources), env_, run_, warn);
    if (!found)
        co_return found.error();
    if (!found->key.empty())
        keep_secret_(found->key.reveal());
    to.key = std::move(*found);
    co_return "";
}

awaitable<agent::chosen_model> model_choice::choose(std::string wish)
{
    agent::chosen_model out;
    if (!route_)
        out.problem = co_await find_route();
    if (!route_ || !route_->usable)
        co_return out;
    if (wish.empty())
        wish = settings_.model;
    std::string id;
    if (route_->kind == provider::openai) {
        auto const usual = variable("OPENAI_MODEL");
        id = table_.resolve(wish.empty() ? usual : wish, "", env_);
    } else {
        id = table_.resolve(wish, alias_, env_);
    }
    if (id.empty()) {
        out.problem = "Which model? Say it with --model, or NEXTJS_BACKEND_ENGINEER_MODEL: this "
                      "provider has no usual one.";
        co_return out;
    }
    auto const* facts = table_.find(id);
    if (facts) {
        out.context = facts->context;
        if (facts->max_output > 0)
            out.max_tokens = std::min(out.max_tokens, facts->max_output);
    }
    out.gate = &gate_;
    out.cost = [this, id](agent::token_usage const& usage) { return table_.cost(id, usage); };
    out.with = make(facts, std::move(id));
    co_return out;
}

std::unique_ptr<agent::model> model_choice::make(agent::model_facts const* facts, std::string id)
{
    agent::model_endpoint endpoint;
    endpoint.key = route_->key;
    endpoint.http.plain_http_anywhere = settings_.insecure_http;
    endpoint.log = log_;
    auto const fill = [&](auto options) {
        if (!route_->base_url.empty())
            options.base_url = route_->base_url;
        options.model = std::move(id);
        options.max_output = facts ? facts->max_output : 0;
        options.endpoint = std::move(endpoint);
        return options;
    };
    if (route_->kind == provider::openai)
        return std::make_unique<agent::openai_chat>(http_, fill(agent::openai_chat_options()));
    return std::make_unique<agent::anthropic>(http_, fill(agent::anthropic_options()));
}

}  // namespace app
