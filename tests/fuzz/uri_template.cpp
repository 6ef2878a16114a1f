// A template and a URI, a line each: what was matched expands to a URI of that form, and what that
// one gives expands to it again. (The first may be split differently: it may have characters, such
// as a comma, that expansion encodes.)

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
    auto const uri = parsed->expand(*found);
    if (uri.size() > 8'192)
        return 0;
    auto const again = parsed->match(uri);
    fuzz::require(again.has_value(), "what matched expands to what matches");
    fuzz::require(parsed->expand(*again) == uri, "a URI expands from what it was matched to");
    return 0;
}
