#include "agent/docs/declarations/typescript/prose.hpp"

#include "agent/docs/declarations/typescript/markup.hpp"

#include <algorithm>
#include <utility>

namespace agent::typescript {

std::string_view take_comment_line(std::string_view& comment)
{
    constexpr std::string_view space = " \t\r";
    auto const end = std::min(comment.find('\n'), comment.size());
    auto line = comment.substr(0, end);
    comment.remove_prefix(std::min(end + 1, comment.size()));
    line = line.substr(0, line.find_last_not_of(space) + 1);
    line.remove_prefix(std::min(line.find_first_not_of(space), line.size()));
    if (line.starts_with('*') && !line.starts_with("**")) {
        line.remove_prefix(1);
        if (line.starts_with(' ') || line.starts_with('\t'))
            line.remove_prefix(1);
    }
    return line;
}

bool code_fence::holds(std::string_view line)
{
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    bool const fenced = line.starts_with("```") || line.starts_with("~~~");
    auto const count = fenced ? std::min(line.find_first_not_of(line[0]), line.size()) : 0;
    if (!open()) {
        // ```like this``` is a code span.
        if (fenced && line.substr(count).find('`') == std::string_view::npos)
            marks_ = line.substr(0, count);
        return open();
    }
    if (fenced && count == line.size() && count >= marks_.size() && line[0] == marks_[0])
        marks_ = {};
    return true;
}

std::string_view take_block(std::string_view& markdown)
{
    code_fence fence;
    auto rest = markdown;
    while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto const line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (fence.holds(line) || !line.empty())
            continue;
        auto const size = static_cast<std::size_t>(line.data() - markdown.data());
        if (size == 0) {
            markdown = rest;
            continue;
        }
        auto const block = markdown.substr(0, size - 1);
        markdown = rest;
        return block;
    }
    return std::exchange(markdown, {});
}

void append_prose(std::string& out, std::string_view comment)
{
    markup text(out);
    code_fence fence;
    std::size_t block = 0;  // where the last code block begins, and what is in it
    std::size_t inside = 0;
    while (!comment.empty()) {
        auto const line = take_comment_line(comment);
        bool const before = fence.open();
        if (!fence.holds(line)) {
            text.line(line);
            continue;
        }
        if (!before)
            block = out.size();
        text.code_line(line);
        if (!before)
            inside = out.size();
    }
    if (fence.open()) {
        if (out.find_first_not_of(" \t\n", inside) == std::string::npos)
            out.resize(block);
        else
            out.append(fence.marks()).append("\n");
    }
    while (!out.empty() && (out.back() == '\n' || out.back() == ' '))
        out.pop_back();
}

void append_code(std::string& out, std::string_view comment)
{
    markup text(out);
    auto const begin = out.size();
    while (!comment.empty()) {
        auto const line = take_comment_line(comment);
        if (!line.empty() || out.size() > begin)
            text.code_line(line);
    }
    while (out.size() > begin && (out.back() == '\n' || out.back() == ' '))
        out.pop_back();
}

}  // namespace agent::typescript
