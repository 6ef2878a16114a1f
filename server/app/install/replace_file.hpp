#pragma once

// Files of other programs, read and replaced whole. Blocking.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

// Nothing: there is none. Throws std::runtime_error for one that cannot be read or is larger.
std::optional<std::string> read_whole(std::string const& path, std::size_t most);

// With its mode, through a symbolic link, and durable. A new one can be read by its owner alone.
// Throws std::runtime_error with a sentence; also where the file is not `before` any more.
// Nothing before: it does not matter what is there.
void replace_file(
    std::string const& path, std::optional<std::string> const& before, std::string_view text);

// Those that were not there, the outermost first.
std::vector<std::string> make_folders(std::filesystem::path const& folder);

}  // namespace app
