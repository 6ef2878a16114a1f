#pragma once

// The one parser for JSON that a peer wrote: a message, a file of ours, a reply. Strict where
// Boost.JSON is not: depth and number of values are bounded, a number must be finite (1e400 would
// be written back as `Infinity`), and members of the outer objects must have unique names, because
// two readers of a message with two "method"s do not agree on what it asks (reliability 3.3).
// UTF-8 must be valid; comments and trailing commas are refused.

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mcp {

namespace json = boost::json;

struct json_limits {
    std::size_t depth = 128;       // objects and arrays within one another
    std::size_t values = 200'000;  // in one document, containers included

    // Objects nested no deeper than this must not repeat a member: of a message 1 is the envelope,
    // 2 its params, 3 what params holds (_meta, arguments). Deeper the last one wins.
    std::size_t unique_depth = 3;
};

struct json_fault {
    json_fault() = default;
    json_fault(bool is_syntax, std::string text) : syntax(is_syntax), message(std::move(text)) {}

    bool syntax = false;  // not JSON at all, rather than JSON that we refuse
    bool memory = false;  // nothing is wrong with it: there was no room for it
    std::string message;  // one sentence, without the peer's text
};

// Keeps its buffers from one document to the next, but no more than a large message's worth.
class strict_json {
public:
    explicit strict_json(json_limits limits = json_limits());
    strict_json(strict_json const&) = delete;
    strict_json& operator=(strict_json const&) = delete;
    ~strict_json();

    // One whole document. The value lives in `storage`.
    boost::system::result<json::value, json_fault>
    parse(std::string_view text, json::storage_ptr storage = {});

private:
    struct machine;

    json_limits limits_;
    std::unique_ptr<machine> machine_;
};

}  // namespace mcp
