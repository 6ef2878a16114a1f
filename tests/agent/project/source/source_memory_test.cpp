#include "agent/project/fingerprint.hpp"
#include "agent/project/source/source_memory.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <doctest/doctest.h>

namespace source_memory_test {

using agent::directory_entry;
using agent::source_facts;
using agent::source_memory;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

auto const now = source_memory::clock::time_point(1'000'000s);

directory_entry file(std::string path, std::chrono::nanoseconds modified = 900'000s)
{
    directory_entry out;
    out.path = std::move(path);
    out.size = 10;
    out.inode = 5;
    out.modified_ns = modified.count();
    return out;
}

std::shared_ptr<source_facts const> facts()
{
    return std::make_shared<source_facts const>();
}

}  // namespace

TEST_CASE("what a source said is known for as long as the file is the same")
{
    source_memory memory;
    auto const kept = facts();
    memory.keep("/a", file("x.ts"), kept, now);
    CHECK(memory.find("/a", file("x.ts")) == kept);
    CHECK(!memory.find("/b", file("x.ts")));
    CHECK(!memory.find("/a", file("y.ts")));
    CHECK(!memory.find("/a", file("x.ts", 900'001s)));
    auto other = file("x.ts");
    other.size = 11;
    CHECK(!memory.find("/a", other));
    other = file("x.ts");
    other.inode = 6;
    CHECK(!memory.find("/a", other));
}

TEST_CASE("a source that was changed a moment ago, or in the future, is not kept")
{
    source_memory memory;
    memory.keep("/a", file("x.ts", 999'999s), facts(), now);
    memory.keep("/a", file("y.ts", 2'000'000s), facts(), now);
    CHECK(!memory.find("/a", file("x.ts", 999'999s)));
    CHECK(!memory.find("/a", file("y.ts", 2'000'000s)));
}

TEST_CASE("of too many sources the one that was asked for longest ago is forgotten")
{
    source_memory memory(2);
    for (auto const* name : {"a", "b"})
        memory.keep("/", file(name), facts(), now);
    CHECK(memory.find("/", file("a")));
    memory.keep("/", file("c"), facts(), now);
    CHECK(memory.find("/", file("a")));
    CHECK(!memory.find("/", file("b")));
    CHECK(memory.find("/", file("c")));
    memory.keep("/", file("c", 900'001s), facts(), now);  // in its own place
    CHECK(memory.find("/", file("a")));
}

TEST_CASE("a fingerprint sees what was changed since the last one")
{
    test::temporary_project const project;
    project.write("package.json", R"({"dependencies":{"next":"16.0.0"}})");
    project.write("app/api/a/route.ts", "export async function GET() {}\n");
    auto const path = project.path() / "app/api/a/route.ts";
    auto const old = fs::file_time_type::clock::now() - 1h;
    auto methods = [&] {
        auto const read = agent::read_fingerprint(project.root(), agent::knowledge());
        REQUIRE(read.route_handlers.size() == 1);
        return read.route_handlers[0].methods;
    };
    fs::last_write_time(path, old);
    CHECK(methods() == std::vector<std::string>{"GET"});
    CHECK(methods() == std::vector<std::string>{"GET"});
    // As long as before, and as old.
    project.write("app/api/a/route.ts", "export async function PUT() {}\n");
    CHECK(methods() == std::vector<std::string>{"PUT"});
    fs::last_write_time(path, old + 1s);
    CHECK(methods() == std::vector<std::string>{"PUT"});
}

}  // namespace source_memory_test
