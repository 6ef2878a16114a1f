#include "agent/project/diff.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <unistd.h>

namespace diff_test {

namespace {

void write(std::filesystem::path const& to, std::string const& text)
{
    std::filesystem::create_directories(to.parent_path());
    std::ofstream(to, std::ios::binary) << text;
}

std::string read(std::filesystem::path const& from)
{
    std::ifstream in(from, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a diff shows the change with a few lines around it")
{
    CHECK(
        agent::unified_diff(
            "lib/a.ts", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
        "diff --git a/lib/a.ts b/lib/a.ts\n--- a/lib/a.ts\n+++ b/lib/a.ts\n"
        "@@ -2,8 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n");
    CHECK(
        agent::unified_diff("new.ts", {}, "x\n") ==
        "diff --git a/new.ts b/new.ts\nnew file mode 100644\n--- /dev/null\n+++ b/new.ts\n"
        "@@ -0,0 +1,1 @@\n+x\n");
    CHECK(agent::unified_diff("a", "x", {})
              .ends_with("@@ -1,1 +0,0 @@\n-x\n\\ No newline at end of file\n"));
    CHECK(
        agent::unified_diff("empty.ts", {}, "") ==
        "diff --git a/empty.ts b/empty.ts\nnew file mode 100644\n");
}

TEST_CASE("git applies a diff to what it was made from, whatever changed")
{
    namespace fs = std::filesystem;
    auto const dir = fs::temp_directory_path() / ("nbe-diff-" + std::to_string(::getpid()));
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        std::string before;
        std::string after;
        for (int line = 0; line < 40; ++line) {
            auto const text = std::to_string(random() % 12) + "\n";
            auto const what = random() % 8;
            if (what != 0)
                before += text;
            if (what != 1)
                after += what == 2 ? "changed\n" : text;
        }
        if (round % 3 == 0)
            after += "no end";
        if (round % 5 == 0)
            before += "none here";
        fs::remove_all(dir);
        write(dir / "app/x.ts", before);
        write(dir / "patch", agent::unified_diff("app/x.ts", before, after));
        auto const command = "cd " + dir.string() + " && git apply --unsafe-paths patch";
        CAPTURE(read(dir / "patch"));
        CHECK(std::system(command.c_str()) == 0);
        CHECK(read(dir / "app/x.ts") == after);
    }
    fs::remove_all(dir);
}

}  // namespace diff_test
