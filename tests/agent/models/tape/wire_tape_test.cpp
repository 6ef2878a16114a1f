#include "agent/models/tape/wire_tape.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

namespace wire_tape_test {

using agent::http_errc;
using agent::wire_exchange;
using agent::wire_player;
using agent::wire_recorder;

namespace {

wire_exchange exchange(std::string request, std::string response)
{
    wire_exchange out;
    out.url = "https://example.com/v1/messages";
    out.request = std::move(request);
    out.status = 200;
    out.headers = {{"content-type", "text/event-stream"}};
    out.response = std::move(response);
    return out;
}

std::string as_it_is(std::string text)
{
    return text;
}

}  // namespace

TEST_CASE("what was recorded is played: the same request first, else in order, and each once")
{
    test::temporary_project const at;
    auto const folder = (at.path() / "tape").string();
    wire_recorder recorder(folder, as_it_is);
    std::string const bytes("a\0\xff\xc3\x28\n\"\\", 9);  // no UTF-8
    REQUIRE(recorder.write(exchange("one", bytes)).has_value());
    auto failed = exchange("two", "cut");
    failed.failure = agent::wire_failure{http_errc::broken, "it hung up"};
    REQUIRE(recorder.write(failed).has_value());
    // Another process goes on behind it.
    wire_recorder other(folder, as_it_is);
    REQUIRE(other.write(exchange("one", "again")).has_value());

    auto player = wire_player::open(folder);
    REQUIRE(player.has_value());
    CHECK(player->size() == 3);
    CHECK(player->first().response == bytes);
    auto const second = player->next("two");
    REQUIRE(second.what != nullptr);
    CHECK(second.exact);
    CHECK(second.what->failure->kind == http_errc::broken);
    CHECK(player->next("one").what->response == bytes);
    auto const third = player->next("never said");
    CHECK(!third.exact);
    CHECK(third.what->response == "again");
    CHECK(player->next("one").what == nullptr);
}

TEST_CASE("what is recorded holds no secret, and is for its owner's eyes")
{
    test::temporary_project const at;
    auto const folder = (at.path() / "tape").string();
    wire_recorder recorder(folder, [](std::string text) {
        auto const found = text.find("SECRET");
        return found == std::string::npos ? text : text.replace(found, 6, "***");
    });
    auto said = exchange("my SECRET", "your SECRET");
    said.failure = agent::wire_failure{http_errc::broken, "a SECRET"};
    REQUIRE(recorder.write(said).has_value());
    std::ifstream in(folder + "/000001.json");
    std::string const text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    CHECK(text.find("SECRET") == std::string::npos);
    CHECK(text.find("your ***") != std::string::npos);
    struct stat status {};
    REQUIRE(::stat((folder + "/000001.json").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    auto const files = std::distance(std::filesystem::directory_iterator(folder), {});
    CHECK(files == 1);
    REQUIRE(::stat(folder.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("what cannot be recorded or played is said in a sentence")
{
    test::temporary_project const at;
    at.write("file", "x");
    auto const text = at.path().string();
    CHECK(!wire_recorder(text + "/file", as_it_is).write(exchange("a", "b")).has_value());
    CHECK(wire_player::open(text + "/none").error().find("cannot be read") != std::string::npos);
    at.write("empty/readme.txt", "x");
    CHECK(wire_player::open(text + "/empty").error().ends_with("holds no recorded exchange"));
    at.write("killed/part-abc", "{\"url\":");  // by kill -9, in the middle
    CHECK(wire_player::open(text + "/killed").error().ends_with("holds no recorded exchange"));
    at.write("bad/1.json", "{");
    CHECK(wire_player::open(text + "/bad").error().find("is not JSON") != std::string::npos);
    at.write("odd/1.json", "{\"url\":1}");
    CHECK(
        wire_player::open(text + "/odd").error().find("is no recorded exchange: exchange.url") !=
        std::string::npos);
}

}  // namespace wire_tape_test
