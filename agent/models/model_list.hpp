#pragma once

// What a model API offers: GET …/models, which costs nothing and tells a key that is refused from
// an address where nobody is. Source: reference/model-apis.md 1.2.

#include "agent/models/model_exchange.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace agent {

// The ids, in the API's order; only the first page. Throws only operation_aborted.
boost::asio::awaitable<boost::system::result<std::vector<std::string>, model_error>> list_models(
    curl_multi& http,
    std::string url,
    model_endpoint at,
    std::vector<std::pair<std::string, std::string>> headers);

}  // namespace agent
