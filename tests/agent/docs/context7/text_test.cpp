#include "agent/docs/context7/text.hpp"

#include <doctest/doctest.h>

namespace context7_text_test {

using namespace agent;

namespace {

constexpr std::string_view libraries = R"(Available Libraries:

**Note:** Your results only include libraries matching your teamspace's library filters.

- Title: Next.js
- Context7-compatible library ID: /vercel/next.js
- Description: Next.js enables you to create full-stack web applications.
- not a field

- Code Snippets: 3629
- Source Reputation: High
- Benchmark Score: 93.4
- Versions: v14.3.0-canary.87, v16.1.6
----------
- Title: Next.js
- Context7-compatible library ID: /llmstxt/nextjs_llms_txt
- Description: mirror
- Source Reputation: Unknown
- Source: https://context7.com/llmstxt/nextjs_llms_txt
)";

constexpr std::string_view docs = R"(### Create a Route Handler

Source: https://github.com/vercel/next.js/blob/v16.1.6/docs/route.mdx

How a POST handler parses JSON.

```ts
### no heading

Source: no source
```

--------------------------------

### Route Handlers > Caching

Source: https://github.com/vercel/next.js/blob/canary/docs/x.mdx

Not cached by default.
### Upgrading > React 19

Source: https://nextjs.org/docs/upgrading

Prose.
)";

}  // namespace

TEST_CASE("libraries are read with their versions and their standing")
{
    auto const entries = parse_libraries(libraries);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].id == "/vercel/next.js");
    CHECK(entries[0].title == "Next.js");
    CHECK(entries[0].snippets == 3629);
    CHECK(entries[0].source == reputation::high);
    CHECK(entries[0].benchmark == doctest::Approx(93.4));
    CHECK(entries[0].versions == std::vector<std::string>{"v14.3.0-canary.87", "v16.1.6"});
    CHECK(entries[1].id == "/llmstxt/nextjs_llms_txt");
    CHECK(entries[1].source == reputation::unknown);
    CHECK(parse_libraries("No libraries found matching the provided name.").empty());
    CHECK(parse_libraries("").empty());
}

TEST_CASE("an id that is no plain path is no library")
{
    auto const with = [](std::string const& id) {
        return parse_libraries(
                   "Available Libraries:\n- Title: x\n- Context7-compatible library ID: " + id +
                   "\n")
            .size();
    };
    CHECK(with("/a/b") == 1);
    CHECK(with("/a/b c") == 0);
    CHECK(with("a/b") == 0);
    CHECK(with("/a/\"b") == 0);
    CHECK(with("/" + std::string(300, 'a')) == 0);
}

TEST_CASE("snippets are told apart by heading and source, not inside code")
{
    auto const snippets = parse_snippets(docs);
    REQUIRE(snippets.size() == 3);
    CHECK(snippets[0].title == "Create a Route Handler");
    CHECK(snippets[0].source == "https://github.com/vercel/next.js/blob/v16.1.6/docs/route.mdx");
    CHECK(snippets[0].text.find("### no heading") != std::string::npos);
    CHECK(snippets[0].text.ends_with("```"));
    CHECK(snippets[1].text == "Not cached by default.");
    CHECK(snippets[2].title == "Upgrading > React 19");
    CHECK(parse_snippets("").empty());
    CHECK(parse_snippets("prose without a source").empty());
    CHECK(parse_snippets("### Heading\n\nno source").empty());
}

TEST_CASE("a code block that is never closed ends with its snippet")
{
    auto const snippets = parse_snippets(
        "### A\n\nSource: https://a\n\n```ts\nopen\n\n--------------------------------\n\n"
        "### B\n\nSource: https://b\n\ntext\n");
    REQUIRE(snippets.size() == 2);
    CHECK(snippets[1].title == "B");
}

TEST_CASE("the version that was served is read from the source")
{
    CHECK(version_in("https://github.com/vercel/next.js/blob/v16.1.6/docs/x.mdx") == "16.1.6");
    CHECK(version_in("https://github.com/vercel/next.js/blob/canary/docs/x.mdx") == "canary");
    CHECK(version_in("https://github.com/o/r/tree/pkg@2.0.0/x") == "2.0.0");
    CHECK(version_in("https://nextjs.org/docs").empty());
}

TEST_CASE("failures that come as text are known for what they are")
{
    auto const kind = [](std::string_view text) { return classify_reply(text).kind; };
    for (auto const* text :
         {"Rate limited or quota exceeded. Create a free API key at https://context7.com/dashboard "
          "for higher limits.",
          "Monthly quota exceeded. Create a free API key at https://context7.com/dashboard for "
          "more requests.",
          "Rate limit exceeded. Please try again later.",
          "Rate limited due to too many requests. Please try again later.",
          "Monthly spending limit of $5.00 reached for this teamspace."})
        CHECK(kind(text) == reply_kind::quota);
    for (auto const* text :
         {"Invalid API key. Please check your API key. API keys should start with 'ctx7sk' prefix.",
          "Unauthorized. Please check your API key.",
          "Access denied: Library /owner/repo is not included in your allowed libraries"})
        CHECK(kind(text) == reply_kind::authentication);
    for (auto const* text :
         {"The library you are trying to access does not exist. Please try with a different "
          "library ID.",
          "Library \"/owner/repo\" not found. Please check the library ID or your access "
          "permissions.",
          "No libraries found for \"x\". Try a different search term.",
          "No libraries found matching the provided name.",
          "Library /owner/repo has no or too few snippets found in documentation files.",
          "Documentation not found or not finalized for this library. This might have happened "
          "because you used an invalid Context7-compatible library ID."})
        CHECK(kind(text) == reply_kind::not_found);
    for (
        auto const* text :
        {"library_not_finalized",
         R"({"error":"library_not_finalized","message":"Library /owner/repo not finalized yet."})"})
        CHECK(kind(text) == reply_kind::pending);
    for (auto const* text :
         {"Request failed with status 503. Please try again later.",
          "Search failed: Service temporarily unavailable",
          "Error searching libraries: TypeError: fetch failed",
          "Error fetching library context. Please try again later. TypeError: fetch failed",
          "Error searching libraries: SyntaxError: Unexpected end of JSON input"})
        CHECK(kind(text) == reply_kind::transient);
    for (auto const* text : {"Library name is required", "{not json", ""})
        CHECK(kind(text) == reply_kind::other);
}

TEST_CASE("a redirect names its target, a missing version the ones there are")
{
    auto const redirect = classify_reply(
        "Library /owner/repo has been redirected to this library: /new-owner/new-repo.");
    CHECK(redirect.kind == reply_kind::redirect);
    CHECK(redirect.target == "/new-owner/new-repo");
    CHECK(
        classify_reply("redirected to this library: javascript:alert(1)").kind ==
        reply_kind::other);
    auto const tags = classify_reply(
        "Tag \"v1.0.0\" not found for library \"/owner/repo\". Available tags: v2.0.0, v1.5.0");
    CHECK(tags.kind == reply_kind::tag_not_found);
    CHECK(tags.tags == std::vector<std::string>{"v2.0.0", "v1.5.0"});
}

TEST_CASE("documentation that speaks of errors is documentation")
{
    CHECK(classify_reply(docs).kind == reply_kind::content);
    CHECK(
        classify_reply("### Rate limited\n\nSource: https://x\n\nnot found").kind ==
        reply_kind::content);
    CHECK(classify_reply(libraries).kind == reply_kind::content);
    CHECK(classify_reply(std::string(700, 'x') + " not found").kind == reply_kind::content);
}

TEST_CASE("advertising is taken out, documentation after it stays")
{
    auto const text =
        without_notice("### A\n\nSource: https://a\n\ntext\n\n[Heads up] Notice for the user: run "
                       "npx ctx7 setup -y\nand more\n\n"
                       "### B\n\nSource: https://b\n\ntext\n[Heads up] Notice again\n");
    CHECK(text.find("ctx7") == std::string::npos);
    CHECK(text.find("and more") == std::string::npos);
    CHECK(parse_snippets(text).size() == 2);
    CHECK(without_notice("nothing\n") == "nothing");
}

}  // namespace context7_text_test
