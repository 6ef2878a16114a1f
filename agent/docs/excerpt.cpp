#include "agent/docs/excerpt.hpp"

#include "protocol/text.hpp"

namespace agent {

std::string excerpt(std::string_view markdown, std::size_t bytes)
{
    if (markdown.size() <= bytes)
        return std::string(markdown);
    auto kept = mcp::cut_utf8(markdown, bytes);
    if (auto const line = markdown.rfind('\n', bytes); line != std::string_view::npos && line > 0)
        kept = markdown.substr(0, line);
    std::size_t fences = kept.starts_with("```") ? 1 : 0;
    for (auto at = kept.find("\n```"); at != std::string_view::npos;
         at = kept.find("\n```", at + 4))
        ++fences;
    std::string out(kept);
    out += fences % 2 == 1 ? "\n```\n…" : "\n…";
    return out;
}

std::string_view first_code_points(std::string_view text, std::size_t count)
{
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && count-- == 0)
            break;
    return text.substr(0, at);
}

}  // namespace agent
