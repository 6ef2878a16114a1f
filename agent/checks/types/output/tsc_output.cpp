#include "agent/checks/types/output/tsc_output.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace agent {

namespace {

std::optional<std::size_t> number_in(std::string_view text)
{
    std::size_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [at, failure] = std::from_chars(text.data(), end, value);
    if (text.empty() || failure != std::errc() || at != end)
        return std::nullopt;
    return value;
}

// "app/(shop)/page.tsx(12,3)"
bool read_place(std::string_view text, diagnostic& out)
{
    if (!text.ends_with(')'))
        return false;
    auto const open = text.rfind('(');
    if (open == std::string_view::npos || open == 0)
        return false;
    auto const inside = text.substr(open + 1, text.size() - open - 2);
    auto const comma = inside.find(',');
    if (comma == std::string_view::npos)
        return false;
    auto const line = number_in(inside.substr(0, comma));
    auto const column = number_in(inside.substr(comma + 1));
    if (!line || !column)
        return false;
    out.file = text.substr(0, open);
    out.line = *line;
    out.column = *column;
    return true;
}

// "error TS2554: Expected 2 arguments, but got 1."
bool read_error(std::string_view text, diagnostic& out)
{
    constexpr std::string_view start = "error TS";
    if (!text.starts_with(start))
        return false;
    auto const colon = text.find(':');
    if (colon == std::string_view::npos)
        return false;
    auto const digits = text.substr(start.size(), colon - start.size());
    if (digits.size() > 6 || !number_in(digits))
        return false;
    out.code = "TS" + std::string(digits);
    auto message = text.substr(colon + 1);
    if (message.starts_with(' '))
        message.remove_prefix(1);
    out.message = message;
    return true;
}

std::optional<diagnostic> read_line(std::string_view line)
{
    diagnostic out;
    if (read_error(line, out))
        return out;
    constexpr std::string_view between = ": error TS";
    for (auto at = line.find(between); at != std::string_view::npos;
         at = line.find(between, at + 1))
        if (read_place(line.substr(0, at), out) && read_error(line.substr(at + 2), out))
            return out;
    return std::nullopt;
}

}  // namespace

std::vector<diagnostic> parse_tsc_output(std::string_view text, std::size_t most)
{
    std::vector<diagnostic> found;
    bool goes_on = false;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (goes_on && line.starts_with(' ')) {
            auto& message = found.back().message;
            if (message.size() < 2 * max_diagnostic_message)
                message.append("\n").append(line.substr(0, max_diagnostic_message));
            continue;
        }
        auto one = line.size() < (1U << 16) ? read_line(line) : std::nullopt;
        goes_on = one.has_value();
        if (!one)
            continue;
        if (found.size() == most)
            break;
        found.push_back(std::move(*one));
    }
    return found;
}

}  // namespace agent
