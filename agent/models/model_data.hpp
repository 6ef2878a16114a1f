#pragma once

// What was known about Anthropic's models on the date below: limits in tokens, prices in US dollars
// per million tokens. Prices change, so every cost is an estimate; a user's file overrides any row
// (model_table.hpp). Source: reference/model-apis.md 1.2.

#include <array>
#include <string_view>

namespace agent {

inline constexpr std::string_view model_data_date = "2026-11-22";

struct model_row {
    std::string_view id;
    int context, max_output;
    double input, output, cache_write_5m, cache_write_1h, cache_read;
    // Requests whose prompt is longer than `long_prompt` pay `long_factor` times as much; 0: none.
    int long_prompt = 0;
    double long_factor = 1;
};

inline constexpr std::array model_rows = {
    model_row{"claude-sonnet-5-5", 1'000'000, 128'000, 2, 10, 2.50, 4, 0.10},
    model_row{"claude-opus-5-5", 1'000'000, 128'000, 4, 20, 5, 8, 0.20},
    model_row{"claude-haiku-5-5", 1'000'000, 128'000, 0.10, 0.50, 0.125, 0.20, 0.01, 100'000, 5},
    model_row{"claude-fable-5-2", 1'000'000, 128'000, 8, 40, 10, 16, 0.20},
    model_row{"claude-sonnet-5", 1'000'000, 128'000, 2, 10, 2.50, 4, 0.20},
    model_row{"claude-haiku-4-5", 200'000, 64'000, 1, 5, 1.25, 2, 0.10},
};

struct model_alias {
    std::string_view name, id;
    char const* variable;  // that overrides it; null: none
};

inline constexpr std::array model_aliases = {
    model_alias{"sonnet", "claude-sonnet-5-5", "ANTHROPIC_DEFAULT_SONNET_MODEL"},
    model_alias{"opus", "claude-opus-5-5", "ANTHROPIC_DEFAULT_OPUS_MODEL"},
    model_alias{"haiku", "claude-haiku-5-5", "ANTHROPIC_DEFAULT_HAIKU_MODEL"},
    model_alias{"fable", "claude-fable-5-2", nullptr},
    model_alias{"best", "claude-fable-5-2", nullptr},
};

}  // namespace agent
