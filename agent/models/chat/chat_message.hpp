#pragma once

// An assistant's message of chat completions: how a turn is kept and replayed. Pure.
// Source: reference/model-apis.md 2.4.

#include "agent/conversation.hpp"

#include <string>
#include <string_view>

namespace agent {

// JSON of a turn, to be kept as its content. `reasoning` is kept where there are calls: DeepSeek
// and Kimi want it back with them, and nobody otherwise.
std::string chat_content(turn const& answer, std::string_view reasoning);

// What is sent of a turn: its own content, or one made of its text and calls where it came from
// another API or its reasoning is not wanted.
std::string chat_message(turn const& answer, bool with_reasoning);

}  // namespace agent
