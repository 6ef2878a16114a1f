#include "agent/docs/context7/libraries.hpp"

#include <doctest/doctest.h>

namespace libraries_test {

using namespace agent;

namespace {

library_entry entry(std::string id, std::string title, int snippets, reputation source)
{
    library_entry e;
    e.id = std::move(id);
    e.title = std::move(title);
    e.snippets = snippets;
    e.source = source;
    return e;
}

std::string chosen(std::vector<library_entry> const& entries, std::string_view package)
{
    auto const* best = choose_library(entries, package);
    return best ? best->id : "";
}

}  // namespace

TEST_CASE("the library that carries the package's name is chosen, the better known of two")
{
    std::vector<library_entry> const entries{
        entry("/someone/valibot-fork", "Valibot", 20, reputation::low),
        entry("/websites/valibot_dev", "Valibot", 4000, reputation::high),
        entry("/other/thing", "Form validation", 9000, reputation::high)};
    CHECK(chosen(entries, "valibot") == "/websites/valibot_dev");
    CHECK(chosen(entries, "left-pad").empty());
    CHECK(chosen({}, "valibot").empty());
}

TEST_CASE("a scoped package is not taken for the unscoped one of that name")
{
    std::vector<library_entry> const entries{
        entry("/vercel/next.js", "Next.js", 9000, reputation::high),
        entry("/acme/docs", "Acme", 10, reputation::medium)};
    CHECK(chosen(entries, "@acme/nextjs") == "/acme/docs");
    CHECK(chosen(entries, "@unknown/nextjs").empty());
    CHECK(library_name("@acme/nextjs") == "acme nextjs");
    CHECK(library_name("zod") == "zod");
}

TEST_CASE("the nearest version is itself, else the newest before, else the oldest after")
{
    std::vector<std::string> const tags{
        "v14.3.0-canary.87",
        "v13.5.11",
        "__branch__01-02-copy_58398",
        "v16.1.6",
        "v16.0.3",
        "v5_84_1",
        "16.9.0",
        "pkg@2.1.0"};
    CHECK(nearest_tag(tags, "16.4.6") == "v16.1.6");
    CHECK(nearest_tag(tags, "16.0.3") == "v16.0.3");
    CHECK(nearest_tag(tags, "16.0.0") == "v16.0.3");
    CHECK(nearest_tag(tags, "5.90.0") == "v5_84_1");
    CHECK(nearest_tag(tags, "2.1.4") == "pkg@2.1.0");
    CHECK(nearest_tag(tags, "14.3.0").empty());
    CHECK(nearest_tag(tags, "12.0.0").empty());
    CHECK(nearest_tag(tags, "").empty());
    CHECK(nearest_tag(tags, "latest").empty());
    CHECK(nearest_tag({"v99999999999999999999.0.0"}, "1.0.0").empty());
    CHECK(is_release("16.4.6"));
    CHECK(!is_release("16.4.6-canary.1"));
    CHECK(!is_release(""));
}

}  // namespace libraries_test
