#include "protocol/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
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

// What is written, gathered in pieces: a message is many short ones, and a string's own append
// costs more than they are long.
class text_sink {
public:
    explicit text_sink(std::string& out) : out_(out) {}
    text_sink(text_sink const&) = delete;
    text_sink& operator=(text_sink const&) = delete;
    ~text_sink() { flush(); }

    void put(char c)
    {
        if (size_ == piece_.size())
            flush();
        piece_[size_++] = c;
    }
    void put(std::string_view text)
    {
        if (text.size() > piece_.size() - size_) {
            flush();
            if (text.size() > piece_.size()) {
                out_.append(text);
                return;
            }
        }
        std::memcpy(piece_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }

private:
    void flush() { out_.append(piece_.data(), std::exchange(size_, 0)); }

    std::string& out_;
    std::array<char, 512> piece_;
    std::size_t size_ = 0;
};

// Whether eight bytes can be written as they are: none is a control character, a quote, a backslash
// or part of a longer sequence. The borrow of one byte may only spoil those above a hit.
bool all_plain(char const* bytes)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t high = 0x80 * ones;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    auto const quote = word ^ ('"' * ones);
    auto const backslash = word ^ ('\\' * ones);
    auto const hits = (word - 0x20 * ones) | (quote - ones) | (backslash - ones) | word;
    return (hits & high) == 0;
}

void put_escaped(text_sink& out, unsigned char c)
{
    constexpr std::string_view hex = "0123456789abcdef";
    switch (c) {
    case '"':
        return out.put("\\\"");
    case '\\':
        return out.put("\\\\");
    case '\b':
        return out.put("\\b");
    case '\f':
        return out.put("\\f");
    case '\n':
        return out.put("\\n");
    case '\r':
        return out.put("\\r");
    case '\t':
        return out.put("\\t");
    default:
        out.put("\\u00");
        out.put(hex[c >> 4]);
        out.put(hex[c & 15]);
    }
}

template <class Number>
void put_number(text_sink& out, Number n)
{
    std::array<char, 32> buffer;
    auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr;
    out.put({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
}

void put_double(text_sink& out, double d)
{
    constexpr double exact = 9007199254740992;  // 2^53: every integer up to here is a double
    if (!std::isfinite(d))
        out.put("null");
    else if (d == std::trunc(d) && std::abs(d) <= exact)
        put_number(out, static_cast<std::int64_t>(d));
    else
        put_number(out, d);
}

void put_string(text_sink& out, std::string_view text)
{
    out.put('"');
    std::size_t written = 0;
    std::size_t i = 0;
    auto const flush = [&] { out.put(text.substr(written, i - written)); };
    while (i < text.size()) {
        if (text.size() - i >= sizeof(std::uint64_t) && all_plain(text.data() + i)) {
            i += sizeof(std::uint64_t);
            continue;
        }
        auto const c = static_cast<unsigned char>(text[i]);
        if (plain[c]) {
            ++i;
        } else if (auto const n = c < 0x80 ? 0 : sequence(text, i)) {
            i += n;
        } else {
            flush();
            if (c < 0x80)
                put_escaped(out, c);
            else
                out.put("\xEF\xBF\xBD");
            written = ++i;
        }
    }
    flush();
    out.put('"');
}

void put_value(text_sink& out, json::value const& value);

void put_array(text_sink& out, json::array const& elements)
{
    out.put('[');
    bool first = true;
    for (auto const& element : elements) {
        if (!std::exchange(first, false))
            out.put(',');
        put_value(out, element);
    }
    out.put(']');
}

void put_object(text_sink& out, json::object const& value)
{
    out.put('{');
    bool first = true;
    for (auto const& member : value) {
        if (!std::exchange(first, false))
            out.put(',');
        put_string(out, member.key());
        out.put(':');
        put_value(out, member.value());
    }
    out.put('}');
}

void put_value(text_sink& out, json::value const& value)
{
    switch (value.kind()) {
    case json::kind::null:
        return out.put("null");
    case json::kind::bool_:
        return out.put(value.get_bool() ? "true" : "false");
    case json::kind::int64:
        return put_number(out, value.get_int64());
    case json::kind::uint64:
        return put_number(out, value.get_uint64());
    case json::kind::double_:
        return put_double(out, value.get_double());
    case json::kind::string:
        return put_string(out, value.get_string());
    case json::kind::array:
        return put_array(out, value.get_array());
    case json::kind::object:
        return put_object(out, value.get_object());
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text)
{
    text_sink sink(out);
    put_string(sink, text);
}

void append_json(std::string& out, json::object const& value)
{
    text_sink sink(out);
    put_object(sink, value);
}

void append_json(std::string& out, json::value const& value)
{
    text_sink sink(out);
    put_value(sink, value);
}

std::string json_text(json::value const& value)
{
    std::string out;
    append_json(out, value);
    return out;
}

}  // namespace mcp
