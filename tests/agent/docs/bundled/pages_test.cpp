#include "agent/docs/bundled/pages.hpp"

#include <doctest/doctest.h>

namespace pages_test {

using namespace agent;

TEST_CASE("a page's front matter is read, and is no part of its body")
{
    auto const page = parse_page("---\n"
                                 "title: route.js\n"
                                 "description: API reference\n"
                                 "related:\n"
                                 "  links:\n"
                                 "    - app/x\n"
                                 "source: app/y\n"
                                 "---\n"
                                 "\nText\n");
    CHECK(page.title == "route.js");
    CHECK(page.description == "API reference");
    CHECK(page.source == "app/y");
    CHECK(page.body == "\nText\n");
}

TEST_CASE("a page without front matter, or with a broken one, is all body")
{
    CHECK(parse_page("Just text").body == "Just text");
    CHECK(parse_page("").body.empty());
    CHECK(parse_page("---\nnever closed").body == "---\nnever closed");
    auto const broken = parse_page("---\ntitle: [a\n---\nText");
    CHECK(broken.title.empty());
    CHECK(broken.body == "Text");
    auto const huge = "---\n" + std::string(20'000, 'x') + "\n---\nText";
    CHECK(parse_page(huge).title.empty());
}

TEST_CASE("each router reads its own blocks")
{
    std::string_view const body =
        "Both\n\n<AppOnly>\n\nFor app\n\n</AppOnly>\n\n"
        "<PagesOnly>\n\nFor pages\n\n</PagesOnly >\n\n"
        "Edit <AppOnly>`app/`</AppOnly><PagesOnly>`pages/`</PagesOnly>.\n";
    auto const app = for_router(body, next_router::app);
    CHECK(app.find("For app") != std::string::npos);
    CHECK(app.find("For pages") == std::string::npos);
    CHECK(app.find("Edit `app/`.") != std::string::npos);
    CHECK(app.find("Only") == std::string::npos);
    auto const pages = for_router(body, next_router::pages);
    CHECK(pages.find("For app") == std::string::npos);
    CHECK(pages.find("For pages") != std::string::npos);
    CHECK(pages.find("Edit `pages/`.") != std::string::npos);
}

TEST_CASE("a tag that is never closed is text, however often it comes")
{
    CHECK(for_router("a <PagesOnly> b", next_router::app) == "a <PagesOnly> b\n");
    std::string many;
    for (int i = 0; i < 50'000; ++i)
        many += "<PagesOnly<AppOnly";
    CHECK(for_router(many, next_router::app).size() == many.size() + 1);
}

TEST_CASE("the JavaScript twin of an example is left out, an example of its own stays")
{
    auto const text = for_router(
        "```ts filename=\"a.ts\" switcher\nlet a: A\n```\n\n"
        "```js filename=\"a.js\" switcher\nlet twin\n```\n\n"
        "```js filename=\"next.config.js\"\nmodule.exports = {}\n```\n",
        next_router::app);
    CHECK(text.find("let a: A") != std::string::npos);
    CHECK(text.find("twin") == std::string::npos);
    CHECK(text.find("module.exports") != std::string::npos);
}

TEST_CASE("comments are left out of prose and kept in code")
{
    auto const text = for_router(
        "a {/* b */}c\n```tsx\n<p>{/* kept */}</p>\n```\nd {/* open\n", next_router::app);
    CHECK(text.find("a c\n") == 0);
    CHECK(text.find("kept") != std::string::npos);
    CHECK(text.find("{/* open") != std::string::npos);
}

TEST_CASE("sections are cut at headings and named by the way to them")
{
    auto const sections = cut_sections(
        "Route Handlers",
        "Intro\n\n## Examples\n\n### Cookies\n\nAbout cookies\n\n```sh\n# no heading\n```\n\n"
        "## Caching\n\nAbout caching\n");
    REQUIRE(sections.size() == 3);
    CHECK(sections[0].title == "Route Handlers");
    CHECK(sections[0].text == "Intro");
    CHECK(sections[1].title == "Route Handlers > Examples > Cookies");
    CHECK(sections[1].text == "About cookies\n\n```sh\n# no heading\n```");
    CHECK(sections[2].title == "Route Handlers > Caching");
}

TEST_CASE("a long section is cut between paragraphs, and a code block that is too long is closed")
{
    std::string text;
    for (int i = 0; i < 10; ++i)
        text += std::string(90, 'a') + "\n\n";
    for (auto const& section : cut_sections("T", text, 200))
        CHECK(section.text.size() <= 200);

    std::string code = "```ts\n";
    for (int i = 0; i < 100; ++i)
        code += "const value = 1\n";
    auto const sections = cut_sections("T", code + "```\n", 200);
    CHECK(sections.size() > 3);
    for (auto const& section : sections) {
        CHECK(section.text.starts_with("```"));
        CHECK(section.text.ends_with("```"));
        CHECK(section.text.size() < 500);
    }
}

TEST_CASE("a file's place is its address")
{
    CHECK(page_url("01-app/02-guides/forms.md") == "/docs/app/guides/forms");
    CHECK(page_url("01-app/01-getting-started/index.md") == "/docs/app/getting-started");
    CHECK(page_url("index.md") == "/docs");
    CHECK(
        page_url("01-app/03-api-reference/04-functions/after.md") ==
        "/docs/app/api-reference/functions/after");
}

}  // namespace pages_test
