#pragma once

// The model's own way to more documentation. It asks the same sources as the engine does before the
// first turn, and what it asks counts for the gate of `finish`.

#include "agent/docs/lookups.hpp"
#include "agent/tool.hpp"

namespace agent {

class query_docs final : public tool {
public:
    explicit query_docs(lookups& documentation);

    tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return true; }
    boost::asio::awaitable<tool_answer> run(boost::json::object input) override;
    void restore(boost::json::value const& effect) override;

private:
    lookups& documentation_;
    tool_declaration declaration_;
};

}  // namespace agent
