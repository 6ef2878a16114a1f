#pragma once

// Which model answers a run: the caller's wish or --model, at the provider that was named or that
// there is a key or an address for, Anthropic's Messages API first. Without any there is none, and
// the expert answers with the brief.

#include "agent/engineer.hpp"
#include "agent/http/curl_multi.hpp"
#include "agent/models/credentials.hpp"
#include "agent/models/model_table.hpp"
#include "server/app/config.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace app {

class model_choice {
public:
    // `alias` is the prompt's own model. `keep_secret` is told the key before anybody can print it.
    // Throws config_error for a model table that cannot be read.
    model_choice(
        config const& settings,
        environment env,
        std::string alias,
        boost::asio::any_io_executor const& ex,
        agent::curl_multi& http,
        agent::run_command run,
        std::function<void(std::string const&)> keep_secret,
        mcp::logger log);

    boost::asio::awaitable<agent::chosen_model> choose(std::string wish);

private:
    // Where requests go, and with what key.
    struct route {
        provider kind = provider::anthropic;
        std::string base_url;  // empty: the provider's own
        agent::credential key;
        bool usable = false;
    };

    boost::asio::awaitable<std::string> find_route();
    boost::asio::awaitable<std::string> find_key(agent::credential_sources sources, route& to);
    std::string variable(char const* name) const;
    std::unique_ptr<agent::model> make(agent::model_facts const* facts, std::string id);

    config const& settings_;
    environment env_;
    std::string alias_;
    agent::curl_multi& http_;
    agent::run_command run_;
    std::function<void(std::string const&)> keep_secret_;
    mcp::logger log_;
    agent::model_table table_;
    std::optional<route> route_;  // once it was found
    agent::rate_gate gate_;       // of its credential
};

}  // namespace app
