#pragma once

// A project of four files, and changes to them of every kind.

#include "agent/project/apply/apply.hpp"
#include "protocol/sha256.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <unistd.h>
#include <vector>

namespace test {

inline agent::file_change
change_of(agent::change_kind kind, std::string path, std::string text, std::string const& base)
{
    agent::file_change out;
    out.path = std::move(path);
    out.kind = kind;
    out.text = std::move(text);
    if (kind != agent::change_kind::created)
        out.base_sha256 = mcp::sha256_hex(base);
    return out;
}

class small_app {
public:
    small_app()
    {
        for (auto const& [name, text] : before())
            files.write(name, text);
        std::filesystem::permissions(files.path() / "run.mjs", std::filesystem::perms(0750));
    }

    static std::map<std::string, std::string> before()
    {
        return {
            {"app/api/notes/route.ts", "old notes"},
            {"lib/gone.ts", "old gone"},
            {"run.mjs", "old run"},
            {"same.ts", "same"}};
    }

    static std::map<std::string, std::string> after()
    {
        return {
            {"app/api/notes/route.ts", "new notes"},
            {"app/api/users/[id]/route.ts", "new users"},
            {"run.mjs", "new run"},
            {"same.ts", "same"}};
    }

    static std::vector<agent::file_change> changes()
    {
        using agent::change_kind;
        return {
            change_of(change_kind::modified, "run.mjs", "new run", "old run"),
            change_of(change_kind::modified, "app/api/notes/route.ts", "new notes", "old notes"),
            change_of(change_kind::created, "app/api/users/[id]/route.ts", "new users", ""),
            change_of(change_kind::deleted, "lib/gone.ts", "", "old gone")};
    }

    // Every file there is, temporary ones too.
    std::map<std::string, std::string> now() const
    {
        std::map<std::string, std::string> out;
        for (auto const& item : std::filesystem::recursive_directory_iterator(files.path()))
            if (!item.is_symlink() && item.is_regular_file()) {
                std::ifstream in(item.path(), std::ios::binary);
                out[item.path().lexically_relative(files.path()).string()] =
                    std::string(std::istreambuf_iterator<char>(in), {});
            }
        return out;
    }

    std::string backup() const { return (files.outer() / "state/backup").string(); }

    temporary_project files{quick_folder()};

private:
    // In memory, where there is such a place: what is synced hundreds of times is slow on a disk.
    static std::filesystem::path quick_folder()
    {
        std::filesystem::path const memory = "/dev/shm";
        return ::access(memory.c_str(), W_OK) == 0 ? memory
                                                   : std::filesystem::temp_directory_path();
    }
};

}  // namespace test
