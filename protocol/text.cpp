#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace mcp {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct decoded {
    char32_t point = 0;
    std::size_t size = 1;  // bytes consumed; for an error the maximal subpart (Unicode 3.9)
    bool valid = false;
};

decoded decode(std::string_view text, std::size_t at)
{
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char const first = byte(at);
    if (first < 0x80)
        return {first, 1, true};
    std::size_t length = 0;
    if (first >= 0xC2 && first <= 0xDF)
        length = 2;
    else if (first >= 0xE0 && first <= 0xEF)
        length = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        length = 4;
    else
        return {};
    char32_t point = first & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if (at + i >= text.size())
            return {0, i, false};
        unsigned char const next = byte(at + i);
        unsigned char low = 0x80;
        unsigned char high = 0xBF;
        if (i == 1) {  // overlong forms, surrogates, beyond U+10FFFF
            if (first == 0xE0)
                low = 0xA0;
            else if (first == 0xED)
                high = 0x9F;
            else if (first == 0xF0)
                low = 0x90;
            else if (first == 0xF4)
                high = 0x8F;
        }
        if (next < low || next > high)
            return {0, i, false};
        point = (point << 6) | (next & 0x3Fu);
    }
    return {point, length, true};
}

struct range {
    char32_t first, last;
};

// What a reader cannot see but a model or a terminal obeys.
constexpr std::array<range, 16> hidden{{
    {0x00, 0x08},
    {0x0B, 0x1F},
    {0x7F, 0x9F},
    {0xAD, 0xAD},        // soft hyphen
    {0x34F, 0x34F},      // combining grapheme joiner
    {0x61C, 0x61C},      // Arabic letter mark
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200F},    // zero-width, direction marks
    {0x202A, 0x202E},    // bidirectional embeddings and overrides
    {0x2060, 0x206F},    // word joiner, isolates, deprecated format characters
    {0x3164, 0x3164},    // Hangul filler
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFF9, 0xFFFB},    // interlinear annotation
    {0x1D173, 0x1D17A},  // musical format characters
    {0xE0000, 0xE007F},  // tags
    {0xE0100, 0xE01EF},  // variation selectors supplement
}};

bool is_hidden(char32_t point)
{
    return std::any_of(hidden.begin(), hidden.end(), [point](range r) {
        return r.first <= point && point <= r.last;
    });
}

bool token_character(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

std::size_t token_end(std::string_view text, std::size_t from)
{
    while (from < text.size() && token_character(text[from]))
        ++from;
    return from;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower)
{
    return text.size() >= lower.size() &&
           std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

// If a key begins at `at`: where its secret part begins. Prose such as "Bearer authentication" and
// "sk-learn" is told from keys by length and by a digit.
std::size_t key_at(std::string_view text, std::size_t at)
{
    struct shape {
        std::string_view prefix;  // lower case
        std::size_t length;       // of the secret part, at least
        bool digit;
    };
    static constexpr std::array<shape, 4> shapes{
        {{"sk-ant-", 8, false}, {"ctx7sk-", 8, false}, {"sk-", 20, true}, {"bearer ", 16, true}}};
    for (auto const& s : shapes) {
        if (!starts_with_ignoring_case(text.substr(at), s.prefix))
            continue;
        auto const begin = at + s.prefix.size();
        auto const token = text.substr(begin, token_end(text, begin) - begin);
        bool const digits = std::any_of(
            token.begin(), token.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
        if (token.size() >= s.length && (digits || !s.digit))
            return begin;
    }
    return std::string_view::npos;
}

std::string without_keys(std::string_view text)
{
    std::string out;
    std::size_t copied = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        char const c = text[at];
        if (c != 's' && c != 'S' && c != 'c' && c != 'C' && c != 'b' && c != 'B')
            continue;
        if (at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0)
            continue;
        auto const begin = key_at(text, at);
        if (begin == std::string_view::npos)
            continue;
        out.append(text.substr(copied, begin - copied)).append("***");
        copied = token_end(text, begin);
        at = copied - 1;
    }
    out.append(text.substr(copied));
    return out;
}

}  // namespace

bool valid_utf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        auto const d = decode(text, at);
        if (!d.valid)
            return false;
        at += d.size;
    }
    return true;
}

std::u32string code_points(std::string_view text)
{
    std::u32string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto const d = decode(text, at);
        out += d.valid ? d.point : U'\uFFFD';
        at += d.size;
    }
    return out;
}

std::string sanitize(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto const d = decode(text, at);
        if (!d.valid)
            out.append(replacement);
        else if (d.point == '\r') {
            if (at + 1 >= text.size() || text[at + 1] != '\n')
                out.push_back('\n');
        } else if (d.point == 0x2028 || d.point == 0x2029)
            out.push_back('\n');
        else if (!is_hidden(d.point))
            out.append(text.substr(at, d.size));
        at += d.size;
    }
    return out;
}

std::string sanitize_line(std::string_view text, std::size_t limit)
{
    std::string line;
    for (char const c : sanitize(text.substr(0, std::min(text.size(), 4 * limit)))) {
        if (c == '\n')
            line.append("\\n");
        else if (c == '\t')
            line.append("\\t");
        else
            line.push_back(c);
    }
    line.resize(cut_utf8(line, limit).size());
    return line;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return text;
    auto end = bytes;
    // At most three continuation bytes belong to one code point; more are not UTF-8 anyway.
    for (int i = 0; i < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++i)
        --end;
    if ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        end = bytes;
    return text.substr(0, end);
}

std::string head_and_tail(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return std::string(text);
    auto const head = cut_utf8(text, bytes - bytes / 3);
    auto start = text.size() - bytes / 3;
    for (int i = 0;
         i < 3 && start < text.size() && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80;
         ++i)
        ++start;
    auto const tail = text.substr(start);
    std::string out(head);
    out.append("\n… ")
        .append(std::to_string(text.size() - head.size() - tail.size()))
        .append(" bytes omitted …\n")
        .append(tail);
    return out;
}

redactor::redactor(std::vector<std::string> secrets) : secrets_(std::move(secrets))
{
    std::erase_if(secrets_, [](std::string const& s) { return s.size() < 6; });
    std::stable_sort(secrets_.begin(), secrets_.end(), [](auto const& a, auto const& b) {
        return a.size() > b.size();
    });
}

std::string redactor::operator()(std::string_view text) const
{
    std::string out(text);
    for (auto const& secret : secrets_) {
        for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at + 3))
            out.replace(at, secret.size(), "***");
    }
    return without_keys(out);
}

}  // namespace mcp
