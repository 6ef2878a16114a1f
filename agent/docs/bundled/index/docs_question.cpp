#include "agent/docs/bundled/index/docs_question.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <map>
#include <unordered_set>
#include <utility>

namespace agent {

namespace {

constexpr std::size_t max_words = 40;  // a question's point is at its beginning

struct word {
    std::string text;   // lower case
    bool name = false;  // spelled like something in code: after(), revalidateTag, NextResponse
    std::vector<std::string> parts;  // of a name: "revalidate", "tag"
};

std::vector<std::string> parts_of(std::string_view name);

char lower(char c)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool word_character(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::vector<word> words_of(std::string_view question)
{
    std::vector<word> words;
    for (std::size_t at = 0; at < question.size() && words.size() < max_words;) {
        if (!word_character(question[at])) {
            ++at;
            continue;
        }
        word found;
        bool small = false;
        auto const begin = at;
        for (; at < question.size() && word_character(question[at]); ++at) {
            auto const c = question[at];
            found.name =
                found.name || c == '_' || (small && std::isupper(static_cast<unsigned char>(c)));
            small = small || std::islower(static_cast<unsigned char>(c));
            found.text += lower(c);
        }
        found.name = found.name || question.substr(at).starts_with("(");
        found.parts = parts_of(question.substr(begin, at - begin));
        words.push_back(std::move(found));
    }
    return words;
}

bool common(std::string_view word)
{
    constexpr std::array<std::string_view, 133> words{
        "a",       "about",  "add",     "all",        "also",   "am",      "an",        "and",
        "any",     "app",    "are",     "as",         "at",     "back",    "be",        "been",
        "being",   "best",   "between", "build",      "but",    "by",      "can",       "cannot",
        "create",  "did",    "do",      "does",       "done",   "each",    "else",      "every",
        "example", "for",    "from",    "get",        "give",   "gives",   "had",       "has",
        "have",    "having", "here",    "how",        "i",      "if",      "implement", "in",
        "into",    "is",     "it",      "its",        "itself", "js",      "just",      "keep",
        "keeps",   "let",    "lets",    "make",       "many",   "me",      "more",      "most",
        "much",    "my",     "myself",  "need",       "never",  "new",     "next",      "nextjs",
        "no",      "not",    "of",      "on",         "once",   "one",     "only",      "or",
        "other",   "our",    "out",     "per",        "please", "project", "put",       "puts",
        "router",  "same",   "should",  "so",         "some",   "still",   "than",      "that",
        "the",     "their",  "them",    "themselves", "then",   "they",    "thing",     "things",
        "this",    "to",     "too",     "until",      "up",     "use",     "used",      "using",
        "very",    "via",    "vs",      "want",       "was",    "way",     "we",        "were",
        "what",    "when",   "where",   "which",      "while",  "who",     "will",      "with",
        "without", "would",  "write",   "you",        "your"};
    return std::binary_search(words.begin(), words.end(), word);
}

// The name of a page file as one word, without the number that sorts it: "10-error-handling.md".
std::string squeezed(std::string_view file)
{
    auto const number = file.find_first_not_of("0123456789");
    if (number != std::string_view::npos && number > 0 && file[number] == '-')
        file.remove_prefix(number + 1);
    std::string word;
    for (char const c : file.substr(0, file.find('.')))
        if (std::isalnum(static_cast<unsigned char>(c)))
            word += lower(c);
    return word;
}

class term_list {
public:
    void add(std::string_view term)
    {
        if (!term.empty() && !has(term))
            terms_.emplace_back(term);
    }
    bool has(std::string_view term) const
    {
        return std::find(terms_.begin(), terms_.end(), term) != terms_.end();
    }
    std::vector<std::string> take() { return std::move(terms_); }

private:
    std::vector<std::string> terms_;
};

// "revalidateTag" is also "revalidate" and "tag".
std::vector<std::string> parts_of(std::string_view name)
{
    std::vector<std::string> out(1);
    for (std::size_t i = 0; i < name.size(); ++i) {
        bool const capital = std::isupper(static_cast<unsigned char>(name[i])) != 0;
        if (capital && i > 0 && std::islower(static_cast<unsigned char>(name[i - 1])))
            out.emplace_back();
        if (name[i] == '_')
            out.emplace_back();
        else
            out.back() += lower(name[i]);
    }
    return out;
}

}  // namespace

docs_terms terms_of(std::string_view question, vocabulary const& known, std::string_view package)
{
    auto const words = words_of(question);
    auto const all_common = std::all_of(
        words.begin(), words.end(), [](word const& w) { return common(w.text) && !w.name; });
    term_list asked;
    for (auto const& w : words)
        if (!common(w.text) || w.name || all_common)
            for (auto const& part : w.parts)
                asked.add(part);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!common(words[i].text) || words[i].name || all_common)
            asked.add(words[i].text);
        // "update tag" is also updateTag.
        if (i + 1 < words.size() && !common(words[i].text) && !common(words[i + 1].text))
            asked.add(words[i].text + words[i + 1].text);
    }
    term_list meant;
    for (auto const written : known.written_for(question, package))
        for (auto const& w : words_of(written)) {
            if (!asked.has(w.text))
                meant.add(w.text);
            for (auto const& part : w.parts)
                if (!asked.has(part))
                    meant.add(part);
        }
    return {asked.take(), meant.take()};
}

next_router asked_router(std::string_view question)
{
    constexpr std::array<std::string_view, 9> marks{
        "pages router",
        "pages/api",
        "pages directory",
        "getserversideprops",
        "getstaticprops",
        "getstaticpaths",
        "getinitialprops",
        "_app.",
        "_document"};
    std::string text(question);
    std::transform(text.begin(), text.end(), text.begin(), lower);
    // Who leaves it asks for the other one.
    for (std::string_view const there :
         {"app router", "app directory", "to app", "to the app", " app/"})
        if (text.find(there) != std::string::npos)
            return next_router::app;
    bool const pages = std::any_of(marks.begin(), marks.end(), [&](auto mark) {
        return text.find(mark) != std::string::npos;
    });
    return pages ? next_router::pages : next_router::app;
}

namespace {

// What the question may name a page by: its words, and its neighbours as one.
std::unordered_set<std::string> names_in(std::string_view question)
{
    std::unordered_set<std::string> out;
    std::string before;
    for (auto& word : words_of(question)) {
        out.insert(before + word.text);
        before = word.text;
        out.insert(std::move(word.text));
    }
    return out;
}

// How much a section is worth to who writes a backend and asked this: 1 for most, more where the
// question names the page, less for what is about interfaces, platforms and history.
double section_weight(docs_hit const& hit, std::unordered_set<std::string> const& named)
{
    struct weight {
        std::string_view path;
        double value;
    };
    constexpr std::array<weight, 14> weights{
        {{"migration-guides/", 0.7},
         {"troubleshooting/", 0.8},
         {"/07-adapters/", 0.5},
         {"/02-components/", 0.6},
         {"/migrating/", 0.7},
         {"/upgrading/", 0.8},
         {"/06-cli/", 0.8},
         {"03-architecture/", 0.6},
         {"04-community/", 0.5},
         {"04-glossary", 0.7},
         {"/01-metadata/", 0.7},
         {"03-file-conventions/middleware", 0.6},
         {"turbopack", 0.7},
         {"ppr-platform-guide", 0.6}}};
    double value = 1;
    for (auto const& [path, factor] : weights)
        if (hit.file.find(path) != std::string::npos)
            value *= factor;
    if (hit.title.ends_with("> Version History"))
        value *= 0.6;

    // "generate-static-params.md" is what generateStaticParams asks for.
    auto const page = squeezed(std::string_view(hit.file).substr(hit.file.rfind('/') + 1));
    return named.contains(page) ? value * 1.4 : value;
}

}  // namespace

std::vector<docs_hit>
varied(std::vector<docs_hit> hits, std::string_view question, std::size_t count)
{
    auto const better = [](docs_hit const& a, docs_hit const& b) { return a.score > b.score; };
    std::stable_sort(hits.begin(), hits.end(), better);
    struct page {
        double sum = 0;
        double next = 1;
    };
    std::map<std::string_view, page> pages;
    for (auto const& hit : hits) {
        auto& of = pages[hit.file];
        of.sum += hit.score * std::exchange(of.next, of.next * 0.7);
    }
    auto const named = names_in(question);
    for (auto& hit : hits)
        hit.score = (hit.score + 0.3 * pages[hit.file].sum) * section_weight(hit, named);
    std::stable_sort(hits.begin(), hits.end(), better);
    std::map<std::string, double, std::less<>> worth;
    for (auto& hit : hits) {
        auto& factor = worth.try_emplace(hit.file, 1.0).first->second;
        hit.score *= factor;
        factor *= 0.85;
    }
    std::stable_sort(hits.begin(), hits.end(), better);
    hits.resize(std::min(hits.size(), count));
    return hits;
}

}  // namespace agent
