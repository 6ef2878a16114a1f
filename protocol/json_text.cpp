#include "protocol/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace mcp {
namespace {

// Bytes of a string that are written as they are.
constexpr auto plain = [] {
    std::array<bool, 256> out{};
    for (std::size_t c = 0x20; c < 0x80; ++c)
        out[c] = c != '"' && c != '\\';
    return out;
}();

unsigned at(std::string_view s, std::size_t i)
{
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0;
}

// The length of the UTF-8 sequence at `i`, or 0 if it is none (Unicode 15, table 3-7).
std::size_t sequence(std::string_view s, std::size_t i)
{
    auto const tail = [&](std::size_t k, unsigned low = 0x80, unsigned high = 0xBF) {
        return at(s, i + k) >= low && at(s, i + k) <= high;
    };
    unsigned const c = at(s, i);
    if (c >= 0xC2 && c <= 0xDF)
        return tail(1) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF)
        return tail(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
    if (c >= 0xF0 && c <= 0xF4)
        return tail(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4
                                                                                               : 0;
    return 0;
}

void append_escaped(std::string& out, unsigned char c)
{
    constexpr std::string_view hex = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        out += "\\u00";
        out += hex[c >> 4];
        out += hex[c & 15];
    }
}

template <class Number>
void append_number(std::string& out, Number n)
{
    std::array<char, 32> buffer;
    auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr;
    out.append(buffer.data(), end);
}

void append_double(std::string& out, double d)
{
    constexpr double exact = 9007199254740992;  // 2^53: every integer up to here is a double
    if (!std::isfinite(d))
        out += "null";
    else if (d == std::trunc(d) && std::abs(d) <= exact)
        append_number(out, static_cast<std::int64_t>(d));
    else
        append_number(out, d);
}

void append_array(std::string& out, json::array const& elements)
{
    out += '[';
    bool first = true;
    for (auto const& element : elements) {
        if (!std::exchange(first, false))
            out += ',';
        append_json(out, element);
    }
    out += ']';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text)
{
    out += '"';
    std::size_t written = 0;
    std::size_t i = 0;
    auto const flush = [&] { out.append(text, written, i - written); };
    while (i < text.size()) {
        auto const c = static_cast<unsigned char>(text[i]);
        if (plain[c]) {
            ++i;
        } else if (auto const n = c < 0x80 ? 0 : sequence(text, i)) {
            i += n;
        } else {
            flush();
            if (c < 0x80)
                append_escaped(out, c);
            else
                out += "\xEF\xBF\xBD";
            written = ++i;
        }
    }
    flush();
    out += '"';
}

void append_json(std::string& out, json::object const& value)
{
    out += '{';
    bool first = true;
    for (auto const& member : value) {
        if (!std::exchange(first, false))
            out += ',';
        append_json_string(out, member.key());
        out += ':';
        append_json(out, member.value());
    }
    out += '}';
}

void append_json(std::string& out, json::value const& value)
{
    switch (value.kind()) {
    case json::kind::null:
        out += "null";
        break;
    case json::kind::bool_:
        out += value.get_bool() ? "true" : "false";
        break;
    case json::kind::int64:
        append_number(out, value.get_int64());
        break;
    case json::kind::uint64:
        append_number(out, value.get_uint64());
        break;
    case json::kind::double_:
        append_double(out, value.get_double());
        break;
    case json::kind::string:
        append_json_string(out, value.get_string());
        break;
    case json::kind::array:
        append_array(out, value.get_array());
        break;
    case json::kind::object:
        append_json(out, value.get_object());
        break;
    }
}

std::string json_text(json::value const& value)
{
    std::string out;
    append_json(out, value);
    return out;
}

}  // namespace mcp
