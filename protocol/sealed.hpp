#pragma once

// State that travels with the client (requestState, basic/patterns/mrtr) and comes back from
// whoever pleases: readable, but neither made nor changed by anyone but us, good for one call of
// one principal, once, and not for long. HMAC-SHA-256 over the state and what it is for.

#include "protocol/strict_json.hpp"

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mcp {

// What a state is for. The same when it is sealed and when it is opened.
struct seal_context {
    std::string principal;
    std::string method;
    std::string call;  // a digest of what the call says
};

enum class seal_error { none, not_ours, expired, used };

class sealer {
public:
    using clock = std::chrono::system_clock;

    // Without a key: a random one, which ends with the process.
    sealer();
    explicit sealer(std::string key);

    std::string
    seal(json::value const& state, seal_context const& for_what, clock::time_point expiry);

    // The state. What was opened once is not opened again; of those that were, the last 10,000 are
    // remembered until they expire, and when there are more the oldest may be opened once more.
    boost::system::result<json::value, seal_error>
    open(std::string_view sealed, seal_context const& for_what, clock::time_point now);

private:
    bool use(std::string nonce, clock::time_point expiry, clock::time_point now);
    std::string signature(std::string_view payload, seal_context const& for_what) const;

    std::string key_;
    std::set<std::string, std::less<>> used_;
    std::deque<std::pair<clock::time_point, std::string>> used_by_age_;
};

}  // namespace mcp
