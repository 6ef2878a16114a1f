// An event stream: how the bytes were split does not show.

#include "protocol/sse.hpp"

#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    mcp::sse_limits limits;
    limits.line = 64;
    limits.event = 128;
    auto bytes = fuzz::text(data + 1, size - 1);

    mcp::sse_parser whole(limits);
    std::vector<mcp::sse_event> expected;
    auto const error = whole.feed(bytes, expected);

    mcp::sse_parser split(limits);
    std::vector<mcp::sse_event> events;
    auto last = mcp::sse_errc::none;
    for (std::size_t turn = 0; !bytes.empty(); ++turn) {
        auto const piece = bytes.substr(0, (data[0] >> (turn % 3)) % 16 + 1);
        last = split.feed(piece, events);
        bytes.remove_prefix(piece.size());
    }
    fuzz::require(events == expected, "a split does not show in the events");
    fuzz::require(last == error, "a split does not show in the error");
    fuzz::require(
        whole.reconnection_time() == split.reconnection_time(),
        "a split does not show in the reconnection time");
    return 0;
}
