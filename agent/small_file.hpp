#pragma once

// Files that the user's own configuration names: a key, a table of prices. Not for paths that a
// peer or a model gives; those go through the project's root.

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>

namespace agent {

// The whole of a regular file. The error completes a sentence that begins with the file's name: "is
// not a regular file". Never blocks on what is not a file. `mode` receives its permissions.
boost::system::result<std::string, std::string>
read_small_file(std::string const& path, std::size_t largest, unsigned* mode = nullptr);

}  // namespace agent
