#pragma once

// Which model answers a run: the caller's wish or --model, at the provider that was named or that
// there is a key or an address for, Anthropic's Messages API first. A wish may name its provider
// (openai:MODEL), so that one server has both. Without any, the model of the client is asked where
// it offers one (sampling); else there is none, and the expert answers with the brief.

#include "agent/engineer.hpp"
#include "agent/http/curl_multi.hpp"
#include "agent/models/credentials.hpp"
#include "agent/models/model_exchange.hpp"
#include "agent/models/model_table.hpp"
#include "agent/models/tape/wire_tape.hpp"
#include "server/app/config.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace app {

// What must not be shown: told of before anybody can print it, and taken out of what is kept.
struct secret_keeper {
    std::function<void(std::string const&)> add;
    std::function<std::string(std::string)> redact;
};

class model_choice {
public:
    // `alias` is the prompt's own model. Throws config_error for a model table or a recording that
    // cannot be read.
    model_choice(
        config const& settings,
        environment env,
        std::string alias,
        boost::asio::any_io_executor const& ex,
        agent::curl_multi& http,
        secret_keeper secrets,
        mcp::logger log);

    // With those of --fallback-model behind it. The desk is the run's; none: nobody watches it.
    boost::asio::awaitable<agent::chosen_model>
    choose(std::string wish, agent::sampling_desk* desk = nullptr);

    // What a run without a wish would use, and whether it answers: it is asked for its models.
    struct examination {
        bool usable = false;
        std::string model, where, key;  // key: where it is from
        std::string remark;             // one sentence: not all of it is certain
        std::string problem;            // one sentence: it cannot be used

        std::string text() const;
    };
    boost::asio::awaitable<examination> examine();

private:
    // Where requests go, and with what key.
    struct route {
        explicit route(boost::asio::any_io_executor const& ex) : gate(ex) {}

        provider kind = provider::anthropic;
        std::string base_url;  // empty: the provider's own
        agent::credential key;
        agent::rate_gate gate;  // of the key

        bool known() const { return !key.key.empty() || !base_url.empty(); }
    };
    // A route, or what is wrong with its key.
    struct found_route {
        route* at = nullptr;
        std::string problem;
    };

    void replay(agent::wire_exchange const& first);
    boost::asio::awaitable<found_route> find_route(std::string_view wish);
    boost::asio::awaitable<found_route> route_to(provider kind);
    boost::asio::awaitable<agent::chosen_model>
    choose_one(std::string wish, agent::sampling_desk* desk);
    agent::chosen_model of_client(std::string_view model, agent::sampling_desk* desk) const;
    agent::chosen_model of_program(provider kind, std::string model);
    examination of_login(examination out, provider kind) const;
    // The provider that a wish names, and the words by which.
    std::pair<std::string_view, provider> named_in(std::string_view wish) const;
    std::string variable(char const* name) const;
    agent::model_endpoint endpoint(route const& at);
    std::unique_ptr<agent::model>
    make(route const& at, agent::model_facts const* facts, std::string id);

    config const& settings_;
    environment env_;
    std::string alias_;
    agent::curl_multi& http_;
    secret_keeper secrets_;
    mcp::logger log_;
    agent::model_table table_;
    std::optional<agent::wire_recorder> recorder_;
    std::optional<agent::wire_player> player_;
    boost::asio::any_io_executor ex_;
    std::map<provider, route> routes_;         // once they were found
    provider replayed_ = provider::automatic;  // whose API the recording begins with
};

}  // namespace app
