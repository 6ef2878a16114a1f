#pragma once

// A directory for one test, and what its runs look like.

#include "agent/runs/store/run_store.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace test {

class state_directory {
public:
    state_directory()
    {
        auto name = (std::filesystem::temp_directory_path() / "nbe-runs-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    state_directory(state_directory const&) = delete;
    state_directory& operator=(state_directory const&) = delete;
    ~state_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string const& path() const { return path_; }
    std::string operator/(std::string const& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline unsigned permissions(std::string const& file)
{
    struct stat info {};
    return ::lstat(file.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

inline std::string const nobody(32, 'a');  // an owner who is dead

inline agent::run_row
row(std::string id, std::string owner = "", agent::run_state state = agent::run_state::working)
{
    agent::run_row out;
    out.id = std::move(id);
    out.owner = std::move(owner);
    out.state = state;
    out.request = R"({"task":"x"})";
    return out;
}

}  // namespace test
