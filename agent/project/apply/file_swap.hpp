#pragma once

// One file brought from the contents it has to other ones, without ever losing what somebody else
// wrote into it meanwhile: the two change places in one step of the kernel, then what came out is
// looked at, and goes back if it is not what was expected. Blocking.

#include "agent/project/apply/apply_journal.hpp"

#include <string>
#include <string_view>

namespace agent {

struct swapped_file {
    std::string path;
    std::string temporary;    // beside it
    std::string from_sha256;  // empty: no file
    std::string to_sha256;    // empty: no file
    unsigned mode = 0;        // 0: as the umask says
};

enum class swap_result {
    done,
    conflict,  // the file is not what was expected, and was left as it is
    failed,
};

// Puts the new contents beside the file, on the disk. Not for a file that shall be none.
boost::system::error_code
prepare_swap(writable_folder& project, swapped_file const& file, std::string_view bytes);

swap_result
swap(writable_folder& project, swapped_file const& file, boost::system::error_code& failure);

// The SHA-256 of a file; empty where there is none. Of what is no file, or too large, it is one
// that no file has.
std::string file_sha256(writable_folder const& project, std::string const& path);

}  // namespace agent
