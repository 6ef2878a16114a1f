#pragma once

// A streamed answer of the Messages API put together: pure, fed with the events of its stream by
// the model that reads it. Blocks are addressed by their index and may overlap (llama.cpp closes
// all of them at the end); unknown events, blocks, deltas and fields are tolerated, and what is
// unknown in a block is kept as it was spelled, because the content is replayed. Source:
// reference/model-apis.md 1.4, 1.5, 2.3.

#include "agent/models/answer_stream.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

// The usage numbers of a stream are cumulative: the last one said counts.
class usage_counts {
public:
    void update(boost::json::object const& usage);
    token_usage total() const;

private:
    void take_compaction(boost::json::object const& usage);

    std::int64_t input_ = 0, cache_read_ = 0, cache_write_ = 0, output_ = 0, thinking_ = 0;
    std::optional<std::int64_t> write_5m_, write_1h_;
    token_usage compaction_;  // which the other counts leave out
};

// One block of the content as it grows.
class content_block {
public:
    // `start` is the block's JSON object as it was sent.
    explicit content_block(std::string_view start);

    // The delta's own strings are appended, or replace (signatures). False if it is malformed.
    bool apply(boost::json::object const& delta, std::string_view raw);

    std::string_view type() const { return type_; }
    std::string string(std::string_view member) const;  // empty without it
    std::string input() const;                          // of a tool call, as the model wrote it
    std::size_t input_size() const { return input_.size(); }
    std::string json() const;

private:
    void set_member(std::string_view name, std::string_view value);

    std::string type_;
    std::vector<std::pair<std::string, std::string>> members_;  // name, JSON text
    std::map<std::string, std::string, std::less<>> strings_;   // those that deltas have changed
    std::string input_;                                         // the pieces of `partial_json`
    std::vector<std::string> citations_;
};

class message_stream final : public answer_stream {
public:
    explicit message_stream(text_sink on_text = {}) : on_text_(std::move(on_text)) {}

    void feed(mcp::sse_event const& event) override;
    bool begun() const override { return !blocks_.empty(); }
    bool complete() const override { return state_ == state::complete; }
    std::optional<model_error> const& error() const override { return error_; }
    token_usage usage() const override { return usage_.total(); }
    turn result() const override;

private:
    enum class state { before, open, complete };

    void broken(std::string what);
    void start(boost::json::object const& event);
    void start_block(boost::json::object const& event, std::string_view raw);
    void delta(boost::json::object const& event, std::string_view raw);
    void message_delta(boost::json::object const& event);
    void finish();

    text_sink on_text_;
    state state_ = state::before;
    std::optional<model_error> error_;
    std::map<std::int64_t, content_block> blocks_;
    usage_counts usage_;
    std::string model_, stop_, category_;
};

}  // namespace agent
