#pragma once

// One question to Context7, from the package's name (or a library's id, "/vercel/next.js") to
// passages: finds the library, asks for the installed version's documentation, follows a redirect,
// takes the nearest version there is. Used by context7, which adds sharing and memory.

#include "agent/docs/context7/libraries.hpp"
#include "agent/docs/context7/tools.hpp"
#include "agent/docs/documentation.hpp"
#include "agent/docs/knowledge/knowledge.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace agent {

// Where a package's documentation is.
struct library_place {
    std::string id;                 // without a version
    std::vector<std::string> tags;  // the versions there are, where `tags_known`
    bool tags_known = false;
    bool searched = false;  // by Context7's search, not from our own list
};
BOOST_DESCRIBE_STRUCT(library_place, (), (id, tags, tags_known, searched))

class context7_session {
public:
    // The client outlives the session.
    context7_session(mcp_client& client, knowledge known, std::chrono::milliseconds limit)
        : client_(client), known_(std::move(known)), limit_(limit)
    {
    }

    template <class T>
    using outcome = boost::asio::awaitable<boost::system::result<T, docs_error>>;

    outcome<std::vector<passage>> ask(docs_query q);

    // What its search answers, as it is but for what is no part of a list of libraries.
    outcome<std::string> resolve(std::string name, std::string question);

    // What was found out about a package; nothing where nothing was.
    library_place const* found(std::string const& package) const;
    void remember(std::string const& package, library_place where);
    void forget(std::string const& package) { places_.erase(package); }

private:
    using place = library_place;

    boost::asio::awaitable<docs_error> find_tools();
    outcome<place> search(std::string package, std::string question);
    outcome<std::string> call(std::string tool, boost::json::object arguments);
    std::string tag_for(place const& where, std::string const& version) const;

    mcp_client& client_;
    knowledge known_;
    std::chrono::milliseconds limit_;
    std::optional<context7_tools> tools_;
    std::map<std::string, place> places_;  // by package, or by id
};

}  // namespace agent
