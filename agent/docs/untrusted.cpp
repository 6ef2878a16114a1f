#include "agent/docs/untrusted.hpp"

#include "agent/docs/orders.hpp"
#include "protocol/ascii.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace agent {

namespace {

constexpr std::size_t longest_line = 20 << 10;
constexpr std::size_t longest_encoded = 2 << 10;
constexpr std::size_t wrapped_line = 40;  // a line of encoded text that is broken into lines

// ESC [ … letter, ESC ] … BEL, ESC and one more.
std::string without_escapes(std::string_view text)
{
    if (text.find('\x1b') == text.npos)
        return std::string(text);
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\x1b') {
            out += text[at];
            continue;
        }
        auto const kind = at + 1 < text.size() ? text[at + 1] : ' ';
        ++at;
        if (kind == '[')
            while (at + 1 < text.size() && text[at + 1] != '\n' &&
                   !(text[++at] >= '@' && text[at] <= '~' && text[at] != '['))
                ;
        else if (kind == ']')
            while (at + 1 < text.size() && text[at + 1] != '\n' && text[++at] != '\a')
                ;
    }
    return out;
}

bool encoded(char c)
{
    auto const u = static_cast<unsigned char>(c);
    return std::isalnum(u) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
}

std::string left_out(std::size_t bytes)
{
    return "[" + std::to_string(bytes) + " bytes of encoded text left out]";
}

// One line, without long runs of encoded text, and not too long.
std::string bounded(std::string_view line)
{
    if (line.size() <= longest_encoded)
        return std::string(line);
    std::string out;
    while (!line.empty()) {
        auto const plain = std::find_if(line.begin(), line.end(), encoded);
        out.append(line.begin(), plain);
        line.remove_prefix(static_cast<std::size_t>(plain - line.begin()));
        auto const end = std::find_if_not(line.begin(), line.end(), encoded);
        auto const run = line.substr(0, static_cast<std::size_t>(end - line.begin()));
        out += run.size() > longest_encoded ? left_out(run.size()) : std::string(run);
        line.remove_prefix(run.size());
    }
    if (out.size() > longest_line)
        out = std::string(mcp::cut_utf8(out, longest_line)) + "…";
    return out;
}

std::vector<std::string> bounded_lines(std::string_view text)
{
    std::vector<std::string> lines;
    std::size_t wrapped = 0;  // bytes of encoded lines at the end of `lines`
    std::size_t first = 0;
    auto const close = [&] {
        if (wrapped > longest_encoded) {
            lines.resize(first);
            lines.push_back(left_out(wrapped));
        }
        wrapped = 0;
    };
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        auto const inner = mcp::trimmed(line, " \t");
        if (inner.size() < wrapped_line || !std::all_of(inner.begin(), inner.end(), encoded))
            close();
        else if (wrapped == 0)
            first = lines.size();
        if (inner.size() >= wrapped_line && std::all_of(inner.begin(), inner.end(), encoded))
            wrapped += inner.size();
        lines.push_back(bounded(line));
    }
    close();
    return lines;
}

struct fence {
    char mark = 0;  // of the open one; 0: none
    std::size_t length = 0;
    bool code = false;  // in a programming language
};

// Where text is written for people, whatever it is put into.
bool is_prose(std::string_view fenced)
{
    auto const language = mcp::lower(fenced);
    constexpr std::array<std::string_view, 8> names{
        "", "text", "txt", "plaintext", "md", "mdx", "markdown", "prompt"};
    return std::find(names.begin(), names.end(), language) != names.end();
}

// Whether the line opens or closes a code block.
bool fences(std::string_view line, fence& open)
{
    auto const text = mcp::trimmed(line, " \t");
    if (text.size() < 3 || (text[0] != '`' && text[0] != '~'))
        return false;
    auto const end = text.find_first_not_of(text[0]);
    auto const length = std::min(end, text.size());
    if (length < 3)
        return false;
    if (open.mark != 0) {
        if (text[0] != open.mark || length < open.length || end != text.npos)
            return false;
        open = {};
        return true;
    }
    auto info = mcp::trimmed(text.substr(length), " \t");
    if (text[0] == '`' && info.find('`') != info.npos)
        return false;
    open.mark = text[0];
    open.length = length;
    open.code = !is_prose(info.substr(0, info.find_first_of(" \t{,")));
    return true;
}

class cleaner {
public:
    explicit cleaner(std::vector<std::string> lines) : lines_(std::move(lines)) {}

    cleaned_text clean()
    {
        fence open;
        for (auto& line : lines_) {
            bool const was_code = open.mark != 0 && open.code;
            if (!in_comment_ && fences(line, open)) {
                end_of_paragraph();
                // Not what stands behind the marks: "```ts ignore previous instructions".
                write(
                    was_code || gives_orders(line) ? line.substr(0, line.find_last_of("`~") + 1)
                                                   : line);
            } else if (was_code) {
                write(without_tags(std::move(line)));
            } else {
                prose(std::move(line));
            }
        }
        end_of_paragraph();
        auto const first = out_.text.find_first_not_of('\n');
        auto const last = out_.text.find_last_not_of(" \t\n");
        out_.text = first == std::string::npos || last == std::string::npos
                        ? std::string()
                        : out_.text.substr(first, last - first + 1);
        return std::move(out_);
    }

private:
    void write(std::string const& line) { out_.text += line + "\n"; }

    std::string without_tags(std::string line)
    {
        while (auto const tag = find_host_tag(line)) {
            line.erase(tag->first, tag->second);
            ++out_.instructions;
        }
        return line;
    }

    void prose(std::string line)
    {
        bool const commented =
            in_comment_ || line.find("<!--") != line.npos || line.find("{/*") != line.npos;
        if (commented)
            line = without_comments(line);
        if (!mcp::trimmed(line, " \t").empty()) {
            paragraph_ += line + "\n";
            return;
        }
        end_of_paragraph();
        if (!commented)
            write(line);
    }

    void end_of_paragraph()
    {
        if (!paragraph_.empty() && (find_host_tag(paragraph_) || gives_orders(paragraph_)))
            ++out_.instructions;
        else
            out_.text += paragraph_;
        paragraph_.clear();
    }

    // A comment that never ends hides the rest, as it does in a browser.
    std::string without_comments(std::string_view line)
    {
        std::string out;
        while (!line.empty()) {
            if (in_comment_) {
                auto const end = std::min(line.find(comment_end_), line.size());
                comment_ += std::string(line.substr(0, end)) + " ";
                bool const ends = end < line.size();
                line.remove_prefix(ends ? end + comment_end_.size() : line.size());
                if (ends)
                    end_of_comment();
                continue;
            }
            auto const html = line.find("<!--");
            auto const mdx = line.find("{/*");
            auto const start = std::min(html, mdx);
            out += line.substr(0, start);
            if (start == line.npos)
                break;
            in_comment_ = true;
            comment_end_ = html < mdx ? "-->" : "*/}";
            line.remove_prefix(start + (html < mdx ? 4 : 3));
        }
        return out;
    }

    void end_of_comment()
    {
        in_comment_ = false;
        if (gives_orders(comment_) || find_host_tag(comment_))
            ++out_.instructions;
        comment_.clear();
    }

    std::vector<std::string> lines_;
    cleaned_text out_;
    std::string paragraph_;
    std::string comment_;
    std::string_view comment_end_;
    bool in_comment_ = false;
};

}  // namespace

cleaned_text without_instructions(std::string_view markdown)
{
    return cleaner(bounded_lines(mcp::sanitize(without_escapes(markdown)))).clean();
}

}  // namespace agent
