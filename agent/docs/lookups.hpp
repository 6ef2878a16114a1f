#pragma once

// The documentation looked up in one run: asks every source at once, and remembers what was asked,
// what came back and what could not be reached. The gate of `finish`, the passages in the model's
// context and the "Documentation" section of the answer are all read from here, so they cannot
// disagree.

#include "agent/docs/documentation.hpp"
#include "agent/docs/knowledge/knowledge.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// A source that could not answer. `not_found` is no failure of a source: it has nothing on that
// library.
struct docs_failure {
    std::string origin;
    docs_error error;
};
BOOST_DESCRIBE_STRUCT(docs_failure, (), (origin, error))

struct lookup {
    std::string library;
    std::string question;
    std::vector<passage> passages;
    std::vector<docs_failure> failures;
};
BOOST_DESCRIBE_STRUCT(lookup, (), (library, question, passages, failures))

class lookups {
public:
    // `installed` tells the installed version of an npm package, or nothing.
    lookups(
        std::vector<documentation*> sources,
        std::function<std::string(std::string_view)> installed,
        std::chrono::steady_clock::duration limit);

    // Asks every source, each for at most the limit; what is late is recorded as timed out. A
    // question that was already answered in this run is not asked again. Throws only
    // operation_aborted.
    boost::asio::awaitable<lookup>
    look_up(std::string library, std::string question, int max_passages = 5);

    // Takes over what was looked up earlier, when a run is continued.
    void restore(lookup known) { all_.push_back(std::move(known)); }

    // Whether this package, or one whose documentation covers it, was looked up in this run, with
    // or without success.
    bool covers(std::string_view package, knowledge const& known) const;

    std::vector<lookup> const& all() const { return all_; }
    bool has_sources() const { return !sources_.empty(); }

private:
    boost::asio::awaitable<lookup> ask_one(documentation& source, docs_query q);

    std::vector<documentation*> sources_;
    std::function<std::string(std::string_view)> installed_;
    std::chrono::steady_clock::duration limit_;
    std::vector<lookup> all_;
};

// Passages of all lookups, each once (two are the same if source and title are): the best of each
// lookup first, then the second best of each, as long as their texts fit into `bytes`.
std::vector<passage> best_passages(std::vector<lookup> const& from, std::size_t bytes);

// One line for each source that failed, however often it did.
std::vector<docs_failure> unique_failures(std::vector<lookup> const& from);

}  // namespace agent
