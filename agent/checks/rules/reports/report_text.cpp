#include "agent/checks/rules/line_index.hpp"
#include "agent/checks/rules/reports/reports.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace agent::checks {

namespace {

constexpr std::size_t widest = 160;  // code points of a line that are shown

// Whole code points from `from` on, `count` of them.
std::string_view piece(std::string_view text, std::size_t from, std::size_t count)
{
    auto const skip = [&text](std::size_t n) {
        std::size_t at = 0;
        while (at < text.size() && n > 0) {
            ++at;
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
                ++at;
            --n;
        }
        return at;
    };
    text.remove_prefix(skip(from));
    return text.substr(0, skip(count));
}

// One line, as a terminal may be shown it.
std::string shown(std::string_view line)
{
    auto out = mcp::sanitize(line);
    std::replace(out.begin(), out.end(), '\t', ' ');
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
}

void add_line(std::string& out, std::size_t number, int digits, bool marked, std::string_view text)
{
    out += fmt::format("  {} {:>{}} | {}\n", marked ? '>' : ' ', number, digits, shown(text));
}

// The line before, the line, a mark below it, the line after.
void add_frame(std::string& out, finding const& f, line_index const& lines)
{
    auto const number = f.range.from.line;
    auto const whole = lines.line(number);
    if (whole.empty())
        return;
    auto const last = std::min(number + 1, lines.lines());
    auto const digits = static_cast<int>(std::to_string(last).size());
    // A very long line is shown from a little before the place.
    std::size_t const from =
        f.range.from.column > widest / 2 ? f.range.from.column - widest / 4 : 0;
    auto const column = f.range.from.column - 1 - from;
    auto const in_line = f.range.to.line == number && f.range.to.column > f.range.from.column
                             ? f.range.to.column - f.range.from.column
                             : piece(whole, f.range.from.column - 1, widest).size();
    auto const width =
        std::clamp<std::size_t>(in_line, 1, std::max<std::size_t>(1, widest - column));
    auto text = std::string(piece(whole, from, widest));
    if (f.secret) {
        auto const begin = piece(text, 0, column).size();
        auto const size = piece(std::string_view(text).substr(begin), 0, in_line).size();
        text.replace(begin, size, std::string(width, '*'));
    }
    if (number > 1 && from == 0 && !f.secret)
        add_line(out, number - 1, digits, false, piece(lines.line(number - 1), 0, widest));
    add_line(out, number, digits, true, text);
    out += fmt::format(
        "    {:>{}} | {}{}\n", "", digits, std::string(column, ' '), std::string(width, '^'));
    if (last > number && from == 0 && !f.secret)
        add_line(out, last, digits, false, piece(lines.line(last), 0, widest));
}

}  // namespace

std::string summary(std::span<finding const> findings, std::size_t files)
{
    auto const errors = static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(), [](finding const& f) {
            return f.severity == severity::error;
        }));
    auto const warnings = findings.size() - errors;
    auto const counted = [](std::size_t n, std::string_view what) {
        return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
    };
    if (findings.empty())
        return fmt::format("Nothing found in {}", counted(files, "file"));
    std::string out;
    if (errors > 0)
        out = counted(errors, "error");
    if (warnings > 0)
        out += (out.empty() ? "" : " and ") + counted(warnings, "warning");
    return fmt::format("{} in {}", out, counted(files, "file"));
}

std::string report_text(
    std::span<finding const> findings,
    std::span<checked_file const> files,
    report_context const& context)
{
    std::map<std::string_view, std::string_view> texts;
    for (auto const& file : files)
        texts.emplace(file.path, file.text);
    std::string out;
    std::string_view path;
    line_index lines("");
    std::size_t framed = 0;
    for (auto const& f : findings) {
        out += fmt::format(
            "{}:{}:{} {} {}\n",
            mcp::sanitize_line(f.path),
            f.range.from.line,
            f.range.from.column,
            name_of(f.severity),
            f.rule);
        out += fmt::format("  {}\n", mcp::sanitize_line(f.message));
        if (auto const text = texts.find(f.path); text != texts.end() && framed < context.frames) {
            ++framed;
            if (path != f.path)
                lines = line_index(text->second);
            path = f.path;
            add_frame(out, f, lines);
        }
        if (!f.page.empty())
            out += fmt::format("  {}{}\n", f.page, f.fix.empty() ? "" : "  (--fix does it)");
        out += '\n';
    }
    return out + summary(findings, context.files) + ".\n";
}

}  // namespace agent::checks
