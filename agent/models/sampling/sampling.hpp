#pragma once

// The model of the client that a run works for, asked by way of sampling: for people who have a
// host with a model and no key. It takes no key, tells no tokens, and costs what the host makes of
// it. Source: client/sampling, reference/model-apis.md 3.

#include "agent/model.hpp"
#include "agent/models/sampling/sampling_desk.hpp"

#include <string>

namespace agent {

class sampling final : public model {
public:
    // `desk` outlives it. `hint`: the name of a model, or a part of it; empty: any.
    sampling(sampling_desk& desk, std::string hint) : desk_(desk), hint_(std::move(hint)) {}

    std::string_view name() const override { return "the client's model"; }

    boost::asio::awaitable<boost::system::result<turn, model_error>>
    complete(model_request request, text_sink on_text) override;

private:
    sampling_desk& desk_;
    std::string hint_;
};

}  // namespace agent
