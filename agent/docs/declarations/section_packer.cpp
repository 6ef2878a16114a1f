#include "agent/docs/declarations/section_packer.hpp"

#include "agent/docs/declarations/typescript/prose.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace agent {

namespace {

// Nothing in it for sanitize() to change.
bool plain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c == '\n' || c == '\t' || (c >= ' ' && c <= '~');
    });
}

std::string one_line(std::string_view text)
{
    if (text.size() <= max_crumb && plain(text) && text.find_first_of("\n\t") == text.npos)
        return std::string(text);
    return mcp::sanitize_line(text, max_crumb);
}

// The next line of `text`, without its end; `text` advances.
std::string_view take_line(std::string_view& text)
{
    auto const end = std::min(text.find('\n'), text.size());
    auto const line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

// The text of a line that is bold as a whole.
std::string_view heading(std::string_view line)
{
    if (line.size() < 5 || !line.starts_with("**") || !line.ends_with("**"))
        return {};
    auto const text = line.substr(2, line.size() - 4);
    return text.find("**") == std::string_view::npos ? text : std::string_view();
}

}  // namespace

void section_packer::add(std::string_view piece, std::string_view crumb)
{
    std::string clean;
    if (!plain(piece)) {
        clean = mcp::sanitize(piece);
        piece = clean;
    }
    if (piece.empty())
        return;
    piece_crumb_ = crumb_ = one_line(crumb);
    bool const large = piece.size() > size_;
    // The signature that stands before a long text has no section of its own.
    if (!text_.empty() && text_.size() + piece.size() > size_ &&
        !(large && text_.size() < size_ / 4))
        name_section();
    if (!large)
        return append(piece, "\n\n");
    while (!piece.empty()) {
        // A heading stays with what it heads.
        auto text = typescript::take_block(piece);
        auto last = text;
        while (!heading(last).empty() && !piece.empty()) {
            last = typescript::take_block(piece);
            text = {text.data(), static_cast<std::size_t>(last.data() + last.size() - text.data())};
        }
        add_paragraph(text);
    }
}

void section_packer::add_paragraph(std::string_view text)
{
    if (text.empty())
        return;
    auto first = text;
    if (auto const title = heading(take_line(first)); !title.empty()) {
        crumb_ = piece_crumb_ + (piece_crumb_.empty() ? "" : " > ");
        crumb_ += mcp::cut_utf8(title, max_crumb);
    } else if (text.starts_with("- @")) {
        crumb_ = piece_crumb_;  // the list of tags is nobody's
    }
    if (!text_.empty() && text_.size() + text.size() > size_)
        name_section();
    if (text.size() <= 2 * size_)
        append(text, "\n\n");
    else
        add_lines(text);
}

void section_packer::add_lines(std::string_view text)
{
    typescript::code_fence fence;
    std::string_view opening;
    std::string_view between = "\n\n";
    while (!text.empty()) {
        auto line = take_line(text);
        auto const code = fence.open();
        auto const marks = fence.marks();
        fence.holds(line);
        if (!code && fence.open())
            opening = mcp::cut_utf8(line, max_crumb);
        bool const closing = code && !fence.open();
        do {
            auto const part = mcp::cut_utf8(line, size_);
            line.remove_prefix(part.size());
            if (!closing && !text_.empty() && text_.size() + part.size() > size_) {
                if (code)
                    text_.append("\n").append(marks);
                name_section();
                if (code)
                    text_ += opening;
            }
            append(part, between);
            between = "\n";
        } while (!line.empty());
    }
}

void section_packer::append(std::string_view text, std::string_view between)
{
    if (text_.empty())
        began_as_ = crumb_;
    else
        text_ += between;
    text_ += text;
}

// The section at hand is full.
void section_packer::name_section()
{
    if (text_.find_first_not_of(" \n") != std::string::npos) {
        auto title = title_;
        if (!first_ && !began_as_.empty())
            title.append(title.empty() ? "" : " > ").append(began_as_);
        out_.push_back({std::move(title), std::move(text_)});
        first_ = false;
    }
    text_.clear();
    began_as_ = crumb_;
}

void section_packer::finish()
{
    name_section();
}

}  // namespace agent
