#pragma once

// Documentation of a library, for one question. Sources: context7 (a downstream MCP server) and
// bundled_docs (what ships inside the project's node_modules). Passages are data from outside:
// quoted, never obeyed.

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct passage {
    std::string title;
    std::string text;                    // Markdown, sanitized, at most a few KB
    std::string source;                  // where a reader finds it: a URL
    std::string library;                 // npm package name, "next"
    std::string version;                 // the version the passage was written for, where known
    std::string origin;                  // name() of the documentation it came from
    std::string file{};                  // the same inside the project, where it is there
    std::optional<std::string> as_of{};  // "2026-11-19": an older answer, as nobody could be asked
    // Of how many passages, this one among them, instructions to an AI were taken out (untrusted).
    std::optional<int> cleaned{};
};
BOOST_DESCRIBE_STRUCT(
    passage, (), (title, text, source, library, version, origin, file, as_of, cleaned))

struct docs_query {
    docs_query(std::string package, std::string text, std::string installed = {}, int limit = 5)
        : library(std::move(package)),
          question(std::move(text)),
          version(std::move(installed)),
          max_passages(limit)
    {
    }
    std::string library;  // npm package name
    std::string
        question;         // a concept in a few words; goes to a third party where the source is one
    std::string version;  // the installed version; may be empty
    int max_passages;
};

enum class docs_errc {
    none,
    unavailable,
    timed_out,
    not_found,
    quota,
    authentication,
    pending,
    protocol
};
BOOST_DESCRIBE_ENUM(
    docs_errc, none, unavailable, timed_out, not_found, quota, authentication, pending, protocol)

struct docs_error {
    docs_error() = default;
    docs_error(docs_errc k, std::string text) : kind(k), message(std::move(text)) {}
    docs_errc kind = docs_errc::none;
    std::string message;  // one sentence for a person: what could not be reached and why
};
BOOST_DESCRIBE_STRUCT(docs_error, (), (kind, message))

class documentation {
public:
    virtual ~documentation() = default;

    // "Context7", "bundled": as results and sources name it.
    virtual std::string_view name() const = 0;

    // Best passages first, at least one. Throws operation_aborted when cancelled; nothing else.
    virtual boost::asio::awaitable<boost::system::result<std::vector<passage>, docs_error>>
    query(docs_query q) = 0;
};

}  // namespace agent
