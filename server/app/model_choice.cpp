#include "server/app/model_choice.hpp"

#include "agent/downstream/process/child_process.hpp"
#include "agent/downstream/process/command_output.hpp"
#include "agent/models/anthropic.hpp"
#include "agent/models/base_url.hpp"
#include "agent/models/chat/chat_request.hpp"
#include "agent/models/cli/cli.hpp"
#include "agent/models/model_list.hpp"
#include "agent/models/openai_chat.hpp"
#include "agent/models/sampling/sampling.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace app {

using boost::asio::awaitable;

namespace {

constexpr char open_router[] = "https://openrouter.ai/api/v1";

// How a wish names its provider.
constexpr std::pair<std::string_view, provider> named_providers[] = {
    {"anthropic", provider::anthropic},
    {"openai", provider::openai},
    {"sampling", provider::sampling},
    {"claude", provider::claude},
    {"codex", provider::codex}};

// Of a model whose price nobody told us.
std::optional<double> unknown_cost(agent::token_usage const&)
{
    return std::nullopt;
}

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
      ex_(ex)
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
    replay(player_->first());
}

// Whose API was recorded; a fallback may have been the other's. Nobody is asked, so any key will
// do.
void model_choice::replay(agent::wire_exchange const& first)
{
    for (auto const kind : {provider::anthropic, provider::openai}) {
        auto& to = routes_.try_emplace(kind, ex_).first->second;
        to.kind = kind;
        to.key.key = agent::secret::holding("no-key-is-needed-for-a-replay");
    }
    bool const chat = first.url.ends_with("/chat/completions");
    replayed_ = chat ? provider::openai : provider::anthropic;
    routes_.at(replayed_).base_url =
        first.url.substr(0, first.url.rfind(chat ? "/chat/" : "/messages"));
}

std::pair<std::string_view, provider> model_choice::named_in(std::string_view wish) const
{
    for (auto const& [name, kind] : named_providers) {
        if (!wish.starts_with(name))
            continue;
        if (wish.size() > name.size() && wish[name.size()] == ':')
            return {wish.substr(0, name.size() + 1), kind};
        bool const alone = kind != provider::anthropic && kind != provider::openai;
        if (alone && wish.size() == name.size())
            return {wish, kind};
    }
    return {"", settings_.provider};
}

std::string model_choice::variable(char const* name) const
{
    return env_(name).value_or("");
}

// What was configured at the command line is for the provider that was named there, or the first.
awaitable<model_choice::found_route> model_choice::route_to(provider kind)
{
    if (auto const at = routes_.find(kind); at != routes_.end())
        co_return found_route{&at->second, {}};
    bool const first = settings_.provider == provider::automatic && kind == provider::anthropic;
    bool const configured = first || settings_.provider == kind;
    bool const chat = kind == provider::openai;
    std::string base_url;
    if (configured)
        base_url = settings_.base_url;
    if (base_url.empty())
        base_url = variable(chat ? "OPENAI_BASE_URL" : "ANTHROPIC_BASE_URL");
    agent::credential_sources sources;
    if (configured) {
        sources.key_file = settings_.key_file;
        sources.key_command = settings_.key_command;
    }
    if (chat) {
        if (base_url.empty() && variable("OPENAI_API_KEY").empty() &&
            !variable("OPENROUTER_API_KEY").empty())
            base_url = open_router;
        bool const router = agent::host_of(base_url) == "openrouter.ai";
        auto const scheme = agent::credential::scheme::bearer;
        sources.variables = {{router ? "OPENROUTER_API_KEY" : "OPENAI_API_KEY", scheme}};
    }
    auto warn = [this](std::string_view text) { log_.warning(text); };
    auto found = co_await agent::find_credential(std::move(sources), env_, run_key_command, warn);
    if (!found)
        co_return found_route{nullptr, found.error()};
    if (!found->key.empty())
        secrets_.add(found->key.reveal());
    auto& made = routes_.try_emplace(kind, ex_).first->second;
    made.kind = kind;
    made.base_url = std::move(base_url);
    made.key = std::move(*found);
    co_return found_route{&made, {}};
}

// Where a wish names nobody, and neither does --provider: the first that there is a key or an
// address for, if there is one.
awaitable<model_choice::found_route> model_choice::find_route(std::string_view wish)
{
    auto const [whose, which] = named_in(wish);
    if (player_) {
        auto const kind = whose.empty() ? replayed_ : which;
        co_return found_route{&routes_.at(kind), {}};
    }
    if (which != provider::automatic)
        co_return co_await route_to(which);
    for (auto const kind : {provider::anthropic, provider::openai}) {
        auto const found = co_await route_to(kind);
        if (!found.at || found.at->known())
            co_return found;
    }
    co_return found_route();
}

awaitable<agent::chosen_model> model_choice::choose(std::string wish, agent::sampling_desk* desk)
{
    auto out = co_await choose_one(std::move(wish), desk);
    if (!out.with)
        co_return out;
    for (auto const& name : settings_.fallbacks) {
        auto other = co_await choose_one(name, desk);
        if (other.with)
            out.fallbacks.push_back(std::move(other));
        else
            log_.warning(fmt::format("--fallback-model {}: {}", name, other.problem));
    }
    co_return out;
}

// None where no client can be asked.
agent::chosen_model
model_choice::of_client(std::string_view model, agent::sampling_desk* desk) const
{
    agent::chosen_model out;
    if (!desk || !desk->offered || settings_.no_sampling)
        return out;
    out.with = std::make_unique<agent::sampling>(*desk, std::string(model));
    out.wish = "sampling";
    if (!model.empty())
        out.wish.append(":").append(model);
    out.cost = unknown_cost;
    out.may_refuse = true;
    return out;
}

agent::chosen_model model_choice::of_program(provider kind, std::string model)
{
    auto const& program = kind == provider::claude ? agent::claude_cli : agent::codex_cli;
    agent::chosen_model out;
    if (env_(agent::inside_variable)) {
        out.problem = fmt::format(
            "This server was started by {} while it answered such a server, and would ask it "
            "again.",
            program.name);
        return out;
    }
    if (settings_.cache_directory.empty()) {
        out.problem = fmt::format("{} needs a folder to run in: --cache-directory.", program.name);
        return out;
    }
    auto& at = routes_.try_emplace(kind, ex_).first->second;
    at.kind = kind;
    agent::cli_options options;
    options.model = std::move(model);
    options.environment = agent::cli_environment(environ);
    options.directory = settings_.cache_directory + "/cli";
    out.with = std::make_unique<agent::cli>(program, std::move(options));
    out.wish = out.with->name();
    out.gate = &at.gate;
    out.cost = unknown_cost;
    return out;
}

awaitable<agent::chosen_model>
model_choice::choose_one(std::string wish, agent::sampling_desk* desk)
{
    agent::chosen_model out;
    if (wish.empty())
        wish = settings_.model;
    auto const [whose, which] = named_in(wish);
    if (!player_ && which == provider::sampling)
        co_return of_client(std::string_view(wish).substr(whose.size()), desk);
    if (!player_ && (which == provider::claude || which == provider::codex))
        co_return of_program(which, wish.substr(whose.size()));
    auto found = co_await find_route(wish);
    out.problem = std::move(found.problem);
    if (!found.at) {
        if (out.problem.empty())
            out = of_client("", desk);
        co_return out;
    }
    auto& at = *found.at;
    std::string const named(whose);
    wish.erase(0, named.size());
    if (wish.empty() && player_)
        wish = recorded_model(player_->first());
    std::string id;
    if (at.kind == provider::openai) {
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
    out.gate = &at.gate;
    out.cost = [this, id](agent::token_usage const& usage) { return table_.cost(id, usage); };
    out.wish = named + id;
    out.with = make(at, facts, std::move(id));
    co_return out;
}

agent::model_endpoint model_choice::endpoint(route const& at)
{
    agent::model_endpoint out;
    out.key = at.key;
    out.http.plain_http_anywhere = settings_.insecure_http;
    out.log = log_;
    out.recorder = recorder_ ? &*recorder_ : nullptr;
    out.player = player_ ? &*player_ : nullptr;
    return out;
}

std::unique_ptr<agent::model>
model_choice::make(route const& at, agent::model_facts const* facts, std::string id)
{
    auto const fill = [&](auto options) {
        if (!at.base_url.empty())
            options.base_url = at.base_url;
        options.model = std::move(id);
        options.max_output = facts ? facts->max_output : 0;
        options.endpoint = endpoint(at);
        return options;
    };
    if (at.kind == provider::openai)
        return std::make_unique<agent::openai_chat>(http_, fill(agent::openai_chat_options()));
    auto options = fill(agent::anthropic_options());
    // Before the loop would have the run wrap up, at four fifths.
    options.compact_at = facts ? facts->context * 7 / 10 : 0;
    return std::make_unique<agent::anthropic>(http_, std::move(options));
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

// Whether its login is good only an answer would tell, and that has a price.
model_choice::examination model_choice::of_login(examination out, provider kind) const
{
    auto const& program = kind == provider::claude ? agent::claude_cli : agent::codex_cli;
    try {
        out.where = agent::find_executable(std::string(program.name), settings_.path);
        out.key = "its own login";
        out.remark = "the login was not tried";
    } catch (agent::spawn_error const& e) {
        out.problem = e.what();
    }
    return out;
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
    if (auto const which = named_in(chosen.wish).second;
        which == provider::claude || which == provider::codex) {
        co_return of_login(std::move(out), which);
    }
    auto const found = co_await find_route(settings_.model);
    auto const& at = *found.at;
    out.key = at.key.source;
    bool const chat = at.kind == provider::openai;
    out.where = at.base_url;
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
        co_await agent::list_models(http_, url + "/models", endpoint(at), std::move(headers));
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
