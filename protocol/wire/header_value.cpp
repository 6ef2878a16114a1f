// The encoding of a header's value.

#include "protocol/base64.hpp"
#include "protocol/text.hpp"
#include "protocol/wire/header_parameters.hpp"

#include <algorithm>

namespace mcp {
namespace {

constexpr std::string_view prefix = "=?base64?";
constexpr std::string_view suffix = "?=";
constexpr std::string_view white_space = " \t";

bool is_wrapped(std::string_view value)
{
    return value.size() >= prefix.size() + suffix.size() && value.starts_with(prefix) &&
           value.ends_with(suffix);
}

}  // namespace

std::string encode_header_value(std::string_view text)
{
    // A tab may be sent as it is, but not every intermediary leaves it alone; an empty value is
    // dropped by some.
    bool const plain =
        !text.empty() && text.front() != ' ' && text.back() != ' ' && !is_wrapped(text) &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (plain)
        return std::string(text);
    return std::string(prefix).append(base64(text)).append(suffix);
}

std::optional<std::string> decode_header_value(std::string_view value)
{
    value.remove_prefix(std::min(value.find_first_not_of(white_space), value.size()));
    value.remove_suffix(
        value.size() - std::min(value.find_last_not_of(white_space) + 1, value.size()));
    if (is_wrapped(value)) {
        value.remove_prefix(prefix.size());
        value.remove_suffix(suffix.size());
        auto text = from_base64(value);
        if (!text || !valid_utf8(*text))
            return std::nullopt;
        return text;
    }
    bool const allowed = std::all_of(
        value.begin(), value.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
    if (!allowed)
        return std::nullopt;
    return std::string(value);
}

}  // namespace mcp
