#pragma once

// Where Node.js is when PATH does not say: desktop hosts start their servers with a bare PATH,
// without what nvm, volta, asdf, fnm, mise or Homebrew add in a shell's start-up files
// (hosts-and-domain 3.3).

#include <string>

namespace agent {

// `path` and, after it, the folders below `home` and in the usual places that hold a `node`. Newest
// version first.
std::string path_with_node(std::string path, std::string const& home);

}  // namespace agent
