#pragma once

// Recognizes text that is addressed to an AI: by its words, whatever stands between them. Pure,
// and linear in the text's length. What documentation of AI libraries says about assistants is no
// order; a paragraph must speak to its reader as one, or claim another role than documentation has.

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace agent {

bool gives_orders(std::string_view paragraph);

// Where something stands that a host or a model would take for its own markup, and how long it is:
// "<tool_result>", "</documentation>", "<|im_start|>", "[INST]".
std::optional<std::pair<std::size_t, std::size_t>> find_host_tag(std::string_view text);

}  // namespace agent
