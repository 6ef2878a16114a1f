#include "agent/docs/context7/kept/answer_cache.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace answer_cache_test {

using namespace agent;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

class folder {
public:
    folder()
        : path_(
              fs::temp_directory_path() /
              ("nbe-answers-" + std::to_string(::getpid()) + "-" + std::to_string(++count)))
    {
        fs::remove_all(path_);
    }
    folder(folder const&) = delete;
    folder& operator=(folder const&) = delete;
    ~folder() { fs::remove_all(path_); }
    fs::path const& path() const { return path_; }
    fs::path file() const { return path_ / "context7.sqlite"; }

private:
    static inline int count = 0;
    fs::path path_;
};

struct hand_clock {
    answer_cache::clock::time_point time{1'800'000'000s};
    auto reader()
    {
        return [this] { return time; };
    }
};

}  // namespace

TEST_CASE("an answer is kept for the next process, fresh for its time and there after it")
{
    folder const here;
    hand_clock clock;
    {
        answer_cache first(here.path(), clock.reader());
        CHECK(!first.find("a"));
        first.keep("a", "Context7 4", std::string("x\0y", 3), 24h);
        CHECK(first.warning().empty());
    }
    struct stat info {};
    REQUIRE(::stat(here.file().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);

    answer_cache second(here.path(), clock.reader());
    clock.time += 24h - 1s;
    auto const fresh = second.find("a");
    REQUIRE(fresh);
    CHECK(fresh->fresh);
    CHECK(fresh->body == std::string("x\0y", 3));
    CHECK(fresh->server == "Context7 4");
    CHECK(fresh->stored == answer_cache::clock::time_point(1'800'000'000s));
    clock.time += 1s;
    CHECK(!second.find("a")->fresh);
    clock.time -= 48h;
    CHECK(!second.find("a")->fresh);  // from the future
}

TEST_CASE("kept answers are bounded, the oldest goes first, and what is too large is not kept")
{
    folder const here;
    hand_clock clock;
    answer_cache cache(here.path(), clock.reader(), 10'000);
    for (int i = 0; i < 10; ++i) {
        clock.time += 1s;
        cache.keep(std::to_string(i), "", std::string(3000, 'x'), 1h);
    }
    CHECK(!cache.find("6"));
    CHECK(cache.find("7"));
    CHECK(cache.find("9"));
    cache.keep("huge", "", std::string((1 << 20) + 1, 'x'), 1h);
    CHECK(!cache.find("huge"));
    CHECK(cache.find("9"));
}

TEST_CASE("a file of answers that is damaged or another program's is left alone, and said once")
{
    for (std::string const& content :
         {std::string("not a database at all, but long enough"),
          std::string("SQLite format 3\0", 16) + std::string(200, 'x')}) {
        folder const here;
        fs::create_directories(here.path());
        std::ofstream(here.file()) << content;
        answer_cache cache(here.path());
        cache.keep("a", "", "body", 1h);
        CHECK(cache.find("a")->body == "body");
        CHECK(cache.warning().find("context7.sqlite") != std::string::npos);
        CHECK(cache.warning().empty());
        std::ifstream in(here.file());
        CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == content);
    }
    folder const foreign;
    fs::create_directories(foreign.path());
    {
        sqlite_database other(foreign.file().string(), sqlite_database::mode::create);
        other.run("CREATE TABLE answers(key TEXT PRIMARY KEY)");
    }
    answer_cache cache(foreign.path());
    cache.keep("a", "", "body", 1h);
    CHECK(cache.find("a"));
    CHECK(cache.warning().find("another program") != std::string::npos);
}

TEST_CASE("answers live in memory where their directory cannot be made or the file is a link")
{
    answer_cache nowhere("/proc/nowhere");
    nowhere.keep("a", "", "body", 1h);
    CHECK(nowhere.find("a"));
    CHECK(!nowhere.warning().empty());

    folder const here;
    fs::create_directories(here.path());
    fs::create_symlink(here.path() / "elsewhere", here.file());
    answer_cache linked(here.path());
    linked.keep("a", "", "body", 1h);
    CHECK(linked.find("a"));
    CHECK(!linked.warning().empty());
    CHECK(!fs::exists(here.path() / "elsewhere"));

    answer_cache memory({});
    memory.keep("a", "", "body", 1h);
    CHECK(memory.find("a"));
    CHECK(memory.warning().empty());
}

TEST_CASE("two processes keep answers in one file, and both begin it")
{
    folder const here;
    answer_cache one(here.path());
    answer_cache two(here.path());
    std::thread other([&] {
        for (int i = 0; i < 20; ++i)
            two.keep("two" + std::to_string(i), "", "body", 1h);
    });
    for (int i = 0; i < 20; ++i)
        one.keep("one" + std::to_string(i), "", "body", 1h);
    other.join();
    CHECK(one.warning().empty());
    CHECK(two.warning().empty());
    CHECK(one.find("two19"));
    CHECK(two.find("one19"));
}

}  // namespace answer_cache_test
