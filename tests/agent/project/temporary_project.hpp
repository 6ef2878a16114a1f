#pragma once

#include "agent/project/project_root.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace test {

// A folder with a project in it and room beside it; both are gone at the end.
class temporary_project {
public:
    explicit temporary_project(
        std::filesystem::path const& in = std::filesystem::temp_directory_path())
    {
        auto name = (in / "nbe-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        outer_ = std::filesystem::canonical(name);
        std::filesystem::create_directory(outer_ / "project");
    }
    temporary_project(temporary_project const&) = delete;
    temporary_project& operator=(temporary_project const&) = delete;
    ~temporary_project()
    {
        std::error_code ignored;
        std::filesystem::remove_all(outer_, ignored);
    }

    std::filesystem::path outer() const { return outer_; }
    std::filesystem::path path() const { return outer_ / "project"; }

    void write(std::string const& name, std::string const& text) const
    {
        auto const file = path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    void link(std::string const& target, std::string const& name) const
    {
        std::filesystem::create_directories((path() / name).parent_path());
        std::filesystem::create_symlink(target, path() / name);
    }

    agent::project_root root() const { return *agent::project_root::open(path().string()); }

private:
    std::filesystem::path outer_;
};

}  // namespace test
