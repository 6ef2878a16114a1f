// The rules against all code of Next.js' own documentation: what they find there is either an
// example of a mistake, or of an older version, or the rules are wrong. Every finding is in
// docs_findings.txt with the reason why it is right; anything else fails, and so does an entry
// that nothing comes of any more.

#include "rule_check.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace docs_precision_test {

namespace fs = std::filesystem;

namespace {

struct code_block {
    std::string page;  // "01-app/02-guides/forms.md"
    std::string path;
    std::string text;
};

std::string content_of(fs::path const& path)
{
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// A block is a fragment of some file; its fence mostly says which. Where it does not, what it
// exports does.
std::string path_of(code_block const& block, std::string const& fence, std::string const& language)
{
    std::smatch found;
    std::string name;
    if (std::regex_search(fence, found, std::regex("filename=\"([^\" ]+)")))
        name = found[1];
    for (auto const* head : {"@/", "./", "/"})
        if (name.starts_with(head))
            name.erase(0, std::string_view(head).size());
    if (name == "route." + language)
        return "app/" + name;
    if (!name.empty())
        return name.find('.') == std::string::npos ? name + "." + language : name;
    if (block.page.starts_with("02-pages"))
        return "pages/block." + language;
    static std::regex const route(
        "export (async )?(function|const) (GET|POST|PUT|PATCH|DELETE)\\b");
    static std::regex const page("export default (async )?function (Page|Layout)");
    if (std::regex_search(block.text, route))
        return "app/api/block/route." + language;
    return (std::regex_search(block.text, page) ? "app/block/page." : "lib/block.") + language;
}

void add_blocks(std::string const& page, std::string const& markdown, std::vector<code_block>& out)
{
    static std::set<std::string> const languages{"ts", "tsx", "js", "jsx"};
    std::istringstream lines(markdown);
    std::string fence;
    std::string language;
    code_block block;
    for (std::string line; std::getline(lines, line);) {
        auto const begin = std::min(line.find_first_not_of(" >"), line.size());
        auto const trimmed = line.substr(begin);
        auto const ticks = trimmed.substr(0, trimmed.find_first_not_of('`'));
        if (fence.empty() && ticks.size() >= 3) {
            auto const rest = trimmed.substr(ticks.size());
            fence = trimmed;
            language = rest.substr(0, rest.find_first_of(" {"));
            block = {page, {}, {}};
        } else if (!fence.empty() && trimmed == fence.substr(0, fence.find_first_not_of('`'))) {
            block.path = path_of(block, fence, language);
            if (languages.contains(language))
                out.push_back(block);
            fence.clear();
        } else if (!fence.empty()) {
            block.text += line + "\n";
        }
    }
}

std::string trimmed_line(std::string const& text, std::size_t begin)
{
    auto const from = text.rfind('\n', begin == 0 ? 0 : begin - 1);
    auto const start = from == std::string::npos ? 0 : from + 1;
    auto line = text.substr(start, text.find('\n', std::max(start, begin)) - start);
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    return line;
}

// "rule page path: the line of the source", the reasons left out.
std::set<std::string> expected_findings(fs::path const& file)
{
    std::set<std::string> out;
    std::ifstream in(file);
    bool reason = false;
    for (std::string line; std::getline(in, line);) {
        if (line.empty())
            continue;
        if (line.starts_with("# ")) {
            reason = true;
            continue;
        }
        CHECK_MESSAGE(reason, "an entry without a reason: " << line);
        CHECK_MESSAGE(out.insert(line).second, "twice: " << line);
    }
    return out;
}

}  // namespace

TEST_CASE(
    "in the documentation of Next.js the rules find what it calls wrong or old, and nothing else")
{
    fs::path const source = NBE_SOURCE_DIR;
    auto const docs = source / "examples/next-app/node_modules/next/dist/docs";
    if (!fs::exists(docs)) {
        MESSAGE("next is not installed in examples/next-app: nothing was checked");
        return;
    }
    std::vector<code_block> blocks;
    for (auto const& entry : fs::recursive_directory_iterator(docs))
        if (entry.path().extension() == ".md")
            add_blocks(
                entry.path().lexically_relative(docs).string(), content_of(entry.path()), blocks);
    CHECK(blocks.size() > 2500);

    test::project_facts strict = test::with_cache_components(true);
    strict.authentication = true;
    strict.config.push_back({"cacheLife", "present"});  // its profiles are declared on another page
    std::set<std::string> found;
    for (auto const& block : blocks)
        for (auto const& facts : {test::project_facts(), strict})
            for (auto const& f : test::check_file(block.path, block.text, facts))
                found.insert(
                    f.rule + " " + block.page + " " + block.path + ": " +
                    trimmed_line(block.text, f.range.begin));

    auto const expected = expected_findings(source / "tests/agent/checks/rules/docs_findings.txt");
    for (auto const& one : found)
        CHECK_MESSAGE(expected.contains(one), "not listed: " << one);
    for (auto const& one : expected)
        CHECK_MESSAGE(found.contains(one), "listed, and not found: " << one);
}

}  // namespace docs_precision_test
