#pragma once

// A streamed answer of chat completions put together: pure. What servers do differently is absorbed
// here: calls without an index or an id, arguments as an object, usage in every chunk or in none,
// reasoning under three names, errors in the middle, no [DONE]. Source: reference/model-apis.md
// 2.4.

#include "agent/models/answer_stream.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

class chat_stream final : public answer_stream {
public:
    // `calls_named` begins the ids of calls that come without one: another one in each turn.
    explicit chat_stream(std::string calls_named, text_sink on_text = {})
        : calls_named_(std::move(calls_named)), on_text_(std::move(on_text))
    {
    }

    void feed(mcp::sse_event const& event) override;
    // An answer whose reason to stop was said needs no [DONE].
    void close() override;

    bool begun() const override
    {
        return !content_.empty() || !reasoning_.empty() || !calls_.empty();
    }
    bool complete() const override { return complete_; }
    std::optional<model_error> const& error() const override { return error_; }
    token_usage usage() const override { return usage_; }
    turn result() const override;

private:
    struct call {
        std::int64_t index = -1;  // -1: none was said
        std::string id, name, input;
    };

    void broken(std::string what);
    void count(boost::json::object const& usage);
    void delta(boost::json::object const& said, std::string_view raw);
    void calls(std::string_view raw);
    call* place_of(std::int64_t index, std::string const& id, std::string const& name);
    void say(std::string_view text);
    void finish();

    std::string calls_named_;
    text_sink on_text_;
    bool complete_ = false;
    std::optional<model_error> error_;
    token_usage usage_;
    std::string content_, reasoning_, refusal_, finish_, model_;
    std::vector<call> calls_;
};

}  // namespace agent
