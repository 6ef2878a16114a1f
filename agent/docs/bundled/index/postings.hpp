#pragma once

// Where a word stands, section by section, and how much that says: the inverted index, and BM25
// over it. Pure. Why not FTS5's own: it scores 300 sections a millisecond, and a question with all
// that it may mean has thousands. Source: Robertson and Zaragoza, "The Probabilistic Relevance
// Framework: BM25 and Beyond" (2009).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// The sections in which one word stands, growing; kept as bytes.
class postings {
public:
    // Sections in ascending order, each once; `weight` in halves of a plain occurrence.
    void add(std::uint32_t section, std::uint32_t weight);

    std::uint32_t sections() const { return sections_; }
    std::string const& bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::uint32_t last_ = 0;
    std::uint32_t sections_ = 0;
};

// Adds up, over words, what every section is worth.
class section_scores {
public:
    // `lengths` of all sections, in halves of a word, as their words were weighted.
    explicit section_scores(std::vector<std::uint16_t> const& lengths);

    // Whether the bytes could be read: what was kept may be damaged.
    bool add(std::string_view postings, std::uint32_t sections, double weight);

    std::vector<float> const& all() const { return scores_; }

private:
    std::vector<std::uint16_t> const& lengths_;
    double mean_ = 1;
    std::vector<float> scores_;
};

}  // namespace agent
