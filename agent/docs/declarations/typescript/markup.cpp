#include "agent/docs/declarations/typescript/markup.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace agent::typescript {

namespace {

// How far an inline tag, an element, a comment and a name may reach: what never ends costs no more.
constexpr std::size_t max_inline = 1000;
constexpr std::size_t max_comment = 200;
constexpr std::size_t max_name = 12;
constexpr std::size_t max_lists = 8;
constexpr std::string_view blanks = " \t";  // of one line

bool is_url(std::string_view text)
{
    return text.starts_with("https://") || text.starts_with("http://");
}

bool special(char c)
{
    return c == '{' || c == '<' || c == '`' || c == '\\' || c == '&' || c == ' ' || c == '\t';
}

std::string_view entity(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> entities{
        {{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"nbsp", " "}, {"#39", "'"}}};
    for (auto const& [key, value] : entities)
        if (key == name)
            return value;
    return {};
}

std::string_view attribute(std::string_view attributes, std::string_view name)
{
    auto at = attributes.find(name);
    if (at == std::string_view::npos || attributes.substr(at + name.size(), 2) != "=\"")
        return {};
    attributes.remove_prefix(at + name.size() + 2);
    return attributes.substr(0, attributes.find('"'));
}

}  // namespace

void markup::blank_line()
{
    trim();
    if (out_.size() > begin_ && !out_.ends_with("\n\n"))
        out_ += out_.back() == '\n' ? "\n" : "\n\n";
}

void markup::code_line(std::string_view text)
{
    if (blocks_ > 0) {  // an element that is still open: its text goes on in this line
        blocks_ = lists_ = 0;
        trim();
        if (out_.size() > begin_ && out_.back() != '\n')
            out_ += '\n';
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        // What would have ended the comment, or would have been a tag.
        if (text[i] == '\\' && i + 1 < text.size() &&
            ((text[i + 1] == '/' && i > 0 && text[i - 1] == '*') || text[i + 1] == '@'))
            continue;
        out_ += text[i];
    }
    out_ += '\n';
}

void markup::line(std::string_view text)
{
    if (blocks_ > 0)
        text = mcp::trimmed(text, blanks);
    if (text.empty() && blocks_ == 0)
        return blank_line();
    if (auto const level = std::min(text.find_first_not_of('#'), text.size());
        level > 0 && level <= 6 && text.substr(level).starts_with(' ')) {
        blank_line();
        out_ += "**";
        inline_text(mcp::trimmed(text.substr(level), blanks));
        out_ += "**\n\n";
        return;
    }
    inline_text(text);
    if (blocks_ == 0) {
        trim();
        // An element that ended with the line has ended the paragraph.
        if (out_.size() > begin_ && out_.back() != '\n')
            out_ += '\n';
    } else if (!text.empty()) {
        inline_text(" ");
    }
}

void markup::inline_text(std::string_view text)
{
    std::size_t ticks = 0;  // of the code span that is open
    for (std::size_t i = 0; i < text.size();) {
        if (!special(text[i])) {
            auto end = i + 1;
            while (end < text.size() && !special(text[end]))
                ++end;
            out_ += text.substr(i, end - i);
            i = end;
            continue;
        }
        auto const rest = text.substr(i);
        std::size_t taken = 0;
        if (rest[0] == '`') {
            taken = std::min(rest.find_first_not_of('`'), rest.size());
            if (ticks == 0)
                ticks = taken;
            else if (ticks == taken)
                ticks = 0;
            out_ += rest.substr(0, taken);
        } else if (rest[0] == ' ' || rest[0] == '\t') {
            taken = 1;
            bool const nothing = blocks_ > 0 && (fresh_ == out_.size() || out_.empty() ||
                                                 out_.back() == ' ' || out_.back() == '\n');
            if (!nothing)
                out_ += ' ';
        } else if (rest[0] == '\\') {
            bool const escape = rest.size() > 1 && (rest[1] == '@' || rest[1] == '/');
            taken = escape ? 2 : 1;
            out_ += rest[taken - 1];
        } else if (ticks == 0 && rest.starts_with("{@")) {
            taken = inline_tag(rest.substr(0, max_inline));
        } else if (ticks == 0 && rest[0] == '<') {
            taken = html(rest.substr(0, max_inline));
        } else if (html_ && rest[0] == '&') {
            auto const name = rest.substr(1, rest.substr(1, 6).find(';'));
            if (auto const value = entity(name); !value.empty()) {
                out_ += value;
                taken = name.size() + 2;
            }
        }
        if (taken == 0) {
            out_ += rest[0];
            taken = 1;
        }
        i += taken;
    }
}

// {@link X}, {@link X | text}, {@link X text}, [text]{@link X}. Returns how much of `text` it took.
std::size_t markup::inline_tag(std::string_view text)
{
    auto const end = text.find('}');
    if (end == std::string_view::npos)
        return 0;
    auto inner = text.substr(2, end - 2);
    auto const name = inner.substr(0, inner.find_first_of(" \t"));
    if (!name.starts_with("link") && name != "inheritDoc" && name != "see")
        return 0;
    inner = mcp::trimmed(inner.substr(name.size()), blanks);
    auto const target = mcp::trimmed(inner.substr(0, inner.find_first_of(" \t|")), blanks);
    auto label = mcp::trimmed(inner.substr(target.size()), blanks);
    if (label.starts_with('|'))
        label = mcp::trimmed(label.substr(1), blanks);
    bool const labelled = out_.size() > begin_ && out_.back() == ']';
    if (is_url(target) && (labelled || !label.empty())) {
        if (!labelled)
            out_.append("[").append(label).append("]");
        out_.append("(").append(target).append(")");
    } else if (!labelled) {
        out_ += label.empty() ? target : label;
    }
    return end + 1;
}

// An element that prose is known to have; anything else is text (`Promise<string>`).
std::size_t markup::html(std::string_view text)
{
    if (text.starts_with("<!--")) {
        auto const end = text.substr(0, max_comment).find("-->");
        return end == std::string_view::npos ? 0 : end + 3;
    }
    static constexpr std::array<std::string_view, 28> known{
        "p",  "code", "a",         "note", "b",   "i",     "li",    "ul",        "br", "div",
        "dd", "dt",   "important", "span", "img", "dl",    "ol",    "strong",    "em", "pre",
        "td", "tr",   "table",     "th",   "h3",  "thead", "tbody", "blockquote"};
    bool const closes = text.starts_with("</");
    auto const from = text.substr(closes ? 2 : 1, max_name);
    auto const name = from.substr(0, std::min(from.find_first_of(" \t/>"), from.size()));
    if (name.empty() || std::find(known.begin(), known.end(), name) == known.end())
        return 0;
    auto const end = text.find('>');
    if (end == std::string_view::npos)
        return 0;
    html_ = true;
    element(name, closes, text.substr(0, end));
    return end + 1;
}

void markup::element(std::string_view name, bool closes, std::string_view attributes)
{
    if (name == "code") {
        if (closes != in_code_)
            return;
        if (closes)
            trim();
        out_ += '`';
        in_code_ = !closes;
        if (!closes)
            fresh_ = out_.size();
    } else if (name == "b" || name == "strong") {
        if (in_code_)
            return;
        if (closes)
            trim();
        out_ += "**";
        if (!closes)
            fresh_ = out_.size();
    } else if (name == "a") {
        if (in_code_ || (closes && !in_link_))
            return;
        if (closes) {
            trim();
            in_link_ = false;
            if (out_.ends_with('['))  // around an image
                out_.pop_back();
            else
                out_.append("](").append(link_).append(")");
        } else if (auto const target = attribute(attributes, "href"); !target.empty()) {
            link_ = target;
            in_link_ = true;
            out_ += '[';
            fresh_ = out_.size();
        }
    } else if (name == "br") {
        trim();
        out_ += '\n';
    } else if (name == "ul" || name == "ol") {
        lists_ =
            closes ? lists_ - std::min<std::size_t>(lists_, 1) : std::min(lists_ + 1, max_lists);
        block(closes);
    } else if (name == "li") {
        if (!closes) {
            trim();
            if (out_.size() > begin_ && out_.back() != '\n')
                out_ += '\n';
            out_.append(2 * (std::max<std::size_t>(lists_, 1) - 1), ' ').append("- ");
            fresh_ = out_.size();
        }
        blocks_ = closes ? blocks_ - std::min<std::size_t>(blocks_, 1) : blocks_ + 1;
    } else if (name == "dt" || name == "h3") {
        if (closes)
            trim();
        else
            block(false);
        out_ += "**";
        if (closes)
            block(true);
        else
            fresh_ = out_.size();
    } else if (name == "note" || name == "important") {
        block(closes);
        if (!closes) {
            out_ += name == "note" ? "Note: " : "Important: ";
            fresh_ = out_.size();
        }
    } else if (name == "td" || name == "th") {
        out_ += closes ? " | " : "";
    } else if (name != "i" && name != "em" && name != "span" && name != "img") {
        block(closes);
    }
}

void markup::block(bool closes)
{
    paragraph();
    blocks_ = closes ? blocks_ - std::min<std::size_t>(blocks_, 1) : blocks_ + 1;
}

void markup::paragraph()
{
    if (fresh_ == out_.size())
        return;
    trim();
    if (out_.size() == begin_)
        return;
    if (lists_ == 0) {
        if (!out_.ends_with("\n\n"))
            out_ += out_.back() == '\n' ? "\n" : "\n\n";
    } else {
        if (out_.back() != '\n')
            out_ += '\n';
        out_.append(2 * lists_, ' ');
    }
}

// White space that ends what has been written of the line.
void markup::trim()
{
    while (out_.size() > begin_ && (out_.back() == ' ' || out_.back() == '\t'))
        out_.pop_back();
}

}  // namespace agent::typescript
