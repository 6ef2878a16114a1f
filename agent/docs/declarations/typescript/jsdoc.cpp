#include "agent/docs/declarations/typescript/jsdoc.hpp"

#include "agent/docs/declarations/typescript/prose.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace agent::typescript {

namespace {

constexpr std::size_t max_tag = 40;

// Without white space at both ends, and without the asterisks of lines that hold nothing else.
std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view space = " \t\r\n";
    auto const blank = [&](char c) { return space.find(c) != std::string_view::npos; };
    for (bool first = true;; first = false) {
        text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
        if (!text.starts_with('*') || (text.size() > 1 && !blank(text[1])) || !first)
            break;
        text.remove_prefix(1);
    }
    while (!text.empty()) {
        if (blank(text.back()) ||
            (text.back() == '*' && (text.size() == 1 || blank(text[text.size() - 2]))))
            text.remove_suffix(1);
        else
            break;
    }
    return text;
}

// The tag that a line begins with; `@upstash/redis` is none.
std::string_view tag_of(std::string_view line)
{
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with('@'))
        return {};
    std::size_t end = 1;
    while (end < line.size() && end < max_tag &&
           std::isalpha(static_cast<unsigned char>(line[end])) != 0)
        ++end;
    bool const ends = end == line.size() || line[end] == ' ' || line[end] == '\t' ||
                      line[end] == '{' || line[end] == ':';
    return ends ? line.substr(1, end - 1) : std::string_view();
}

// A {type} at the start, which the declaration says better; {@link …} is none.
std::string_view without_type(std::string_view text)
{
    if (!text.starts_with('{') || text.starts_with("{@"))
        return text;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        depth += text[i] == '{' ? 1 : 0;
        depth -= text[i] == '}' ? 1 : 0;
        if (depth == 0)
            return trimmed(text.substr(i + 1));
    }
    return text;
}

class reader {
public:
    jsdoc read(std::string_view comment)
    {
        auto rest = comment;
        std::string_view tag;
        auto begin = comment.data();
        auto part_begin = begin;
        code_fence fence;
        while (!rest.empty()) {
            auto const line_begin = rest.data();
            auto const line = take_comment_line(rest);
            if (fence.holds(line))
                continue;
            auto const next = tag_of(line);
            if (next.empty())
                continue;
            part(tag, {part_begin, static_cast<std::size_t>(line_begin - part_begin)});
            tag = next;
            part_begin = next.data() + next.size();
        }
        auto const end = comment.data() + comment.size();
        part(tag, {part_begin, static_cast<std::size_t>(end - part_begin)});
        if (deprecated_)
            out_.text.insert(
                0,
                "**Deprecated**" + (reason_.empty() ? "" : ": " + reason_) +
                    (out_.text.empty() ? "" : "\n\n"));
        return std::move(out_);
    }

private:
    void part(std::string_view tag, std::string_view text)
    {
        static constexpr std::array<std::string_view, 4> hidden{
            "internal", "hidden", "ignore", "private"};
        static constexpr std::array<std::string_view, 4> licences{
            "license", "licence", "preserve", "copyright"};
        static constexpr std::array<std::string_view, 5> about_file{
            "packageDocumentation", "module", "file", "fileoverview", "overview"};
        static constexpr std::array<std::string_view, 15> dropped{
            "category",
            "group",
            "author",
            "todo",
            "TODO",
            "type",
            "typedef",
            "memberOf",
            "memberof",
            "source",
            "name",
            "docType",
            "typeof",
            "privateRemarks",
            "lends"};
        text = trimmed(text);
        if (!tag.empty() && text.starts_with(':'))
            text = trimmed(text.substr(1));
        if (tag.empty())
            paragraph(text, "");
        else if (std::find(hidden.begin(), hidden.end(), tag) != hidden.end())
            out_.hidden = true;
        else if (among(tag, licences))
            out_.licence = true;
        else if (among(tag, about_file))
            file_tag(tag, text);
        else if (tag == "deprecated") {
            deprecated_ = true;
            append_prose(reason_, text);
        } else if (tag == "example")
            example(text);
        else if (tag == "note")
            paragraph(text, text.empty() ? "" : "Note: ");
        else if (tag == "experimental" || tag == "alpha" || tag == "beta")
            stability(tag, text);
        else if (!among(tag, dropped))
            other(tag, text);
    }

    // An empty line, unless items of a list follow each other.
    void separate(bool item)
    {
        if (!out_.text.empty())
            out_.text += item && in_items_ ? "\n" : "\n\n";
        in_items_ = item;
    }

    void paragraph(std::string_view text, std::string_view label)
    {
        if (text.empty() && label.empty())
            return;
        auto const before = out_.text.size();
        separate(false);
        out_.text += label;
        auto const begin = out_.text.size();
        append_prose(out_.text, text);
        if (out_.text.size() <= begin && label.empty())
            out_.text.resize(before);
        if (before == 0 && out_.text.starts_with("Copyright"))
            out_.licence = true;
    }

    void stability(std::string_view tag, std::string_view text)
    {
        std::string label = "**" + std::string(tag) + "**";
        label[2] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[2])));
        paragraph(text, text.empty() ? label : label + ": ");
    }

    void file_tag(std::string_view tag, std::string_view text)
    {
        out_.about_file = true;
        auto const line = text.substr(0, text.find('\n'));
        if (tag == "module") {
            out_.module = std::string(trimmed(line));
            text = trimmed(text.substr(line.size()));
        }
        paragraph(text, "");
    }

    void item(std::string_view label, std::string_view text)
    {
        separate(true);
        out_.text.append("- @").append(label);
        if (text.empty())
            return;
        out_.text += text.starts_with("```") ? '\n' : ' ';
        append_prose(out_.text, text);
        // What follows a block of code is no item of the same list.
        in_items_ = !out_.text.ends_with("```");
    }

    void other(std::string_view tag, std::string_view text)
    {
        static constexpr std::array<std::string_view, 5> named{
            "param", "arg", "argument", "property", "prop"};
        static constexpr std::array<std::string_view, 3> types{
            "template", "typeParam", "typeparam"};
        static constexpr std::array<std::string_view, 9> with_text{
            "see",
            "since",
            "version",
            "link",
            "returns",
            "return",
            "throws",
            "exception",
            "yields"};
        static constexpr std::array<std::string_view, 6> prose{
            "remarks", "description", "desc", "summary", "public", "docs"};
        if (among(tag, named) || among(tag, types))
            parameter(among(tag, types) ? "template" : tag, without_type(text));
        else if (tag.starts_with("default"))
            item("default", text);
        else if (among(tag, with_text)) {
            auto const label = tag == "return" ? "returns" : tag == "exception" ? "throws" : tag;
            auto const said = label == "returns" ? without_type(text) : text;
            if (!said.empty())
                item(label, said);
        } else if (among(tag, prose) || text.find('\n') != std::string_view::npos)
            paragraph(text, "");
        else if (!text.empty())
            item(tag, text);
    }

    // name - text, [name=1] text
    void parameter(std::string_view tag, std::string_view text)
    {
        auto const end = text.starts_with('[') ? text.find(']') : text.find_first_of(" \t\r\n");
        if (end == std::string_view::npos)
            return;  // a name that nothing is said about
        auto const name = text.substr(0, text[end] == ']' ? end + 1 : end);
        auto said = trimmed(text.substr(name.size()));
        if (said.starts_with('-'))
            said = trimmed(said.substr(1));
        if (said.empty())
            return;
        auto label = std::string(tag == "template" ? tag : "param");
        label.append(" ").append(name).append(" -");
        item(label, said);
    }

    void example(std::string_view text)
    {
        if (text.empty())
            return;
        auto rest = text;
        auto caption = trimmed(take_comment_line(rest));
        bool const fenced = caption.starts_with("```") || caption.starts_with("~~~");
        if (caption.starts_with("<caption>")) {
            caption.remove_prefix(9);
            caption = trimmed(caption.substr(0, caption.find("</caption>")));
        } else if (fenced || rest.find("```") == std::string_view::npos) {
            caption = {};
            rest = text;
        }
        if (rest.find('\n') == std::string_view::npos && rest.find('`') == std::string_view::npos &&
            caption.empty()) {
            separate(true);
            out_.text.append("- @example `").append(rest).append("`");
            return;
        }
        separate(false);
        out_.text += "**Example";
        if (!caption.empty())
            append_prose(out_.text += ": ", caption);
        out_.text += "**\n\n";
        if (rest.find("```") == std::string_view::npos &&
            rest.find("~~~") == std::string_view::npos)
            code(rest);
        else
            append_prose(out_.text, rest);
    }

    void code(std::string_view text)
    {
        out_.text += "```ts\n";
        append_code(out_.text, text);
        out_.text += "\n```";
    }

    jsdoc out_;
    std::string reason_;
    bool deprecated_ = false;
    bool in_items_ = false;
};

}  // namespace

jsdoc read_jsdoc(std::string_view comment)
{
    return reader().read(comment);
}

}  // namespace agent::typescript
