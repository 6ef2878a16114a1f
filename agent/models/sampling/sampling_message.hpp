#pragma once

// A model request as sampling/createMessage, and its result as a turn: with tools where the client
// has them, else with calls in writing (written_calls.hpp). Pure. Source: client/sampling
// (2025-11-25, 2026-07-28), reference/model-apis.md 3.

#include "agent/model.hpp"
#include "protocol/input.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <string_view>

namespace agent {

// CreateMessageRequestParams. `hint` is a model's name or a part of it; empty: any.
boost::json::object
sampling_params(model_request const& request, std::string_view hint, bool tools);

boost::system::result<turn, model_error>
sampled_turn(mcp::CreateMessageResult const& result, model_request const& request);

}  // namespace agent
