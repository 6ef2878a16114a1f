#include "agent/docs/context7/text.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace agent {

namespace {

constexpr std::size_t max_entries = 50;
constexpr std::size_t max_tags = 200;
constexpr std::size_t longest_error = 600;
constexpr std::string_view rule = "--------------------------------";

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool field(std::string_view line, std::string_view name, std::string_view& value)
{
    if (!line.starts_with(name))
        return false;
    value = mcp::trimmed(line.substr(name.size()));
    return true;
}

template <class Number>
Number number(std::string_view text)
{
    Number value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::vector<std::string> tags_in(std::string_view list)
{
    std::vector<std::string> tags;
    while (!list.empty() && tags.size() < max_tags) {
        auto const end = std::min(list.find(','), list.size());
        if (auto const tag = mcp::trimmed(list.substr(0, end)); !tag.empty())
            tags.emplace_back(tag);
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return tags;
}

// An id goes into the next request: one path, nothing else.
bool id_like(std::string_view id)
{
    auto const allowed = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("/._-@+").find(c) != std::string_view::npos;
    };
    return id.size() > 3 && id.size() <= 200 && id[0] == '/' &&
           std::all_of(id.begin(), id.end(), allowed);
}

// The snippet that starts at line `at`: a heading, a blank line, its source.
std::size_t
heading_at(std::vector<std::string_view> const& lines, std::size_t at, docs_snippet& snippet)
{
    if (!lines[at].starts_with("### "))
        return 0;
    for (auto next = at + 1; next < lines.size() && next <= at + 3; ++next) {
        std::string_view source;
        if (field(lines[next], "Source: ", source)) {
            snippet = {std::string(mcp::trimmed(lines[at].substr(4))), std::string(source), {}};
            return next + 1 - at;
        }
        if (!mcp::trimmed(lines[next]).empty())
            return 0;
    }
    return 0;
}

}  // namespace

std::vector<library_entry> parse_libraries(std::string_view text)
{
    std::vector<library_entry> entries;
    if (!text.starts_with("Available Libraries"))
        return entries;
    // Descriptions are not escaped: only lines that look like a field count, whatever is between.
    std::string_view title, value;
    for (auto const line : lines_of(text)) {
        if (field(line, "- Title: ", value)) {
            title = value;
        } else if (field(line, "- Context7-compatible library ID: ", value)) {
            if (id_like(value) && entries.size() < max_entries) {
                entries.emplace_back();
                entries.back().id = value;
                entries.back().title = std::exchange(title, {});
            }
        } else if (entries.empty()) {
            continue;
        } else if (field(line, "- Code Snippets: ", value)) {
            entries.back().snippets = number<int>(value);
        } else if (field(line, "- Source Reputation: ", value)) {
            entries.back().source = value == "High"     ? reputation::high
                                    : value == "Medium" ? reputation::medium
                                    : value == "Low"    ? reputation::low
                                                        : reputation::unknown;
        } else if (field(line, "- Benchmark Score: ", value)) {
            entries.back().benchmark = number<double>(value);
        } else if (field(line, "- Versions: ", value)) {
            entries.back().versions = tags_in(value);
        }
    }
    return entries;
}

std::vector<docs_snippet> parse_snippets(std::string_view text)
{
    std::vector<docs_snippet> snippets;
    auto const lines = lines_of(text);
    bool in_code = false;
    for (std::size_t at = 0; at < lines.size(); ++at) {
        docs_snippet found;
        // A code block that is never closed ends with its snippet.
        bool const after_rule = lines[at] == rule && at + 2 < lines.size() &&
                                mcp::trimmed(lines[at + 1]).empty() &&
                                heading_at(lines, at + 2, found) > 0;
        if (after_rule)
            in_code = false;
        else if (auto const taken = in_code ? 0 : heading_at(lines, at, found); taken > 0) {
            snippets.push_back(std::move(found));
            at += taken - 1;
        } else if (!snippets.empty() && lines[at] != rule) {
            if (lines[at].starts_with("```"))
                in_code = !in_code;
            snippets.back().text += lines[at];
            snippets.back().text += '\n';
        }
    }
    for (auto& snippet : snippets)
        snippet.text = std::string(mcp::trimmed(snippet.text));
    std::erase_if(snippets, [](docs_snippet const& s) { return s.text.empty(); });
    return snippets;
}

reply_class classify_reply(std::string_view text)
{
    text = mcp::trimmed(text);
    if (text.starts_with("### ") || text.starts_with("Available Libraries") ||
        text.size() > longest_error || text.find("\n### ") != std::string_view::npos)
        return {};
    auto const lower = mcp::lower(text);
    auto const says = [&](std::initializer_list<std::string_view> phrases) {
        return std::any_of(phrases.begin(), phrases.end(), [&](auto phrase) {
            return lower.find(phrase) != std::string::npos;
        });
    };
    constexpr std::string_view redirected = "redirected to this library: ";
    constexpr std::string_view available = "Available tags: ";
    if (says({"rate limit", "quota exceeded", "spending limit"}))
        return {reply_kind::quota, {}, {}};
    if (says({"invalid api key", "unauthorized", "access denied"}))
        return {reply_kind::authentication, {}, {}};
    if (auto const at = text.find(redirected); at != std::string_view::npos) {
        auto target = text.substr(at + redirected.size());
        target = target.substr(0, target.find_first_of(" \n"));
        if (target.ends_with('.'))
            target.remove_suffix(1);
        if (!id_like(target))
            return {reply_kind::other, {}, {}};
        return {reply_kind::redirect, std::string(target), {}};
    }
    if (text.starts_with("Tag ") && says({"not found"})) {
        auto const at = text.find(available);
        auto const list =
            at == std::string_view::npos ? std::string_view() : text.substr(at + available.size());
        return {reply_kind::tag_not_found, {}, tags_in(list)};
    }
    if (says(
            {"does not exist",
             "not found",
             "no libraries found",
             "documentation available for this library",  // 1.x
             "too few snippets",
             "too large to process"}))
        return {reply_kind::not_found, {}, {}};
    if (says({"not_finalized", "not finalized"}))
        return {reply_kind::pending, {}, {}};
    if (says(
            {"fetch failed",
             "timeouterror",
             "try again later",
             "temporarily unavailable",
             "failed to retrieve library documentation data",  // 1.x
             "status 5",
             "error searching libraries",
             "error fetching library context"}))
        return {reply_kind::transient, {}, {}};
    return {reply_kind::other, {}, {}};
}

std::string without_notice(std::string_view text)
{
    std::string out;
    bool in_notice = false;
    for (auto const line : lines_of(text)) {
        if (mcp::trimmed(line).starts_with("[Heads up]"))
            in_notice = true;
        else if (line.starts_with("### ") || line == rule)
            in_notice = false;
        if (!in_notice) {
            out += line;
            out += '\n';
        }
    }
    return std::string(mcp::trimmed(out));
}

std::string version_in(std::string_view source)
{
    for (std::string_view const mark : {"/blob/", "/tree/"}) {
        auto const at = source.find(mark);
        if (at == std::string_view::npos)
            continue;
        auto ref = source.substr(at + mark.size());
        ref = ref.substr(0, ref.find_first_of("/?#"));
        // "next@16.1.6" and "v16.1.6" name the same version.
        if (auto const name = ref.rfind('@'); name != std::string_view::npos)
            ref.remove_prefix(name + 1);
        if (ref.size() > 1 && ref[0] == 'v' && std::isdigit(static_cast<unsigned char>(ref[1])))
            ref.remove_prefix(1);
        return std::string(ref.substr(0, 64));
    }
    return {};
}

}  // namespace agent
