#include "server/app/model_choice.hpp"

#include "agent/downstream/process/command_output.hpp"
#include "agent/models/anthropic.hpp"
#include "agent/models/base_url.hpp"
#include "agent/models/chat/chat_request.hpp"
#include "agent/models/model_list.hpp"
#include "agent/models/openai_chat.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace app {

using boost::asio::awaitable;

namespace {

constexpr char open_router[] = "https://openrouter.ai/api/v1";

constexpr auto key_command_time = std::chrono::seconds(10);

awaitable<std::string> run_key_command(std::vector<std::string> argv)
{
    std::vector<std::string> variables;
    for (char** variable = environ; *variable; ++variable)
        variables.emplace_back(*variable);
    return agent::command_output(std::move(argv), std::move(variables), key_command_time);
}

// Empty where the request is not what we write.
std::string recorded_model(agent::wire_exchange const& recorded)
{
    boost::json::parse_options options;
    options.allow_invalid_utf8 = true;
    boost::json::error_code ec;
    auto const body = boost::json::parse(recorded.request, ec, {}, options);
    auto const* object = ec ? nullptr : body.if_object();
    auto const* model = object ? object->if_contains("model") : nullptr;
    return model && model->is_string() ? std::string(model->get_string()) : std::string();
}

}  // namespace

model_choice::model_choice(
    config const& settings,
    environment env,
    std::string alias,
    boost::asio::any_io_executor const& ex,
    agent::curl_multi& http,
    secret_keeper secrets,
    mcp::logger log)
    : settings_(settings),
      env_(std::move(env)),
      alias_(std::move(alias)),
      http_(http),
      secrets_(std::move(secrets)),
      log_(std::move(log)),
      gate_(ex)
{
    if (!settings.model_table.empty())
        if (auto merged = table_.merge_file(settings.model_table); !merged)
            throw config_error("--model-table: " + merged.error());
    if (!settings.record.empty())
        recorder_.emplace(settings.record, secrets_.redact);
    if (settings.replay.empty())
        return;
    auto recorded = agent::wire_player::open(settings.replay);
    if (!recorded)
        throw config_error("--replay: " + recorded.error());
    player_ = std::move(*recorded);
    route_ = route_of(player_->first());
}

// Whose API was recorded. Nobody is asked, so any key will do.
model_choice::route model_choice::route_of(agent::wire_exchange const& recorded)
{
    route out;
    bool const chat = recorded.url.ends_with("/chat/completions");
    out.kind = chat ? provider::openai : provider::anthropic;
    out.base_url = recorded.url.substr(0, recorded.url.rfind(chat ? "/chat/" : "/messages"));
    out.key.key = agent::secret::holding("no-key-is-needed-for-a-replay");
    out.usable = true;
    return out;
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
    auto found = co_await agent::find_credential(std::move(sources), env_, run_key_command, warn);
    if (!found)
        co_return found.error();
    if (!found->key.empty())
        secrets_.add(found->key.reveal());
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
    if (wish.empty() && player_)
        wish = recorded_model(player_->first());
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

agent::model_endpoint model_choice::endpoint()
{
    agent::model_endpoint out;
    out.key = route_->key;
    out.http.plain_http_anywhere = settings_.insecure_http;
    out.log = log_;
    out.recorder = recorder_ ? &*recorder_ : nullptr;
    out.player = player_ ? &*player_ : nullptr;
    return out;
}

std::unique_ptr<agent::model> model_choice::make(agent::model_facts const* facts, std::string id)
{
    auto const fill = [&](auto options) {
        if (!route_->base_url.empty())
            options.base_url = route_->base_url;
        options.model = std::move(id);
        options.max_output = facts ? facts->max_output : 0;
        options.endpoint = endpoint();
        return options;
    };
    if (route_->kind == provider::openai)
        return std::make_unique<agent::openai_chat>(http_, fill(agent::openai_chat_options()));
    return std::make_unique<agent::anthropic>(http_, fill(agent::anthropic_options()));
}

std::string model_choice::examination::text() const
{
    return fmt::format(
        "{} at {}{}{}",
        model,
        where,
        key.empty() ? ", without a key" : ", with " + key,
        remark.empty() ? "" : "; " + remark);
}

awaitable<model_choice::examination> model_choice::examine()
{
    examination out;
    auto const chosen = co_await choose("");
    out.problem = chosen.problem;
    if (!chosen.with)
        co_return out;
    out.usable = true;
    out.model = chosen.with->name();
    out.key = route_->key.source;
    bool const chat = route_->kind == provider::openai;
    out.where = route_->base_url;
    if (out.where.empty())
        out.where =
            chat ? agent::openai_chat_options().base_url : agent::anthropic_options().base_url;
    if (player_) {
        out.remark = "a recording answers, and nobody is asked";
        co_return out;
    }
    auto url = chat ? agent::chat_url(out.where) : agent::messages_url(out.where);
    url.resize(url.rfind(chat ? "/chat/" : "/messages"));
    std::vector<std::pair<std::string, std::string>> headers;
    if (!chat)
        headers.emplace_back("anthropic-version", agent::anthropic_version);
    auto const listed =
        co_await agent::list_models(http_, url + "/models", endpoint(), std::move(headers));
    if (listed) {
        if (!listed->empty() && std::ranges::find(*listed, out.model) == listed->end())
            out.remark = "it does not list this model";
        co_return out;
    }
    // Not every server has such a list.
    auto const& error = listed.error();
    bool const no_list = error.kind == agent::model_errc::not_found ||
                         error.kind == agent::model_errc::invalid_request ||
                         error.kind == agent::model_errc::broken_stream;
    (no_list ? out.remark : out.problem) =
        no_list ? "it lists no models, so the key was not tried" : error.message;
    co_return out;
}

}  // namespace app
