#include "agent/checks/rules/rules.hpp"

#include "agent/checks/rules/rule.hpp"
#include "agent/checks/rules/suppressions.hpp"
#include "agent/checks/rules/word_filter.hpp"

#include <algorithm>
#include <tuple>

namespace agent::checks {

namespace {

constexpr std::size_t most_of_a_rule = 100;  // findings in one file

std::string url_of(std::string_view page)
{
    return "https://nextjs.org/docs/" + std::string(page);
}

// A rule with its words as numbers.
struct prepared_rule {
    rule const* of;
    std::vector<std::vector<std::size_t>> words;
};

class engine {
public:
    engine(
        std::span<checked_file const> files,
        project_facts const& facts,
        source_reader const& reader,
        std::span<std::string const> only)
        : facts_(facts), files_(files, facts, reader), rules_(all_rules()), only_(only)
    {
        for (auto const& r : rules_) {
            bool const looks = r.check || r.check_file;
            if (!looks || !chosen(r.id) || (r.since > 0 && !facts.at_least(r.since)) ||
                (r.applies && !r.applies(facts)))
                continue;
            prepared_rule one{&r, {}};
            for (auto const& list : r.words) {
                auto& numbers = one.words.emplace_back();
                for (auto const word : list)
                    numbers.push_back(filter_.add(word));
            }
            asked_.push_back(std::move(one));
        }
        mark_ = filter_.add("nextjs");
    }

    void check(checked_file const& file, std::vector<finding>& out)
    {
        if (!is_script(file.path) || is_aside(file.path))
            return;
        auto const role = role_of(file.path);
        auto const words = filter_.scan(file.text);
        std::vector<rule const*> of_tree;
        std::vector<rule const*> of_file;
        for (auto const& one : asked_)
            if (wanted(one, role, words, file.text))
                (one.of->check ? of_tree : of_file).push_back(one.of);
        bool const marked = words[mark_] && file.text.find(suppression_mark) != std::string::npos;
        bool const parses = !of_tree.empty() || marked || file.fresh;
        if (!parses && of_file.empty())
            return;
        line_index const lines(file.text);
        std::vector<finding> found;
        for (auto const* r : of_file) {
            file_inspection in{{*r, file.path, file.text, lines, found}, facts_, files_};
            r->check_file(in);
        }
        if (parses)
            check_tree(file, lines, of_tree, found);
        std::move(found.begin(), found.end(), std::back_inserter(out));
    }

private:
    bool chosen(std::string_view id) const
    {
        return only_.empty() || std::find(only_.begin(), only_.end(), id) != only_.end();
    }

    static bool wanted(
        prepared_rule const& one,
        file_role role,
        word_filter::words const& words,
        std::string_view text)
    {
        auto const& roles = one.of->roles;
        if (!roles.empty() && std::find(roles.begin(), roles.end(), role) == roles.end())
            return false;
        auto const& phrases = one.of->phrases;
        return std::all_of(
                   one.words.begin(),
                   one.words.end(),
                   [&](auto const& list) {
                       return std::any_of(
                           list.begin(), list.end(), [&](auto number) { return words[number]; });
                   }) &&
               (phrases.empty() ||
                std::any_of(phrases.begin(), phrases.end(), [text](std::string_view phrase) {
                    return text.find(phrase) != std::string_view::npos;
                }));
    }

    void check_tree(
        checked_file const& file,
        line_index const& lines,
        std::vector<rule const*> const& rules,
        std::vector<finding>& found)
    {
        std::string_view const path = file.path;
        bool const plain =
            path.ends_with(".ts") || path.ends_with(".mts") || path.ends_with(".cts");
        auto tree = parser_.parse(file.text, plain ? dialect::typescript : dialect::tsx);
        if (tree.problem != parse_problem::none) {
            not_checked(file, lines, tree, found);
            return;
        }
        source_file const source(file.path, std::move(tree));
        for (auto const* r : rules) {
            std::vector<finding> own;
            inspection in{{*r, file.path, file.text, lines, own}, source, facts_, files_};
            r->check(in);
            if (own.size() > most_of_a_rule)
                own.resize(most_of_a_rule);
            std::move(own.begin(), own.end(), std::back_inserter(found));
        }
        std::vector<finding> of_comments;
        suppressions const held(file.path, source.tree(), lines, rules_, of_comments);
        std::erase_if(found, [&](finding const& f) { return held.cover(f); });
        for (auto& one : of_comments)
            if (chosen(one.rule))
                found.push_back(std::move(one));
    }

    void not_checked(
        checked_file const& file,
        line_index const& lines,
        parsed const& tree,
        std::vector<finding>& found)
    {
        bool const syntax = tree.problem == parse_problem::syntax;
        auto const* id = syntax ? "syntax-error" : "file-not-checked";
        auto const of =
            std::find_if(rules_.begin(), rules_.end(), [id](rule const& r) { return r.id == id; });
        if (of == rules_.end() || !chosen(id))
            return;
        std::string message;
        switch (tree.problem) {
        case parse_problem::too_large:
            message = "The file is larger than 1 MB: the rules did not look at it.";
            break;
        case parse_problem::too_slow:
            message = "The file took too long to parse: the rules did not look at it.";
            break;
        case parse_problem::too_deep:
            message = "The file is nested too deeply: the rules did not look at it.";
            break;
        default:
            message = "This cannot be parsed, so that the rules did not look at the file: correct "
                      "the syntax here or just before.";
        }
        auto where = tree.where;
        // To the end of its first line, however much was not understood.
        auto const line_end = file.text.find('\n', where.begin);
        if (line_end != std::string::npos && line_end < where.end)
            where.end = static_cast<std::uint32_t>(line_end);
        reporter{*of, file.path, file.text, lines, found}.report(where, message);
    }

    project_facts const& facts_;
    project_files files_;
    std::vector<rule> const rules_;
    std::span<std::string const> only_;
    std::vector<prepared_rule> asked_;
    word_filter filter_;
    std::size_t mark_ = 0;
    parser parser_;
};

void add_own_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "syntax-error";
    one.reason = "What cannot be parsed can be neither checked nor built.";
    one.page = "app/api-reference/config/typescript";
    to.push_back(one);

    one.id = "file-not-checked";
    one.severity = severity::warning;
    one.reason = "A file that is too large, too deep or too slow to parse is passed over.";
    to.push_back(one);

    one.id = "suppression-without-reason";
    one.severity = severity::warning;
    one.reason = "// nextjs-backend-ignore RULE: reason. Who reads it wants to know why.";
    to.push_back(one);

    one.id = "unknown-suppressed-rule";
    one.severity = severity::warning;
    one.reason = "A suppression names a rule that there is.";
    to.push_back(one);
}

}  // namespace

void reporter::report(node at, std::string message, std::vector<text_edit> fix)
{
    report(span{at.begin(), at.end()}, std::move(message), std::move(fix));
}

void reporter::report(span at, std::string message, std::vector<text_edit> fix)
{
    finding one;
    one.rule = of.id;
    one.severity = of.severity;
    one.path = path;
    one.range = lines.range(at.begin, at.end);
    one.message = std::move(message);
    one.fix = std::move(fix);
    one.page = url_of(of.page);
    one.secret = of.secret;
    out.push_back(std::move(one));
}

std::vector<rule> all_rules()
{
    std::vector<rule> out;
    add_own_rules(out);
    add_caching_rules(out);
    add_cache_api_rules(out);
    add_request_api_rules(out);
    add_route_rules(out);
    add_webhook_rules(out);
    add_action_rules(out);
    add_authorization_rules(out);
    add_proxy_rules(out);
    add_secret_rules(out);
    add_security_rules(out);
    add_data_rules(out);
    add_boundary_rules(out);
    add_upgrade_rules(out);
    return out;
}

std::vector<finding> check_rules(
    std::span<checked_file const> files,
    project_facts const& facts,
    source_reader const& reader,
    std::span<std::string const> only)
{
    project_facts known = facts;
    for (auto const& file : files)
        for (std::string_view const stem : {"auth", "session", "dal"})
            known.authentication =
                known.authentication || (is_script(file.path) && stem_of(file.path) == stem);
    engine run(files, known, reader, only);
    std::vector<finding> out;
    for (auto const& file : files)
        run.check(file, out);
    auto const order = [](finding const& f) {
        return std::tie(f.path, f.range.begin, f.range.end, f.rule, f.message);
    };
    std::sort(out.begin(), out.end(), [order](finding const& a, finding const& b) {
        return order(a) < order(b);
    });
    return out;
}

std::vector<rule_description> describe_rules()
{
    std::vector<rule_description> out;
    for (auto const& r : all_rules())
        out.push_back(
            {r.id,
             r.severity,
             r.reason,
             !r.condition.empty() ? std::string(r.condition)
             : r.since > 0        ? "Next.js " + std::to_string(r.since) + " and newer"
                                  : std::string(),
             url_of(r.page),
             r.fixable});
    return out;
}

}  // namespace agent::checks
