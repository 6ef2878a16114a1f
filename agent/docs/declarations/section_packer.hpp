#pragma once

// Fills sections with pieces of Markdown. `declarations.cpp` drives it, one for each symbol.

#include "agent/docs/bundled/pages.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

inline constexpr std::size_t max_crumb = 120;  // bytes of a piece's name

// Pieces go into one section until `size` bytes are full. A piece that is larger is cut at its
// paragraphs, a code block or a paragraph of more than `size` bytes at its lines, and a line at a
// code point. What is added is sanitized.
class section_packer {
public:
    section_packer(std::string title, std::size_t size, std::vector<doc_section>& out)
        : title_(std::move(title)), size_(size), out_(out)
    {
    }

    // `crumb` names the piece: a section that begins with it, and is not the first, has it in its
    // title.
    void add(std::string_view piece, std::string_view crumb = {});

    // To be called once, at the end.
    void finish();

private:
    void add_paragraph(std::string_view text);
    void add_lines(std::string_view text);
    void append(std::string_view text, std::string_view between);
    void name_section();

    std::string title_;
    std::size_t size_;
    std::vector<doc_section>& out_;
    std::string text_;
    std::string piece_crumb_;
    std::string crumb_;     // of the piece at hand, and the last heading in it
    std::string began_as_;  // the crumb that the section at hand began with
    bool first_ = true;
};

}  // namespace agent
