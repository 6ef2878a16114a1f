// A schema and an instance, a line each: whatever they are, the answer comes in bounded time, is
// the same twice, and is said in short sentences.

#include "protocol/json_schema/schema.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto input = fuzz::text(data, size);
    mcp::strict_json parser;
    auto const schema = parser.parse(fuzz::take_line(input));
    auto const instance = parser.parse(input);
    if (!schema)
        return 0;
    mcp::json_schema::options with;
    with.assert_formats = true;
    with.limits.steps = 5'000;
    with.limits.characters = 20'000;
    auto const compiled = mcp::json_schema::compile(*schema, with);
    if (compiled.has_error()) {
        auto const why = compiled.error().reason;
        fuzz::require(why.starts_with("at #") && mcp::valid_utf8(why), "a refusal says where");
        fuzz::require(why.size() < 1'000, "a refusal is short");
        return 0;
    }
    if (!instance)
        return 0;
    auto const errors = compiled->errors(*instance, "value");
    fuzz::require(errors == compiled->errors(*instance, "value"), "the answer is the same twice");
    fuzz::require(errors.size() <= with.limits.errors, "only the first errors are told");
    for (auto const& error : errors) {
        fuzz::require(error.starts_with("value") && mcp::valid_utf8(error), "an error says where");
        fuzz::require(error.size() < 4'000, "an error is short");
    }
    with.limits.errors = 1;
    auto const shortly = mcp::json_schema::compile(*schema, with)->errors(*instance, "value");
    fuzz::require(shortly.empty() == errors.empty(), "how much is told changes nothing");
    return 0;
}
