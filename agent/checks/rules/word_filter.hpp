#pragma once

// Which of a list of words a text contains, in one pass at hundreds of megabytes a second. Most
// files of a project hold nothing that any rule asks about: those are never parsed, which is what
// would take the time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent::checks {

class word_filter {
public:
    using words = std::vector<bool>;

    // The number of a word, from 0. A word is made of letters, digits, _ and $. "sk_live_*" stands
    // for all words that begin so; 'use client', 'use server' and 'use cache' (with these quotes)
    // for the directive in any quotes, and 'use late' for one that is not the first of the text.
    std::size_t add(std::string_view word);

    // By number, whether the text has it.
    words scan(std::string_view text) const;

private:
    struct entry {
        std::string word;
        bool prefix = false;
    };
    static constexpr auto none = static_cast<std::size_t>(-1);
    static constexpr std::size_t slots = 1024;

    void directive(std::string_view text, std::size_t at, words& out) const;

    std::vector<entry> entries_;
    std::array<std::vector<std::uint16_t>, slots> by_hash_;
    std::array<std::vector<std::uint16_t>, 256> prefixes_;  // by first byte
    std::array<std::size_t, 4> directives_{none, none, none, none};
};

}  // namespace agent::checks
