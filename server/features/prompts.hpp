#pragma once

// The prompts on offer, in the order they were added (server/prompts).

#include "protocol/prompts.hpp"
#include "server/features/completion.hpp"
#include "server/step.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace server {

class prompts {
public:
    using handler =
        std::function<boost::asio::awaitable<step>(request_context&, mcp::prompt_arguments const&)>;

    struct prompt {
        mcp::Prompt what;
        handler run;
        completers complete;

        // Arguments that the prompt does not name, and required ones that are missing: -32602.
        void check(mcp::prompt_arguments const& given) const;
    };

    // Throws std::logic_error for a second one of a name, and for a completer of no argument.
    void add(mcp::Prompt what, handler run, completers complete);

    bool empty() const { return prompts_.empty(); }
    bool has_completers() const { return has_completers_; }
    mcp::json::array const& listed() const { return listed_; }

    // Throws -32602 with the name that was probably meant.
    std::shared_ptr<prompt const> at(std::string_view name) const;

private:
    std::vector<std::shared_ptr<prompt const>> prompts_;
    mcp::json::array listed_;
    bool has_completers_ = false;
};

}  // namespace server
