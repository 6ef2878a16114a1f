#pragma once

// Which model an alias means, what a model can hold, and what its tokens cost: a dated table in the
// program, overridden by a user's file and the environment. A model that no row describes has no
// limits and no price: no number rather than a wrong one.

#include "agent/conversation.hpp"
#include "agent/models/credentials.hpp"

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

struct model_facts {
    int context = 0;  // tokens; 0: unknown
    int max_output = 0;
    // US dollars per million tokens.
    double input = 0, output = 0, cache_write_5m = 0, cache_write_1h = 0, cache_read = 0;
    int long_prompt = 0;  // tokens; 0: one price for all
    double long_factor = 1;
    bool priced = true;
};

class model_table {
public:
    model_table();  // what the program knows

    // Adds and replaces rows; `text` is JSON: {"aliases": {"sonnet": "…"}, "models": {"…":
    // {"context": 200000, "max_output": 64000, "input": 3, "output": 15, "cache_write_5m": 3.75,
    // "cache_write_1h": 6, "cache_read": 0.3}}}. Without `input` and `output` a model has no price;
    // cache prices default to 1.25, 2 and 0.1 times `input`. The error names the member.
    boost::system::result<void, std::string> merge(std::string_view text);
    boost::system::result<void, std::string> merge_file(std::string const& path);

    // The id that requests are made with. `requested` is the caller's own word and may be empty;
    // then NEXTJS_BACKEND_ENGINEER_MODEL, ANTHROPIC_MODEL, and `fallback` (the prompt's front
    // matter) decide, in this order. An alias means what its ANTHROPIC_DEFAULT_…_MODEL says, else
    // the table; anything else is an id.
    std::string
    resolve(std::string_view requested, std::string_view fallback, environment const& getenv) const;

    model_facts const* find(std::string_view id) const;

    // US dollars for one turn.
    std::optional<double> cost(std::string_view id, token_usage const& usage) const;

private:
    std::map<std::string, model_facts, std::less<>> models_;
    std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace agent
