#pragma once

// What Context7's tools answer: text for a model, taken apart. Its failures are text as well, and
// marked in no other way. Pure. Source: reference/context7.md 1.2, 2.6 (every row was observed).

#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class reputation { unknown, low, medium, high };

struct library_entry {
    std::string id;  // "/vercel/next.js"
    std::string title;
    int snippets = 0;
    reputation source = reputation::unknown;
    double benchmark = 0;
    std::vector<std::string> versions;  // tags as Context7 names them: "v16.1.6", "v5_84_1"
};

// What resolve-library-id found, in its order; empty where it found nothing.
std::vector<library_entry> parse_libraries(std::string_view text);

struct docs_snippet {
    std::string title;
    std::string source;  // a URL
    std::string text;
};

// What query-docs found, in its order.
std::vector<docs_snippet> parse_snippets(std::string_view text);

enum class reply_kind {
    content,
    quota,
    authentication,
    not_found,
    redirect,       // `target` is the new library id
    tag_not_found,  // `tags` are the versions there are
    pending,        // being indexed
    transient,
    other  // short, and neither documentation nor anything known
};

struct reply_class {
    reply_kind kind = reply_kind::content;
    std::string target;
    std::vector<std::string> tags;
};

reply_class classify_reply(std::string_view text);

// Versions 2.3.0 to 3.1.0 append advertising, "[Heads up] Notice …", to what they found.
std::string without_notice(std::string_view text);

// The version that a snippet's source URL names: "16.1.6", "canary"; empty where it names none.
std::string version_in(std::string_view source);

}  // namespace agent
