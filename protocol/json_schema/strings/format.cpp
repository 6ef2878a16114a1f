#include "protocol/json_schema/strings/format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace mcp::json_schema {
namespace {

bool digit(char c)
{
    return c >= '0' && c <= '9';
}

bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool one_of(char c, std::string_view set)
{
    return set.find(c) != std::string_view::npos;
}

bool hexadecimal(char c)
{
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Takes exactly `n` digits off the front; -1 if there are not as many.
int number(std::string_view& text, std::size_t n)
{
    if (text.size() < n || !std::all_of(text.begin(), text.begin() + n, digit))
        return -1;
    int out = 0;
    for (char const c : text.substr(0, n))
        out = 10 * out + (c - '0');
    text.remove_prefix(n);
    return out;
}

bool take(std::string_view& text, std::string_view either)
{
    if (text.empty() || !one_of(text.front(), either))
        return false;
    text.remove_prefix(1);
    return true;
}

bool take_date(std::string_view& text)
{
    int const year = number(text, 4);
    bool const first = take(text, "-");
    int const month = number(text, 2);
    bool const second = take(text, "-");
    int const day = number(text, 2);
    if (year < 0 || !first || month < 1 || month > 12 || !second || day < 1)
        return false;
    constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool const leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths.at(static_cast<std::size_t>(month - 1)) + (month == 2 && leap ? 1 : 0);
}

bool date(std::string_view text)
{
    return take_date(text) && text.empty();
}

// The offset from UTC in minutes.
bool take_offset(std::string_view& text, int& minutes)
{
    if (take(text, "Zz"))
        return true;
    if (text.empty() || !one_of(text.front(), "+-"))
        return false;
    int const sign = text.front() == '+' ? 1 : -1;
    text.remove_prefix(1);
    int const hour = number(text, 2);
    bool const colon = take(text, ":");
    int const minute = number(text, 2);
    minutes = sign * (60 * hour + minute);
    return hour >= 0 && hour <= 23 && colon && minute >= 0 && minute <= 59;
}

bool date_time(std::string_view text)
{
    if (!take_date(text) || !take(text, "Tt"))
        return false;
    int const hour = number(text, 2);
    bool const first = take(text, ":");
    int const minute = number(text, 2);
    bool const second_colon = take(text, ":");
    int const second = number(text, 2);
    if (hour < 0 || hour > 23 || !first || minute < 0 || minute > 59 || !second_colon ||
        second < 0 || second > 60)
        return false;
    if (take(text, ".")) {
        auto const end = std::find_if_not(text.begin(), text.end(), digit);
        if (end == text.begin())
            return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
    int offset = 0;
    if (!take_offset(text, offset) || !text.empty())
        return false;
    // A leap second is the last one of a day in UTC.
    constexpr int day = 24 * 60;
    return second < 60 || (60 * hour + minute - offset + 2 * day) % day == day - 1;
}

bool domain(std::string_view text)
{
    if (text.empty() || text.size() > 253)
        return false;
    while (true) {
        auto const label = text.substr(0, text.find('.'));
        bool const known = std::all_of(
            label.begin(), label.end(), [](char c) { return letter(c) || digit(c) || c == '-'; });
        if (label.empty() || label.size() > 63 || !known || label.front() == '-' ||
            label.back() == '-')
            return false;
        if (label.size() == text.size())
            return true;
        text.remove_prefix(label.size() + 1);
    }
}

bool ipv4(std::string_view text)
{
    for (int i = 0; i < 4; ++i) {
        if (i > 0 && !take(text, "."))
            return false;
        auto const digits = static_cast<std::size_t>(
            std::find_if_not(text.begin(), text.end(), digit) - text.begin());
        if (digits < 1 || digits > 3 || number(text, digits) > 255)
            return false;
    }
    return text.empty();
}

bool ipv6(std::string_view text)
{
    return text.size() > 1 && std::all_of(text.begin(), text.end(), [](char c) {
               return hexadecimal(c) || c == ':' || c == '.';
           });
}

// Of an email: [127.0.0.1], [IPv6:::1].
bool address_literal(std::string_view text)
{
    if (text.size() < 2 || text.front() != '[' || text.back() != ']')
        return false;
    text = text.substr(1, text.size() - 2);
    return text.starts_with("IPv6:") ? ipv6(text.substr(5)) : ipv4(text);
}

bool email(std::string_view text)
{
    auto const at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64)
        return false;
    auto const local = text.substr(0, at);
    auto const host = text.substr(at + 1);
    if (!domain(host) && !address_literal(host))
        return false;
    if (local.size() > 2 && local.starts_with('"') && local.ends_with('"')) {
        auto const inner = local.substr(1, local.size() - 2);
        bool escaped = false;
        for (char const c : inner) {
            if (c < ' ' || c > '~' || (c == '"' && !escaped))
                return false;
            escaped = c == '\\' && !escaped;
        }
        return !escaped;
    }
    return local.front() != '.' && local.back() != '.' &&
           local.find("..") == std::string_view::npos &&
           std::all_of(local.begin(), local.end(), [](char c) {
               return letter(c) || digit(c) || one_of(c, "!#$%&'*+/=?^_`{|}~-.");
           });
}

// unreserved, sub-delims and percent-encoded, and what else is allowed in that part.
bool part(std::string_view text, std::string_view also)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !hexadecimal(text[i + 1]) || !hexadecimal(text[i + 2]))
                return false;
            i += 2;
        } else if (!letter(c) && !digit(c) && !one_of(c, "-._~!$&'()*+,;=") && !one_of(c, also)) {
            return false;
        }
    }
    return true;
}

bool authority(std::string_view text)
{
    if (auto const at = text.find('@'); at != std::string_view::npos) {
        if (!part(text.substr(0, at), ":"))
            return false;
        text.remove_prefix(at + 1);
    }
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == std::string_view::npos || !ipv6(text.substr(1, end - 1)))
            return false;
        text.remove_prefix(end + 1);
    } else {
        auto const end = std::min(text.find(':'), text.size());
        if (!part(text.substr(0, end), ""))
            return false;
        text.remove_prefix(end);
    }
    if (text.empty())
        return true;
    text.remove_prefix(1);
    return std::all_of(text.begin(), text.end(), digit);
}

bool uri(std::string_view text)
{
    auto const colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || !letter(text.front()))
        return false;
    auto const scheme = text.substr(0, colon);
    if (!std::all_of(scheme.begin(), scheme.end(), [](char c) {
            return letter(c) || digit(c) || one_of(c, "+-.");
        }))
        return false;
    text.remove_prefix(colon + 1);
    if (auto const hash = text.find('#'); hash != std::string_view::npos) {
        if (!part(text.substr(hash + 1), ":@/?"))
            return false;
        text = text.substr(0, hash);
    }
    if (auto const mark = text.find('?'); mark != std::string_view::npos) {
        if (!part(text.substr(mark + 1), ":@/?"))
            return false;
        text = text.substr(0, mark);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        auto const end = std::min(text.find('/'), text.size());
        if (!authority(text.substr(0, end)))
            return false;
        text.remove_prefix(end);
    }
    return part(text, ":@/");
}

}  // namespace

bool has_format(std::string_view format, std::string_view text)
{
    if (format == "date")
        return date(text);
    if (format == "date-time")
        return date_time(text);
    if (format == "email")
        return email(text);
    if (format == "uri")
        return uri(text);
    return true;
}

}  // namespace mcp::json_schema
