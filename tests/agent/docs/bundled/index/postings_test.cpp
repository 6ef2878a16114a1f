#include "agent/docs/bundled/index/postings.hpp"

#include <doctest/doctest.h>

namespace postings_test {

using namespace agent;

TEST_CASE("a word that stands in fewer sections says more, and one that stands more often, too")
{
    std::vector<std::uint16_t> const lengths{20, 20, 20, 20};
    postings rare, common;
    rare.add(2, 2);
    for (std::uint32_t section = 0; section < 4; ++section)
        common.add(section, section == 1 ? 8 : 2);
    section_scores scores(lengths);
    REQUIRE(scores.add(rare.bytes(), rare.sections(), 1));
    REQUIRE(scores.add(common.bytes(), common.sections(), 1));
    CHECK(scores.all()[2] > scores.all()[1]);
    CHECK(scores.all()[1] > scores.all()[0]);
    CHECK(scores.all()[0] > 0);
    CHECK(scores.all()[0] == scores.all()[3]);
}

TEST_CASE("the same word in a shorter section says more, and a smaller weight less")
{
    std::vector<std::uint16_t> const lengths{10, 400, 10};
    postings word;
    word.add(0, 2);
    word.add(1, 2);
    section_scores whole(lengths), half(lengths);
    REQUIRE(whole.add(word.bytes(), word.sections(), 1));
    REQUIRE(half.add(word.bytes(), word.sections(), 0.5));
    CHECK(whole.all()[0] > whole.all()[1]);
    CHECK(half.all()[0] == doctest::Approx(whole.all()[0] / 2));
    CHECK(whole.all()[2] == 0);
}

TEST_CASE("large numbers of sections and weights come back")
{
    std::vector<std::uint16_t> const lengths(40'000, 2);
    postings word;
    for (std::uint32_t const section : {0U, 127U, 128U, 16'383U, 16'384U, 39'999U})
        word.add(section, 300);
    CHECK(word.sections() == 6);
    section_scores scores(lengths);
    REQUIRE(scores.add(word.bytes(), word.sections(), 1));
    for (std::uint32_t const section : {0U, 127U, 128U, 16'383U, 16'384U, 39'999U})
        CHECK(scores.all()[section] > 0);
    CHECK(scores.all()[1] == 0);
}

TEST_CASE("damaged postings are told, and lead nowhere")
{
    std::vector<std::uint16_t> const lengths{2, 2};
    for (std::string const& bytes :
         {std::string("\x80"),
          std::string("\x01"),
          std::string("\x05\x01", 2),
          std::string("\xff\xff\xff\xff\xff\xff\x01", 7),
          std::string("\x01\x02\x01\x02", 4)}) {
        section_scores scores(lengths);
        CHECK_FALSE(scores.add(bytes, 1, 1));
    }
    std::vector<std::uint16_t> const nothing;
    section_scores none(nothing);
    CHECK(none.add("", 0, 1));
}

}  // namespace postings_test
