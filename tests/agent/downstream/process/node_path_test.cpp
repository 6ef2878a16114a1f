#include "agent/downstream/process/node_path.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace node_path_test {

namespace fs = std::filesystem;

TEST_CASE("a bare PATH is completed with the folders that hold a node, newest nvm version first")
{
    auto const home = fs::temp_directory_path() / ("nbe-home-" + std::to_string(::getpid()));
    for (auto const* version : {"v9.1.0", "v22.3.0", "v20.20.2"}) {
        fs::create_directories(home / ".nvm/versions/node" / version / "bin");
        std::ofstream(home / ".nvm/versions/node" / version / "bin/node") << "";
    }
    fs::create_directories(home / ".volta/bin");
    for (auto const* folder :
         {".volta/tools/image/node/20.1.0/bin",
          ".asdf/installs/nodejs/18.2.0/bin",
          ".local/share/fnm/node-versions/v21.0.0/installation/bin"}) {
        fs::create_directories(home / folder);
        std::ofstream(home / folder / "node") << "";
    }
    auto const path = agent::path_with_node("/bin", home.string());
    auto const at = [&](std::string const& part) { return path.find(part); };
    CHECK(path.starts_with("/bin:"));
    CHECK(at("v22.3.0") < at("v20.20.2"));
    CHECK(at("v20.20.2") < at("v9.1.0"));
    CHECK(at(".volta/bin") == std::string::npos);
    CHECK(at("v9.1.0") < at(".volta/tools/image/node/20.1.0/bin"));
    CHECK(at("nodejs/18.2.0/bin") < at("v21.0.0/installation/bin"));
    CHECK(at("v21.0.0/installation/bin") != std::string::npos);
    CHECK(agent::path_with_node(path, home.string()) == path);
    fs::remove_all(home);
}

}  // namespace node_path_test
