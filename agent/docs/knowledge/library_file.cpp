#include "agent/docs/knowledge/library_file.hpp"

#include "protocol/ascii.hpp"
#include "protocol/schema_of.hpp"
#include "protocol/text.hpp"

#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <cctype>
#include <unordered_map>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_word = 80;
constexpr std::size_t longest_text = 500;

// An entry as it may be written: every member may be left out.
struct entry {
    std::optional<library_kind> kind;
    std::optional<std::string> context7;
    std::optional<std::vector<std::string>> words;
    std::optional<bool> ordinary;
    std::optional<std::vector<std::string>> also;
    std::optional<std::vector<topic>> topics;
    std::optional<std::string> gone;
    std::optional<std::string> instead;
    std::optional<std::vector<change>> renamed;
    std::optional<std::vector<change>> removed;
};
BOOST_DESCRIBE_STRUCT(
    entry, (), (kind, context7, words, ordinary, also, topics, gone, instead, renamed, removed))

struct document {
    std::optional<std::string> as_of;
    std::optional<json::value> libraries;
    std::optional<std::vector<job>> jobs;
};
BOOST_DESCRIBE_STRUCT(document, (), (as_of, libraries, jobs))

bool all_of(std::string_view text, std::string_view also)
{
    return std::ranges::all_of(text, [also](unsigned char c) {
        return std::isalnum(c) != 0 || also.find(static_cast<char>(c)) != also.npos;
    });
}

// "zod", "@scope/name".
void check_package(std::string_view name, mcp::json_path const& path)
{
    auto const slash = name.find('/');
    bool const scoped = name.starts_with('@') && slash != name.npos && slash > 1 &&
                        slash + 1 < name.size() && name.find('/', slash + 1) == name.npos;
    bool const plain = !name.starts_with('@') && slash == name.npos && !name.empty();
    if (!(scoped || plain) || name.size() > 214 || !all_of(name, "@/._-~"))
        path.fail(
            mcp::quoted(name) + R"( is not the name of an npm package, such as "zod" or "@a/b")");
}

void check_text(std::string const& text, mcp::json_path const& path)
{
    if (text.empty() || text.size() > longest_text ||
        mcp::sanitize_line(text, longest_text) != text)
        path.fail("must be one line of 1 to 500 characters");
}

void prepare_words(std::vector<std::string>& words, bool needed, mcp::json_path const& path)
{
    if (needed && words.empty())
        path.fail("must name at least one word");
    for (auto& word : words) {
        auto const star = word.find('*');
        if (word.empty() || word == "*" || word.size() > longest_word ||
            (star != word.npos && star + 1 != word.size()))
            path.fail(
                mcp::quoted(word) + " is not a word of 1 to 80 characters, with * at most at its "
                                    "end");
        word = mcp::lower(word);
    }
}

void check_changes(std::vector<change>& changes, mcp::json_path const& path)
{
    for (auto& c : changes) {
        prepare_words(c.was, true, {"was", &path});
        check_text(c.note, {"note", &path});
    }
}

void check(entry& e, mcp::json_path const& path)
{
    if (e.context7) {
        auto const& id = *e.context7;
        auto const slash = id.find('/', 1);
        if (!id.starts_with('/') || slash == id.npos || slash == 1 || slash + 1 == id.size() ||
            id.size() > 200 || !all_of(id, "/._-"))
            mcp::json_path{"context7", &path}.fail(
                R"(must be a Context7 library id, such as "/vercel/next.js")");
    }
    if (e.words)
        prepare_words(*e.words, false, {"words", &path});
    if (e.also)
        for (auto const& package : *e.also)
            check_package(package, {"also", &path});
    if (e.instead)
        check_package(*e.instead, {"instead", &path});
    if (e.gone)
        check_text(*e.gone, {"gone", &path});
    if (e.topics)
        for (auto& t : *e.topics) {
            mcp::json_path const here{"topics", &path};
            prepare_words(t.when, true, {"when", &here});
            check_text(t.ask, {"ask", &here});
        }
    if (e.renamed)
        check_changes(*e.renamed, {"renamed", &path});
    if (e.removed)
        check_changes(*e.removed, {"removed", &path});
}

template <class To, class From>
void replace(To& to, std::optional<From>& from)
{
    if (from)
        to = std::move(*from);
}

void replace_members(library& to, entry from)
{
    replace(to.kind, from.kind);
    replace(to.context7, from.context7);
    replace(to.words, from.words);
    replace(to.ordinary, from.ordinary);
    replace(to.also, from.also);
    replace(to.topics, from.topics);
    replace(to.gone, from.gone);
    replace(to.instead, from.instead);
    replace(to.renamed, from.renamed);
    replace(to.removed, from.removed);
}

void lay_libraries_over(std::vector<library>& known, json::value const& given)
{
    mcp::json_path const root{"libraries"};
    auto const* entries = given.if_object();
    if (!entries)
        root.fail("must be an object of entries, each under the name of its npm package");
    std::unordered_map<std::string, std::size_t> at;
    for (std::size_t i = 0; i < known.size(); ++i)
        at.emplace(known[i].package, i);
    for (auto const& [key, value] : *entries) {
        std::string const package(key);
        check_package(package, root);
        mcp::json_path const path{package, &root};
        auto read = mcp::decode_strict<entry>(value, path);
        check(read, path);
        auto const [place, added] = at.emplace(package, known.size());
        if (added) {
            if (!read.kind)
                mcp::json_path{"kind", &path}.fail(
                    "missing; one of " + mcp::detail::names<library_kind>());
            known.emplace_back().package = package;
        }
        replace_members(known[place->second], std::move(read));
    }
}

// "line 3: syntax error"
json::value parse(std::string_view text)
{
    json::parse_options options;
    options.max_depth = 16;
    json::stream_parser parser({}, options);
    json::error_code failure;
    auto const read = parser.write_some(json::string_view(text.data(), text.size()), failure);
    if (failure || !parser.done() || text.find_first_not_of(" \t\r\n", read) != text.npos) {
        auto const before = text.substr(0, std::min(read, text.size()));
        throw mcp::decode_error(
            "line " + std::to_string(1 + std::ranges::count(before, '\n')) + ": " +
            (failure ? failure.message() : "this is not one whole JSON value"));
    }
    return parser.release();
}

}  // namespace

boost::system::result<library_tables, std::string>
lay_over(library_tables base, std::string_view text)
{
    try {
        if (text.starts_with("\xEF\xBB\xBF"))
            text.remove_prefix(3);
        auto const parsed = parse(text);
        if (!parsed.is_object())
            throw mcp::decode_error("must be a JSON object with libraries, jobs or both");
        mcp::json_path const root{"the file"};
        auto given = mcp::decode_strict<document>(parsed, root);
        replace(base.as_of, given.as_of);
        if (given.libraries)
            lay_libraries_over(base.libraries, *given.libraries);
        if (given.jobs)
            for (auto& j : *given.jobs) {
                mcp::json_path const path{"jobs"};
                prepare_words(j.when, true, {"when", &path});
                base.jobs.push_back(std::move(j));
            }
        return base;
    } catch (mcp::decode_error const& e) {
        return {boost::system::in_place_error, std::string(e.what())};
    }
}

}  // namespace agent
