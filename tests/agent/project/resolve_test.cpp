#include "agent/project/resolve.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <unistd.h>

namespace resolve_test {

namespace fs = std::filesystem;

TEST_CASE("a project is an allowed folder or one below it, and nothing else")
{
    auto const base =
        fs::canonical(fs::temp_directory_path()) / ("nbe-roots-" + std::to_string(::getpid()));
    fs::create_directories(base / "repo/apps/web");
    fs::create_directories(base / "repo-evil");
    fs::create_directory_symlink(base / "repo-evil", base / "repo/link");
    std::vector<std::string> const roots{(base / "repo").string()};

    CHECK(*agent::resolve_project("", roots) == (base / "repo").string());
    CHECK(*agent::resolve_project("apps/web", roots) == (base / "repo/apps/web").string());
    CHECK(
        *agent::resolve_project((base / "repo/apps").string(), roots) ==
        (base / "repo/apps").string());
    for (std::string const outside : {"..", "../repo-evil", "link", "/etc", "/", "apps/missing"})
        CHECK(!agent::resolve_project(outside, roots));
    CHECK(
        agent::resolve_project("/etc", roots).error().message.find(roots[0]) != std::string::npos);
    CHECK(agent::resolve_project("", {}).error().message.find("--project") != std::string::npos);
    fs::remove_all(base);
}

}  // namespace resolve_test
