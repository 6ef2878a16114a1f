#include "agent/docs/declarations/typescript/signature.hpp"

#include "agent/docs/declarations/typescript/lexer.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace agent::typescript {

namespace {

// Where a line ends without need: a list of parameters may have one on each line.
bool tight_before(char c)
{
    return c == ')' || c == ']' || c == '>' || c == ',' || c == ';';
}

bool tight_after(char c)
{
    return c == '(' || c == '[' || c == '<';
}

// The comment at the start of `text`, if there is one.
std::size_t comment_size(std::string_view text)
{
    if (text.starts_with("//"))
        return std::min(text.find('\n'), text.size());
    if (!text.starts_with("/*"))
        return 0;
    auto const end = text.find("*/", 2);
    return end == std::string_view::npos ? text.size() : end + 2;
}

std::string_view without_modifiers(std::string_view text)
{
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
        if (text.starts_with("export "))
            text.remove_prefix(7);
        else if (text.starts_with("declare ") || text.starts_with("default "))
            text.remove_prefix(8);
        else if (text.starts_with('|'))
            text.remove_prefix(1);
        else
            return text;
    }
}

}  // namespace

std::string
signature(std::string_view text, std::span<std::string_view const> bodies, std::size_t limit)
{
    text = without_modifiers(text);
    std::string out;
    bool space = false;
    bool line = false;  // it is the end of one
    auto const put = [&](std::string_view part) {
        // The first of a union's bars, one on each line.
        bool const opens = !out.empty() && std::string_view("=(<:").find(out.back()) != part.npos;
        if (opens && (part == "|" || part == "&"))
            return;
        bool const tight =
            out.empty() || (line && (tight_after(out.back()) || tight_before(part[0])));
        if (space && !tight)
            out += ' ';
        space = line = false;
        out.append(part);
    };
    std::size_t body = 0;
    for (std::size_t i = 0; i < text.size() && out.size() <= limit;) {
        char const c = text[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            space = true;
            line = line || c == '\n';
            ++i;
        } else if (c == '/') {
            auto const comment = comment_size(text.substr(i));
            if (comment == 0)
                put("/");
            else
                space = true;
            i += std::max<std::size_t>(comment, 1);
        } else if (c == '"' || c == '\'') {
            auto const size = quoted_size(text.substr(i));
            put(text.substr(i, std::min(size, limit + 1)));
            i += size;
        } else if (c == '{') {
            while (body < bodies.size() && bodies[body].data() < text.data() + i)
                ++body;
            bool const elided = body < bodies.size() && bodies[body].data() == text.data() + i;
            put(elided ? "{ … }" : "{");
            i += elided ? bodies[body].size() : 1;
        } else {
            auto const end = std::min(text.find_first_of(" \t\r\n/\"'{", i + 1), text.size());
            put(text.substr(i, std::min(end - i, limit + 1)));
            i = end;
        }
    }
    if (out.size() > limit) {
        out.resize(mcp::cut_utf8(out, limit).size());
        out += " …";
    }
    return out;
}

std::string inline_code(std::string_view text)
{
    if (text.find('`') == std::string_view::npos)
        return '`' + std::string(text) + '`';
    return "`` " + std::string(text) + " ``";
}

}  // namespace agent::typescript
