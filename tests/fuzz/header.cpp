// The values of headers and Base64: what is encoded is decoded as the same, a text has one
// spelling, and the headers that a client sends for its arguments satisfy a server. The first line
// is a value; the second the schema of a tool, the third its arguments.

#include "protocol/base64.hpp"
#include "protocol/text.hpp"
#include "protocol/wire/header_parameters.hpp"
#include "tests/fuzz/property.hpp"

namespace {

void values(std::string_view text)
{
    if (auto const decoded = mcp::decode_header_value(text)) {
        fuzz::require(mcp::valid_utf8(*decoded), "a value is UTF-8");
        fuzz::require(
            mcp::decode_header_value(mcp::encode_header_value(*decoded)) == decoded,
            "what is encoded is decoded as the same");
    }
    if (mcp::valid_utf8(text)) {
        auto const encoded = mcp::encode_header_value(text);
        fuzz::require(
            mcp::decode_header_value(encoded) == std::string(text), "any text can be sent");
        for (char const c : encoded)
            fuzz::require(c >= ' ' && c <= '~', "an encoded value is visible ASCII");
    }
    if (auto const bytes = mcp::from_base64(text))
        fuzz::require(mcp::base64(*bytes) == text, "Base64 has one spelling");
    if (auto const bytes = mcp::from_base64url(text))
        fuzz::require(mcp::base64url(*bytes) == text, "url-safe Base64 has one spelling");
    fuzz::require(mcp::from_base64(mcp::base64(text)) == std::string(text), "Base64 comes back");
    fuzz::require(
        mcp::from_base64url(mcp::base64url(text)) == std::string(text),
        "url-safe Base64 comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto input = fuzz::text(data, size);
    auto const value = fuzz::take_line(input);
    values(value);
    mcp::strict_json parser;
    auto const schema = parser.parse(fuzz::take_line(input));
    auto const arguments = parser.parse(input);
    if (!schema || !schema->is_object() || !arguments || !arguments->is_object())
        return 0;
    auto const parameters = mcp::header_parameters(schema->get_object());
    if (parameters.has_error()) {
        fuzz::require(!parameters.error().reason.empty(), "a refusal says why");
        return 0;
    }
    auto const sent = mcp::parameter_headers(*parameters, arguments->get_object());
    auto const received = [&](std::string_view name) {
        std::vector<std::string> out;
        for (auto const& header : sent)
            if (header.first == name)
                out.push_back(header.second);
        return out;
    };
    auto const fault = mcp::check_parameter_headers(*parameters, arguments->get_object(), received);
    fuzz::require(
        !fault || sent.size() < parameters->size(), "what a client mirrors a server accepts");
    auto const others = [&](std::string_view) {
        return std::vector<std::string>{std::string(value)};
    };
    mcp::check_parameter_headers(*parameters, arguments->get_object(), others);
    return 0;
}
