#pragma once

// A model behind the user's own command-line program, for those who have a subscription and no key:
// one process an answer, with calls in writing (written_calls.hpp). Within a run it goes on with
// the program's own session, so that only what is new is said again; after a failure it says all.
// Source: reference/model-apis.md, checklist.

#include "agent/model.hpp"
#include "agent/models/cli/cli_program.hpp"

#include <string>
#include <vector>

namespace agent {

struct cli_options {
    std::string model;                     // empty: the program's default
    std::vector<std::string> environment;  // of the program (cli_environment); its PATH is searched
    std::string directory;  // where it runs: a folder of our own, so that it reads no project
};

class cli final : public model {
public:
    cli(cli_program const& program, cli_options options);

    std::string_view name() const override { return name_; }

    boost::asio::awaitable<boost::system::result<turn, model_error>>
    complete(model_request request, text_sink on_text) override;

private:
    boost::asio::awaitable<std::string> output_of(std::string said);

    cli_program const& program_;
    cli_options options_;
    std::string name_;
    std::string instructions_;  // a file
    std::string session_;       // that holds what was said before `said_`; empty: none does
    std::size_t said_ = 0;      // messages
    token_usage spent_;         // by that session, as the program tells
};

}  // namespace agent
