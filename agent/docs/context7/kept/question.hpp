#pragma once

// What a question to Context7 is kept under, and how an answer is written down. Pure.

#include "agent/docs/context7/session.hpp"
#include "agent/docs/documentation.hpp"
#include "agent/downstream/downstream_server.hpp"

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// One line, single spaces, no keys.
std::string presentable(std::string_view question);

// The same for questions that differ in case, spaces and punctuation.
std::string normalized(std::string_view question);

// "https://mcp.context7.com/mcp", or the command line, without what looks like a key.
std::string address_of(downstream_server const& server);

// Which service a command's server is told to ask (CONTEXT7_API_URL); empty: the usual one.
std::string service_of(downstream_server const& server);

// Says nothing about its parts: a question is nobody's business.
std::string cache_key(std::initializer_list<std::string_view> parts);

// What an answer is kept under.
struct answer_key {
    std::string cached;  // cache_key()
    std::string pinned;  // in a lock file, whoever answers: to be read by people; empty: not pinned
};

// "Context7 4.1.1" -> "Context7 4": a server whose answers may be taken for another's.
std::string kind_of_server(std::string_view peer);

std::string iso_date(std::chrono::system_clock::time_point time);

// Seven days where every passage is of an exact version, else one.
std::chrono::hours fresh_for(std::vector<passage> const& passages);

std::string written(std::vector<passage> const& passages);
std::string written(library_place const& where);

// Nothing where somebody else wrote it.
std::optional<std::vector<passage>> passages_in(std::string_view body);
std::optional<library_place> place_in(std::string_view body);

}  // namespace agent
