#include "agent/docs/bundled/index/index_writer.hpp"

#include "agent/docs/bundled/index/postings.hpp"
#include "agent/docs/bundled/index/word_stems.hpp"
#include "agent/docs/bundled/pages.hpp"
#include "agent/docs/declarations/declarations.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace agent {

namespace {

// "revalidateTag" and "HTTPServer" for who does not know how they are spelled: "revalidate tag",
// "http server".
void add_words(std::string& words, std::string_view name)
{
    auto const capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    for (std::size_t i = 0; i < name.size(); ++i) {
        bool const begins = capital(name[i]) && i > 0 &&
                            (!capital(name[i - 1]) ||
                             (i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z'));
        if (begins)
            words += ' ';
        bool const between = std::string_view("/-_.>").find(name[i]) != std::string_view::npos;
        words += between ? ' ' : name[i];
    }
    words += ' ';
}

// Pages that only name another page are read from there.
class page_set {
public:
    explicit page_set(std::vector<docs_file> const& files)
    {
        for (auto const& file : files)
            by_url_.emplace(page_url(file.path), &file);
    }
    next_page resolved(docs_file const& file) const
    {
        auto page = parse_page(file.text);
        auto const found = by_url_.find("/docs/" + page.source);
        if (!page.source.empty() && found != by_url_.end())
            page.body = parse_page(found->second->text).body;
        return page;
    }

private:
    std::map<std::string, docs_file const*> by_url_;
};

std::size_t hash_of(std::string_view title, std::string_view text)
{
    std::hash<std::string_view> const hash;
    return hash(title) * 31 + hash(text);
}

// A package of thousands of declarations repeats itself.
constexpr std::uint32_t max_sections = 40'000;

class writer {
public:
    explicit writer(sqlite_database& db)
        : db_(db), stems_(db), insert_(db, "INSERT INTO sections VALUES(?, ?, ?, ?)")
    {
    }

    void
    add(std::string_view file,
        std::string_view words,
        section_reader reader,
        std::vector<doc_section> const& sections)
    {
        for (auto const& section : sections) {
            auto const id = static_cast<std::uint32_t>(lengths_.size());
            if (id == max_sections)
                return;
            auto const title = mcp::sanitize(section.title);
            auto const text = mcp::sanitize(section.text);
            auto const same = hash_of(title, text);
            if (!seen_.emplace(same, reader).second)
                continue;
            insert_.bind(1, id);
            insert_.bind(2, file);
            insert_.bind(3, title);
            insert_.bind(4, text);
            insert_.step();
            insert_.reset();
            count(title, 6);
            auto const leaf = title.rfind(" > ");
            std::string own;
            add_words(own, leaf == std::string::npos ? title : title.substr(leaf + 3));
            count(own, 5);
            count(words, 1);
            count(text, 2);
            post(id, reader);
        }
    }

    void finish()
    {
        sqlite_statement insert(db_, "INSERT INTO terms VALUES(?, ?, ?)");
        std::map<std::string_view, postings const*> const in_order = [this] {
            std::map<std::string_view, postings const*> all;
            for (auto const& [term, where] : terms_)
                all.emplace(term, &where);
            return all;
        }();
        for (auto const& [term, where] : in_order) {
            insert.bind(1, term);
            insert.bind(2, where->sections());
            insert.bind_blob(3, where->bytes());
            insert.step();
            insert.reset();
        }
        sqlite_statement contents(db_, "INSERT INTO contents VALUES(?, ?, ?)");
        std::string lengths;
        for (auto const length : lengths_) {
            lengths += static_cast<char>(length & 0xff);
            lengths += static_cast<char>(length >> 8);
        }
        contents.bind(1, static_cast<long long>(lengths_.size()));
        contents.bind_blob(2, lengths);
        contents.bind_blob(3, readers_);
        contents.step();
    }

private:
    // `halves` of an occurrence in running text.
    void count(std::string_view text, std::uint32_t halves)
    {
        for (auto const word : stems_.of(text)) {
            if (word.size() > max_word)
                continue;
            here_[std::string(word)] += halves;
            length_ += halves;
        }
    }

    void post(std::uint32_t id, section_reader reader)
    {
        for (auto const& [word, halves] : here_)
            terms_[word].add(id, halves);
        lengths_.push_back(static_cast<std::uint16_t>(std::min<std::uint32_t>(length_, 0xffff)));
        readers_ += static_cast<char>(reader);
        here_.clear();
        length_ = 0;
    }

    static constexpr std::size_t max_word = 64;  // longer ones are nobody's words

    sqlite_database& db_;
    word_stems stems_;
    sqlite_statement insert_;
    std::set<std::pair<std::size_t, section_reader>> seen_;
    std::unordered_map<std::string, std::uint32_t> here_;  // of the section at hand
    std::uint32_t length_ = 0;
    std::unordered_map<std::string, postings> terms_;
    std::vector<std::uint16_t> lengths_;
    std::string readers_;
};

void fill_next(writer& out, std::vector<docs_file> const& files)
{
    page_set const pages(files);
    for (auto const& file : files) {
        bool const old = file.path.starts_with("02-pages/");
        auto const router = old ? next_router::pages : next_router::app;
        auto const reader = old ? section_reader::pages_router : section_reader::app_router;
        auto const page = pages.resolved(file);
        std::string words;
        add_words(words, page_url(file.path));
        words += page.description + " ";
        auto const sections = cut_sections(page.title, for_router(page.body, router));
        out.add(file.path, words, reader, sections);
    }
}

void fill_any(writer& out, std::string const& package, std::vector<docs_file> const& files)
{
    for (auto const& file : files) {
        std::string words;
        add_words(words, std::string_view(file.path).substr(0, file.path.rfind('.')));
        if (file.path.ends_with("ts")) {
            out.add(file.path, words, section_reader::all, cut_declarations(file.text));
            continue;
        }
        auto const page = parse_page(file.text);
        words += page.description + " ";
        auto const title = page.title.empty() ? package : page.title;
        auto const sections = cut_sections(title, for_router(page.body, next_router::app));
        out.add(file.path, words, section_reader::all, sections);
    }
}

}  // namespace

void write_index(
    sqlite_database& db, std::string const& package, std::vector<docs_file> const& files)
{
    db.run("BEGIN");
    db.run("CREATE TABLE sections(id INTEGER PRIMARY KEY, file TEXT, title TEXT, text TEXT)");
    db.run("CREATE TABLE terms(term TEXT PRIMARY KEY, sections INTEGER, postings BLOB)"
           " WITHOUT ROWID");
    db.run("CREATE TABLE contents(sections INTEGER, lengths BLOB, readers BLOB)");
    writer out(db);
    if (package == "next")
        fill_next(out, files);
    else
        fill_any(out, package, files);
    out.finish();
    db.run(("PRAGMA application_id = " + std::to_string(index_application)).c_str());
    db.run(("PRAGMA user_version = " + std::to_string(index_format)).c_str());
    db.run("COMMIT");
}

}  // namespace agent
