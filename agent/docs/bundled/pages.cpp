#include "agent/docs/bundled/pages.hpp"

#include "protocol/ascii.hpp"

#include <array>
#include <cctype>
#include <yaml-cpp/yaml.h>

namespace agent {

namespace {

constexpr std::size_t max_front_matter = 16 << 10;
constexpr std::size_t max_tag = 64;

// The next line of `text`, without its end; `text` advances.
std::string_view take_line(std::string_view& text)
{
    auto const end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

// Follows ``` and ~~~ blocks from line to line.
class code_fence {
public:
    // Whether the line belongs to a code block, its first and last line included.
    bool holds(std::string_view line)
    {
        auto const text = mcp::trimmed(line);
        auto const marks = mark_length(text);
        if (open_.empty()) {
            open_ = text.substr(0, marks);
            return marks > 0;
        }
        if (marks >= open_.size() && text.size() == marks && text[0] == open_[0])
            open_ = {};
        return true;
    }
    bool open() const { return !open_.empty(); }

private:
    static std::size_t mark_length(std::string_view text)
    {
        if (!text.starts_with("```") && !text.starts_with("~~~"))
            return 0;
        return std::min(text.find_first_not_of(text[0]), text.size());
    }
    std::string_view open_;
};

// Takes `<Tag>…</Tag>` out where the tag is the other router's, and only the tags where it is ours.
// A tag that is never closed is text.
std::string without_tags(std::string_view text, std::string_view ours, std::string_view other)
{
    auto const other_end = "</" + std::string(other);
    std::string out;
    bool closed = true;  // the other router's tags still to come may have an end
    while (!text.empty()) {
        auto const open = text.find('<');
        out += text.substr(0, open);
        if (open == std::string_view::npos)
            break;
        text.remove_prefix(open);
        auto const name = text.substr(text.starts_with("</") ? 2 : 1);
        auto end = std::string_view::npos;
        if (name.starts_with(ours)) {
            end = text.substr(0, max_tag).find('>');
        } else if (name.starts_with(other) && closed) {
            auto const from = text.find(other_end);
            closed = from != std::string_view::npos;
            if (closed)
                end = text.find('>', from);
        }
        if (end == std::string_view::npos)
            out += '<';
        text.remove_prefix(end == std::string_view::npos ? 1 : end + 1);
    }
    return out;
}

std::string without_comments(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        auto const open = text.find("{/*");
        auto const close = text.find("*/}", std::min(open, text.size()));
        if (close == std::string_view::npos)
            return out.append(text);
        out += text.substr(0, open);
        text.remove_prefix(close + 3);
    }
    return out;
}

// A block that the site shows behind a TypeScript/JavaScript switch, in its JavaScript form.
bool javascript_twin(std::string_view info)
{
    return (info.starts_with("js") || info.starts_with("jsx")) &&
           info.find(" switcher") != std::string_view::npos;
}

// One heading and what stands below it.
struct outline {
    explicit outline(std::string_view page) : page_title(page) {}

    void enter(std::size_t level, std::string_view heading)
    {
        for (auto i = level; i < headings.size(); ++i)
            headings[i].clear();
        headings[level - 1] = std::string(heading);
    }
    std::string title() const
    {
        auto text = page_title;
        for (auto const& heading : headings)
            if (!heading.empty())
                text += (text.empty() ? "" : " > ") + heading;
        return text;
    }

    std::string page_title;
    std::array<std::string, 6> headings;
};

std::size_t heading_level(std::string_view line)
{
    auto const level = line.find_first_not_of('#');
    return level != std::string_view::npos && level >= 1 && level <= 6 && line[level] == ' ' ? level
                                                                                             : 0;
}

}  // namespace

next_page parse_page(std::string_view text)
{
    next_page page;
    auto rest = text;
    auto const end = text.find("\n---");
    if (take_line(rest) != "---" || end == std::string_view::npos || end > max_front_matter) {
        page.body = std::string(text);
        return page;
    }
    auto body = text.substr(end + 1);
    take_line(body);
    page.body = std::string(body);
    try {
        auto const front =
            YAML::Load(std::string(rest.substr(0, end - (text.size() - rest.size()))));
        auto const field = [&](char const* name) {
            auto const node = front[name];
            return node.IsDefined() && node.IsScalar() ? node.as<std::string>() : std::string();
        };
        page.title = field("title");
        page.description = field("description");
        page.source = field("source");
    } catch (YAML::Exception const&) {
    }
    return page;
}

std::string for_router(std::string_view body, next_router router)
{
    auto const app = router == next_router::app;
    std::string_view const ours = app ? "AppOnly" : "PagesOnly";
    std::string_view const other = app ? "PagesOnly" : "AppOnly";

    // Tags stand on lines of their own or inside a line of prose, and may enclose code blocks, so
    // they are taken out first; the blocks' own text holds none.
    auto const text = without_tags(body, ours, other);
    std::string out, prose;
    std::string_view rest = text;
    code_fence code;
    bool skipping = false;
    auto const flush = [&] {
        out += without_comments(prose);
        prose.clear();
    };
    while (!rest.empty()) {
        bool const outside = !code.open();
        auto const line = take_line(rest);
        if (!code.holds(line)) {
            prose += line;
            prose += '\n';
            continue;
        }
        if (outside) {
            flush();
            auto const info = mcp::trimmed(line);
            skipping =
                javascript_twin(info.substr(std::min(info.find_first_not_of("`~"), info.size())));
        }
        if (!skipping) {
            out += line;
            out += '\n';
        }
    }
    flush();
    return out;
}

std::vector<doc_section>
cut_sections(std::string_view page_title, std::string_view markdown, std::size_t size)
{
    std::vector<doc_section> sections;
    outline here(page_title);
    std::string text;
    auto const finish = [&] {
        if (auto const kept = mcp::trimmed(text); !kept.empty())
            sections.push_back({here.title(), std::string(kept)});
        text.clear();
    };
    code_fence code;
    bool blank = false;  // the line before was blank: nothing is torn apart here
    while (!markdown.empty()) {
        bool const inside = code.open();
        auto const line = take_line(markdown);
        bool const in_code = code.holds(line);
        if (!in_code && heading_level(line) > 0) {
            finish();
            here.enter(heading_level(line), mcp::trimmed(line.substr(heading_level(line))));
            blank = false;
            continue;
        }
        if (!inside && blank && text.size() + line.size() > size)
            finish();
        if (in_code && inside && code.open() && text.size() > 2 * size) {
            text += "```";
            finish();
            text = "```\n";
        }
        // Consecutive blank lines are left over where blocks were taken out.
        bool const now_blank = !in_code && mcp::trimmed(line).empty();
        if (!(now_blank && blank)) {
            text += line;
            text += '\n';
        }
        blank = now_blank;
    }
    finish();
    return sections;
}

std::string page_url(std::string_view file)
{
    std::string url = "/docs";
    if (file.ends_with(".md"))
        file.remove_suffix(3);
    while (!file.empty()) {
        auto const end = std::min(file.find('/'), file.size());
        auto segment = file.substr(0, end);
        file.remove_prefix(std::min(end + 1, file.size()));
        auto const digits = segment.find_first_not_of("0123456789");
        if (digits != std::string_view::npos && digits > 0 && segment[digits] == '-')
            segment.remove_prefix(digits + 1);
        if (segment != "index")
            url += "/" + std::string(segment);
    }
    return url;
}

}  // namespace agent
