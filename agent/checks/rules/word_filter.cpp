#include "agent/checks/rules/word_filter.hpp"

#include <algorithm>

namespace agent::checks {

namespace {

constexpr std::array<bool, 256> word_bytes = [] {
    std::array<bool, 256> out{};
    for (int c = 0; c < 256; ++c)
        out[static_cast<std::size_t>(c)] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                           (c >= '0' && c <= '9') || c == '_' || c == '$' ||
                                           c >= 0x80;
    return out;
}();

constexpr std::array<std::string_view, 4> directive_words{
    "'use client'", "'use server'", "'use cache'", "'use late'"};

constexpr std::uint32_t step(std::uint32_t hash, char c)
{
    return (hash ^ static_cast<unsigned char>(c)) * 16777619U;
}

constexpr std::uint32_t start = 2166136261U;

constexpr std::size_t slot_of(std::uint32_t hash, std::size_t slots)
{
    return (hash ^ (hash >> 15)) % slots;
}

}  // namespace

std::size_t word_filter::add(std::string_view word)
{
    auto const quoted = std::find(directive_words.begin(), directive_words.end(), word);
    if (quoted != directive_words.end()) {
        auto& number = directives_[static_cast<std::size_t>(quoted - directive_words.begin())];
        if (number == none) {
            number = entries_.size();
            entries_.push_back({std::string(word), false});
        }
        return number;
    }
    bool const prefix = word.ends_with('*');
    if (prefix)
        word.remove_suffix(1);
    auto const same = std::find_if(entries_.begin(), entries_.end(), [&](entry const& e) {
        return e.word == word && e.prefix == prefix;
    });
    if (same != entries_.end())
        return static_cast<std::size_t>(same - entries_.begin());
    auto const number = static_cast<std::uint16_t>(entries_.size());
    entries_.push_back({std::string(word), prefix});
    if (prefix) {
        prefixes_[static_cast<unsigned char>(word.front())].push_back(number);
        return number;
    }
    std::uint32_t hash = start;
    for (char const c : word)
        hash = step(hash, c);
    by_hash_[slot_of(hash, slots)].push_back(number);
    return number;
}

// `at` is where a `use` begins.
void word_filter::directive(std::string_view text, std::size_t at, words& out) const
{
    if (at == 0 || std::string_view("'\"`").find(text[at - 1]) == std::string_view::npos)
        return;
    auto const rest = text.substr(at);
    bool any = false;
    for (std::size_t i = 0; i < 3; ++i) {
        auto const wanted = directive_words[i].substr(1, directive_words[i].size() - 2);
        if (!rest.starts_with(wanted))
            continue;
        any = true;
        if (directives_[i] != none)
            out[directives_[i]] = true;
    }
    bool const first =
        text.find_first_not_of(" \t\r\n\xEF\xBB\xBF") == at - 1 && text[at - 1] != '`';
    if (any && !first && directives_[3] != none)
        out[directives_[3]] = true;
}

word_filter::words word_filter::scan(std::string_view text) const
{
    words out(entries_.size());
    auto const* at = text.data();
    auto const* const end = at + text.size();
    while (at != end) {
        if (!word_bytes[static_cast<unsigned char>(*at)]) {
            ++at;
            continue;
        }
        auto const* const begin = at;
        std::uint32_t hash = start;
        for (; at != end && word_bytes[static_cast<unsigned char>(*at)]; ++at)
            hash = step(hash, *at);
        std::string_view const word(begin, static_cast<std::size_t>(at - begin));
        for (auto const number : by_hash_[slot_of(hash, slots)])
            if (entries_[number].word == word)
                out[number] = true;
        if (word == "use")
            directive(text, static_cast<std::size_t>(begin - text.data()), out);
        for (auto const number : prefixes_[static_cast<unsigned char>(*begin)])
            if (word.starts_with(entries_[number].word))
                out[number] = true;
    }
    return out;
}

}  // namespace agent::checks
