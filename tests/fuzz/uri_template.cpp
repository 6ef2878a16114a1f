// A template and a URI, a line each: what was matched expands, and to a URI of that form.

#include "protocol/uri_template.hpp"

#include "tests/fuzz/property.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto input = fuzz::text(data, size);
    auto const form = std::string(fuzz::take_line(input));
    auto const parsed = mcp::uri_template::parse(form);
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
    // Where there are several values, what expansion encodes of one may look like the end of
    // another.
    if (std::count(form.begin(), form.end(), '{') > 1 || form.find(',') != std::string::npos) {
        (void)parsed->match(uri);
        return 0;
    }
    fuzz::require(parsed->match(uri).has_value(), "what matched expands to what matches");
    return 0;
}
