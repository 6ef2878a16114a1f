#include "agent/checks/types/output/build_output.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace agent {

namespace {

constexpr char source[] = "next build";
constexpr std::size_t most_lines = 12;  // of a message

// Without the colours of a terminal, which are there even if none are asked for.
std::string plain(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '[') {
            for (i += 2; i < text.size() && (text[i] < '@' || text[i] > '~');)
                ++i;
        } else if (text[i] != '\r') {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::string_view trimmed(std::string_view line)
{
    auto const begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return line.substr(begin, line.find_last_not_of(" \t") - begin + 1);
}

std::optional<std::size_t> number(std::string_view text)
{
    std::size_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [at, failure] = std::from_chars(text.data(), end, value);
    if (text.empty() || failure != std::errc() || at != end)
        return std::nullopt;
    return value;
}

// "./app/page.tsx:3:1", or "./app/page.tsx" alone.
std::optional<diagnostic> place(std::string_view line)
{
    line = trimmed(line);
    if (!line.starts_with("./") || line.find(' ') != std::string_view::npos)
        return std::nullopt;
    diagnostic out;
    out.code = source;
    auto const column = line.rfind(':');
    auto const row =
        column == std::string_view::npos || column == 0 ? column : line.rfind(':', column - 1);
    if (row != std::string_view::npos) {
        auto const l = number(line.substr(row + 1, column - row - 1));
        auto const c = number(line.substr(column + 1));
        if (l && c) {
            out.line = *l;
            out.column = *c;
            line = line.substr(0, row);
        }
    }
    out.file = line.substr(2);
    return out;
}

// "> 3 | import x": what the editor shows anyway.
bool is_code_frame(std::string_view line)
{
    line = trimmed(line);
    if (line.starts_with('>'))
        line = trimmed(line.substr(1));
    auto const bar = line.find('|');
    return bar != std::string_view::npos && bar < 8 &&
           line.substr(0, bar).find_first_not_of("0123456789 ") == std::string_view::npos;
}

bool is_failure(std::string_view line)
{
    return line.starts_with("Error occurred prerendering page") ||
           line.starts_with("Failed to collect page data") ||
           line.starts_with("Error: Failed to collect") || line.starts_with("Error: Route ") ||
           line.starts_with("Type error:");
}

class lines {
public:
    explicit lines(std::string_view text) : rest_(text) {}
    bool ended() const { return rest_.empty(); }
    std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }
    std::string_view next()
    {
        auto const line = peek();
        rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
        return line;
    }

private:
    std::string_view rest_;
};

std::string message_from(lines& in, std::string first)
{
    std::string out = std::move(first);
    for (std::size_t count = 0; count < most_lines && !in.ended(); ++count) {
        auto const line = in.peek();
        if (trimmed(line).empty() || is_code_frame(line) || place(line) ||
            trimmed(line).starts_with("at "))
            break;
        out.append(out.empty() ? "" : "\n").append(line);
        in.next();
    }
    return out;
}

// Where nothing is recognized: what it said after that it had failed.
std::string last_words(std::string_view text)
{
    for (auto const* heading : {"Build error occurred", "Failed to compile"})
        if (auto const at = text.find(heading); at != std::string_view::npos)
            text = text.substr(at);
    if (text.size() > 1500)
        text = text.substr(text.size() - 1500);
    return std::string(trimmed(text));
}

}  // namespace

std::vector<diagnostic> parse_build_output(std::string_view text, std::size_t most)
{
    auto const read = plain(text);
    std::vector<diagnostic> found;
    lines in(read);
    while (!in.ended() && found.size() < most) {
        auto const line = in.next();
        if (auto one = place(line)) {
            one->message = message_from(in, "");
            // What it warns of is not what it failed for.
            if (!one->message.empty() && !one->message.starts_with("Warning"))
                found.push_back(std::move(*one));
        } else if (is_failure(line)) {
            diagnostic d;
            d.code = source;
            d.message = message_from(in, std::string(line));
            found.push_back(std::move(d));
        }
    }
    if (found.empty()) {
        diagnostic d;
        d.code = source;
        d.message = last_words(read);
        if (!d.message.empty())
            found.push_back(std::move(d));
    }
    // It tells some of them twice.
    for (std::size_t i = 0; i < found.size(); ++i)
        found.erase(
            std::remove(found.begin() + static_cast<std::ptrdiff_t>(i) + 1, found.end(), found[i]),
            found.end());
    return found;
}

}  // namespace agent
