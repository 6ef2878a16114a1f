// States and cursors that come back from a client: nothing opens but what was sealed, and what was
// sealed opens once, as it was. The first line is what comes back; the rest is a state.

#include "protocol/sealed.hpp"

#include "protocol/cursor.hpp"
#include "tests/fuzz/property.hpp"

using mcp::seal_context;
using mcp::sealer;
using namespace std::chrono_literals;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto input = fuzz::text(data, size);
    auto const now = sealer::clock::time_point(1'800'000'000s);
    seal_context const call{"alice", "tools/call", "digest"};
    sealer seal("a key");
    auto const back = fuzz::take_line(input);
    fuzz::require(seal.open(back, call, now).has_error(), "what was not sealed does not open");
    if (auto const position = mcp::position_of(back, "tools"))
        fuzz::require(mcp::cursor_at(*position, "tools") == back, "a cursor has one spelling");

    mcp::json_limits shallow;
    shallow.depth = 100;
    shallow.unique_depth = 0;
    auto const state = mcp::strict_json(shallow).parse(input);
    if (!state || input.size() > 1'000 || back.size() < 2)
        return 0;
    auto const sealed = seal.seal(*state, call, now + 60s);
    auto changed = sealed;
    auto& c = changed[static_cast<std::uint8_t>(back[0]) % changed.size()];
    c = back[1];
    if (changed != sealed)
        fuzz::require(seal.open(changed, call, now).has_error(), "what was changed does not open");
    auto const opened = seal.open(sealed, call, now);
    fuzz::require(opened.has_value(), "what was sealed opens");
    fuzz::require(fuzz::same(*opened, *state), "a state comes back as it was");
    fuzz::require(seal.open(sealed, call, now).has_error(), "nothing opens twice");
    return 0;
}
