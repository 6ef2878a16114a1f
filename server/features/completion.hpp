#pragma once

// What may stand for an argument of a prompt or a variable of a resource template
// (server/utilities/completion). A completer gives candidates; here they are matched against what
// was typed and ranked: those that begin with it, then those that contain it, then those that
// contain its letters in order.

#include "protocol/completion.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace server {

class request_context;

using filled_in = std::map<std::string, std::string>;

// `typed` is for those that would have too many candidates: they may leave out what cannot match.
using completer = std::function<boost::asio::awaitable<std::vector<std::string>>(
    request_context&, std::string typed, filled_in others)>;

using completers = std::map<std::string, completer, std::less<>>;  // by argument

// For arguments with a fixed choice.
completer one_of(std::vector<std::string> choices);

// At most 100 values.
mcp::Completion rank(std::vector<std::string> candidates, std::string_view typed);

}  // namespace server
