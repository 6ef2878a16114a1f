#include "agent/docs/bundled/docs_question.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

namespace agent {

namespace {

constexpr std::size_t max_words = 40;

struct word {
    std::string text;  // lower case
    bool name;         // spelled like something in code: after(), revalidateTag, NextResponse
};

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
        word found{{}, false};
        bool small = false;
        for (; at < question.size() && word_character(question[at]); ++at) {
            auto const c = question[at];
            found.name =
                found.name || c == '_' || (small && std::isupper(static_cast<unsigned char>(c)));
            small = small || std::islower(static_cast<unsigned char>(c));
            found.text += lower(c);
        }
        found.name = found.name || question.substr(at).starts_with("(");
        words.push_back(std::move(found));
    }
    return words;
}

bool common(std::string_view word)
{
    constexpr std::array<std::string_view, 66> words{
        "a",       "about",     "add",    "all",     "an",      "and",   "any",  "app",  "are",
        "as",      "at",        "be",     "best",    "between", "build", "by",   "can",  "create",
        "do",      "does",      "each",   "example", "for",     "from",  "get",  "how",  "i",
        "if",      "implement", "in",     "into",    "is",      "it",    "js",   "make", "me",
        "my",      "need",      "next",   "nextjs",  "of",      "on",    "or",   "our",  "please",
        "project", "router",    "should", "so",      "that",    "the",   "them", "then", "this",
        "to",      "use",       "used",   "using",   "vs",      "want",  "way",  "we",   "what",
        "when",    "with",      "write"};
    return std::binary_search(words.begin(), words.end(), word);
}

// What people ask for, and what the documentation of today calls it.
std::vector<std::string_view> const& newer_names(std::string_view word)
{
    static std::map<std::string_view, std::vector<std::string_view>> const names{
        {"api", {"route handlers"}},
        {"auth", {"authentication", "authorization"}},
        {"background", {"after"}},
        {"cron", {"route handlers"}},
        {"csrf", {"allowed origins", "allowedOrigins"}},
        {"endpoint", {"route handlers"}},
        {"env", {"environment variables"}},
        {"isr", {"incremental static regeneration"}},
        {"jwt", {"session"}},
        {"login", {"authentication"}},
        {"logging", {"instrumentation"}},
        {"middleware", {"proxy"}},
        {"monitoring", {"instrumentation"}},
        {"opentelemetry", {"instrumentation"}},
        {"secrets", {"environment variables"}},
        {"signature", {"webhooks"}},
        {"signin", {"authentication"}},
        {"sse", {"streaming"}},
        {"tracing", {"opentelemetry", "instrumentation"}},
        {"unauthenticated", {"authentication", "unauthorized"}},
        {"websocket", {"streaming"}},
    };
    static std::vector<std::string_view> const none;
    auto const found = names.find(word);
    return found == names.end() ? none : found->second;
}

// The name of a page file as one word.
std::string squeezed(std::string_view file)
{
    std::string word;
    for (char const c : file.substr(0, file.find('.')))
        if (std::isalnum(static_cast<unsigned char>(c)))
            word += lower(c);
    return word;
}

void add_term(std::string& expression, std::string_view term)
{
    if (!expression.empty())
        expression += " OR ";
    expression += '"';
    expression += term;
    expression += '"';
}

}  // namespace

std::string match_expression(std::string_view question)
{
    auto const words = words_of(question);
    auto const all_common = std::all_of(
        words.begin(), words.end(), [](word const& w) { return common(w.text) && !w.name; });
    std::string expression;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const& [text, name] = words[i];
        if (!common(text) || name || all_common)
            add_term(expression, text);
        if (name)
            add_term(expression, text);
        for (auto const& newer : newer_names(text))
            add_term(expression, newer);
        if (i + 1 == words.size())
            continue;
        // "update tag" is also updateTag, and words that stand side by side mean more together.
        auto const& next = words[i + 1].text;
        if (common(text) && common(next))
            continue;
        auto pair = text;
        pair += ' ';
        pair += next;
        add_term(expression, pair);
        pair.erase(text.size(), 1);
        add_term(expression, pair);
    }
    return expression;
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
    bool const pages = std::any_of(marks.begin(), marks.end(), [&](auto mark) {
        return text.find(mark) != std::string::npos;
    });
    return pages ? next_router::pages : next_router::app;
}

double section_weight(docs_hit const& hit, std::string_view question)
{
    struct weight {
        std::string_view path;
        double value;
    };
    constexpr std::array<weight, 12> weights{
        {{"/07-adapters/", 0.5},
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
    auto const page = squeezed(hit.file.substr(hit.file.rfind('/') + 1));
    auto const words = words_of(question);
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const pair = i + 1 < words.size() ? words[i].text + words[i + 1].text : "";
        if (page == words[i].text || page == pair)
            return value * 1.4;
    }
    return value;
}

std::vector<docs_hit>
varied(std::vector<docs_hit> hits, std::string_view question, std::size_t count)
{
    for (auto& hit : hits)
        hit.score *= section_weight(hit, question);
    auto const better = [](docs_hit const& a, docs_hit const& b) { return a.score > b.score; };
    std::stable_sort(hits.begin(), hits.end(), better);
    std::map<std::string, double> worth;
    for (auto& hit : hits) {
        auto& factor = worth.try_emplace(hit.file, 1.0).first->second;
        hit.score *= factor;
        factor *= 0.7;
    }
    std::stable_sort(hits.begin(), hits.end(), better);
    hits.resize(std::min(hits.size(), count));
    return hits;
}

}  // namespace agent
