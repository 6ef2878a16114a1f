#include "server/app/model_choice.hpp"

#include "agent/models/anthropic.hpp"

#include <algorithm>

namespace app {

using boost::asio::awaitable;

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

awaitable<agent::chosen_model> model_choice::choose(std::string wish)
{
    agent::chosen_model out;
    if (!key_) {
        agent::credential_sources sources;
        sources.key_file = settings_.key_file;
        sources.key_command = settings_.key_command;
        auto warn = [this](std::string_view text) { log_.warning(text); };
        auto found = co_await agent::find_credential(sources, env_, run_, warn);
        if (!found) {
            out.problem = found.error();
            co_return out;
        }
        if (!found->key.empty())
            keep_secret_(found->key.reveal());
        key_ = std::move(*found);
    }
    if (key_->key.empty() && settings_.base_url.empty())
        co_return out;

    agent::anthropic_options options;
    if (!settings_.base_url.empty())
        options.base_url = settings_.base_url;
    options.model = table_.resolve(wish.empty() ? settings_.model : wish, alias_, env_);
    options.key = *key_;
    options.http.plain_http_anywhere = settings_.insecure_http;
    if (auto const* facts = table_.find(options.model)) {
        options.max_output = facts->max_output;
        out.context = facts->context;
        if (facts->max_output > 0)
            out.max_tokens = std::min(out.max_tokens, facts->max_output);
    }
    out.gate = &gate_;
    out.cost = [this, id = options.model](agent::token_usage const& usage) {
        return table_.cost(id, usage);
    };
    out.with = std::make_unique<agent::anthropic>(http_, std::move(options), log_);
    co_return out;
}

}  // namespace app
