// A template and a URI, a line each: what was matched expands to a URI that matches as the same.

#include "protocol/uri_template.hpp"

#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto input = fuzz::text(data, size);
    auto const parsed = mcp::uri_template::parse(fuzz::take_line(input));
    if (parsed.has_error()) {
        fuzz::require(!parsed.error().empty(), "a refusal says why");
        return 0;
    }
    auto const found = parsed->match(input);
    if (!found)
        return 0;
    auto const again = parsed->match(parsed->expand(*found));
    fuzz::require(again == found, "what matched expands to what matches as the same");
    return 0;
}
