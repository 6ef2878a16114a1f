#pragma once

// Tool calls in writing, for a model behind something that knows only text: a client that samples
// without tools, a command-line program. The model is told of its tools in words and answers with
// one JSON object; what it wrote is read strictly, and what cannot be read is said to it as the
// failure of its call. Pure. Source: reference/model-apis.md 3.

#include "agent/model.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace agent {

// The system prompt of a request, with its tools described and how to call them.
std::string written_system(model_request const& request);

// What is said of each message: a turn as the JSON object that it would be written as.
std::string written(turn const& answer);
std::string written(user_message const& message);
std::string written(tool_results const& results);

// What a model wrote, as a turn. `prefix` begins the ids of its calls. An error, with another
// attempt allowed, where calls were meant and nothing can be made of them. Text that is no such
// object at all is an answer without calls.
boost::system::result<turn, model_error>
read_written(std::string_view text, std::string_view prefix);

}  // namespace agent
