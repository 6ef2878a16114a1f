// Bytes to lines to messages to bytes: how the bytes were split does not show, what we write is
// read again as the same, and what is no message gets a reply that is one.

#include "protocol/jsonrpc.hpp"
#include "protocol/rpc/line_buffer.hpp"
#include "tests/fuzz/property.hpp"

#include <string>
#include <vector>

namespace {

constexpr std::size_t limit = 512;
fuzz::json::value const empty = fuzz::json::object();  // params that are not written
constexpr char const* too_long = "\n";                 // no line has that

std::vector<std::string> lines(std::string_view bytes, std::size_t at_once)
{
    mcp::line_buffer buffer(limit);
    std::vector<std::string> out;
    auto const keep = [&](mcp::line_buffer::line line) {
        out.emplace_back(line.too_long ? too_long : line.text);
    };
    while (!bytes.empty()) {
        auto const room = buffer.room();
        auto const n = std::min({room.size(), at_once, bytes.size()});
        std::copy_n(bytes.begin(), n, room.begin());
        buffer.received(n);
        bytes.remove_prefix(n);
        while (auto line = buffer.next())
            keep(*line);
    }
    while (auto line = buffer.rest())
        keep(*line);
    return out;
}

void read(mcp::strict_json& parser, std::string_view line)
{
    auto value = parser.parse(line);
    if (!value)
        return;
    auto const message = mcp::jsonrpc::from_json(*value);
    std::string text;
    if (message)
        mcp::jsonrpc::append(text, *message);
    else
        mcp::jsonrpc::append(text, message.error().reply);
    auto again = parser.parse(text);
    fuzz::require(again.has_value(), "what is written is JSON");
    fuzz::require(text.find('\n') == std::string::npos, "a message is one line");
    fuzz::require(mcp::jsonrpc::from_json(*again).has_value(), "what is written is a message");
    if (message && !std::holds_alternative<mcp::jsonrpc::response>(*message)) {
        auto& object = value->get_object();
        for (auto const* name : {"id", "method", "params"})
            if (auto const* member = object.if_contains(name); member && *member != empty)
                fuzz::require(
                    fuzz::same(*member, again->at(name)), "a message is read as it was written");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    auto const bytes = fuzz::text(data + 1, size - 1);
    auto const whole = lines(bytes, bytes.size());
    fuzz::require(lines(bytes, data[0] % 32 + 1) == whole, "a split does not show");
    mcp::strict_json parser;
    for (auto const& line : whole)
        read(parser, line);
    return 0;
}
