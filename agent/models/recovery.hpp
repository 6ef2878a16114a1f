#pragma once

// The three refusals that a changed request gets past: pure. A recovery is found in the refusal's
// own words, tried once, and remembered for the rest of the run, because the conversation that the
// agent keeps stays as it was. Source: reference/model-apis.md 1.0, 2.4, 6.2 item 11.

#include "agent/model.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace agent {

// Thinking blocks that are left out: in `message` from content block `block` on, and in all later
// messages before `end`.
struct stripped_thinking {
    std::size_t message = 0;
    std::size_t block = 0;
    std::size_t end = 0;
};

// What a run has learned about its host. Starts empty.
struct learned_limits {
    std::vector<stripped_thinking> stripped;
    std::vector<std::string> omit;
    int max_tokens = 0;  // 0: none known
};

struct recovery {
    enum class kind { none, strip_thinking, lower_max_tokens, omit_field };

    kind what = kind::none;
    stripped_thinking strip;
    int max_tokens = 0;
    std::string field;

    std::string text() const;  // a few words, for whoever watches
};

// What would get `request` past this error, if anything.
recovery recovery_for(model_error const& error, model_request const& request);

void remember(recovery const& found, learned_limits& learned);

// The request with what has been learned applied. `storage` holds its conversation where that had
// to change, and lives as long as the result.
model_request
amended(model_request const& request, learned_limits const& learned, conversation& storage);

}  // namespace agent
