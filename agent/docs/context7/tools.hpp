#pragma once

// Which of a Context7 server's tools does what, and what it calls its arguments: those changed
// between its versions, so they are read off the server's own list. Pure.
// Source: reference/context7.md 1.3 (36 versions) and 1.4.

#include "agent/downstream/mcp_client.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct context7_tools {
    std::string search;  // resolve-library-id
    std::string search_name;
    std::string search_question;  // empty: it takes none

    std::string docs;  // query-docs
    std::string docs_library;
    std::string docs_question;
    bool topic = false;   // the question is a topic: a few words
    bool tokens = false;  // an answer's size may be asked for
};

// Longer arguments are refused by the service behind it.
inline constexpr std::size_t max_argument = 500;

struct unknown_tools {
    unknown_tools() = default;
    explicit unknown_tools(std::string text) : reason(std::move(text)) {}
    std::string reason;
};

// Fails where a tool is missing, or demands an argument that is unknown here: nothing is guessed.
boost::system::result<context7_tools, unknown_tools>
find_context7_tools(std::vector<downstream_tool> const& offered);

boost::json::object
search_arguments(context7_tools const& tools, std::string_view library, std::string_view question);

boost::json::object
docs_arguments(context7_tools const& tools, std::string_view library_id, std::string_view question);

}  // namespace agent
