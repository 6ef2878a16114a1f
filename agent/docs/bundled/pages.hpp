#pragma once

// Markdown and MDX that ship inside packages, made readable: front matter, the two routers of
// `next` that share one page, and sections small enough to quote. Pure.
// Source: reference/context7.md 6.1 (the format of next@16.4.6, measured).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class next_router { app, pages };

struct next_page {
    std::string title;
    std::string description;
    std::string source;  // a page of the other router whose text stands for this one's; often empty
    std::string body;    // MDX
};

// A page that has no front matter, or a broken one, has no title and is all body.
next_page parse_page(std::string_view text);

// What a reader of one router sees: the other router's blocks, the JavaScript twins of TypeScript
// examples and MDX comments are gone.
std::string for_router(std::string_view body, next_router router);

struct doc_section {
    std::string title;  // "Route Handlers > Examples > Cookies"
    std::string text;   // Markdown, without its heading
};

// Cut at headings, and at paragraphs where a section is longer than `size`; a code block stays
// whole up to twice that. Sections without text are left out.
std::vector<doc_section>
cut_sections(std::string_view page_title, std::string_view markdown, std::size_t size = 2500);

// "01-app/02-guides/forms.md" -> "/docs/app/guides/forms"
std::string page_url(std::string_view file);

}  // namespace agent
