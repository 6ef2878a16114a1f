#include "agent/docs/bundled/index/word_stems.hpp"

#include <doctest/doctest.h>

namespace word_stems_test {

using namespace agent;

TEST_CASE("words are known without case, accents and endings")
{
    sqlite_database const db(":memory:", sqlite_database::mode::create);
    word_stems stems(db);
    auto const all = [&stems](std::string_view text) {
        std::string out;
        for (auto const word : stems.of(text))
            out += std::string(word) + " ";
        return out;
    };
    CHECK(all("Revalidating caches") == all("revalidated CACHE"));
    CHECK(all("café") == "cafe ");
    CHECK(all("use_cache a.b") == "us cach a b ");
    CHECK(all("").empty());
    CHECK(all("?! --").empty());
    CHECK(all(std::string("a\0b", 3)) == "a b ");
    CHECK(stems.of(std::string(1 << 20, 'x')).size() == 1);
}

}  // namespace word_stems_test
