#include "agent/checks/rules/suppressions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent::checks {

namespace {

constexpr std::string_view spaces = " \t\r\n";

std::string_view trim(std::string_view text)
{
    auto const begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

bool is_comment_line(std::string_view line)
{
    line = trim(line);
    return line.empty() || line.starts_with("//") || line.starts_with("/*") ||
           line.starts_with("*") || line.starts_with("{/*");
}

}  // namespace

struct suppressions::context {
    std::string_view path;
    syntax_tree const& tree;
    line_index const& lines;
    std::vector<rule> const& rules;
    std::vector<finding>& out;

    void complain(span where, std::string_view id, std::string message) const
    {
        auto const of =
            std::find_if(rules.begin(), rules.end(), [id](rule const& r) { return r.id == id; });
        if (of == rules.end())
            return;
        reporter{*of, path, tree.text(), lines, out}.report(where, std::move(message));
    }
};

suppressions::suppressions(
    std::string_view path,
    syntax_tree const& tree,
    line_index const& lines,
    std::vector<rule> const& rules,
    std::vector<finding>& out)
{
    context const in{path, tree, lines, rules, out};
    for (auto const comment : tree.comments())
        read(in, comment);
}

void suppressions::read(context const& in, span comment)
{
    auto const whole = in.tree.text().substr(comment.begin, comment.end - comment.begin);
    auto text = whole;
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
    if (text.ends_with("*/"))
        text.remove_suffix(2);
    text = trim(text);
    if (!text.starts_with(suppression_mark))
        return;
    text.remove_prefix(suppression_mark.size());
    auto const colon = text.find(':');
    auto const names = trim(text.substr(0, colon));
    auto const reason =
        colon == std::string_view::npos ? std::string_view() : trim(text.substr(colon + 1));
    if (names.empty() || reason.size() < 3) {
        in.complain(
            comment,
            "suppression-without-reason",
            fmt::format(
                "Say why: // {} RULE: reason. Until then it holds nothing.", suppression_mark));
        return;
    }
    auto line = in.lines.at(comment.begin).line;
    auto const text_before = in.tree.text().substr(0, comment.begin);
    auto const before = trim(text_before.substr(text_before.rfind('\n') + 1));
    if (before.empty() || before == "{") {
        line = in.lines.at(comment.end).line + 1;
        for (int skipped = 0; skipped < 20 && is_comment_line(in.lines.line(line)); ++skipped)
            ++line;
    }
    std::string_view rest = names;
    while (!rest.empty()) {
        auto const comma = rest.find(',');
        auto const name = trim(rest.substr(0, comma));
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        bool const known = std::any_of(
            in.rules.begin(), in.rules.end(), [name](rule const& r) { return r.id == name; });
        if (!known) {
            in.complain(
                comment,
                "unknown-suppressed-rule",
                fmt::format(
                    "There is no rule `{}`: `check --rules` lists them.", name.substr(0, 60)));
            continue;
        }
        by_line_[line].emplace(name);
        // What is said of a file as a whole stands at its first line.
        if (in.lines.at(comment.begin).line == 1)
            by_line_[1].emplace(name);
    }
}

bool suppressions::cover(finding const& f) const
{
    auto const found = by_line_.find(f.range.from.line);
    return found != by_line_.end() && found->second.contains(f.rule);
}

}  // namespace agent::checks
