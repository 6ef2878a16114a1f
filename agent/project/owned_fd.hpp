#pragma once

// What project_root's two halves share: an owned file descriptor, and how a refusal is worded.

#include "agent/project/paths.hpp"

#include <string>
#include <unistd.h>

namespace agent {

class owned_fd {
public:
    explicit owned_fd(int fd) : fd_(fd) {}
    owned_fd(owned_fd const&) = delete;
    owned_fd& operator=(owned_fd const&) = delete;
    ~owned_fd() { ::close(fd_); }

    int get() const { return fd_; }

private:
    int fd_;
};

file_error open_failure(std::string const& path, int error);
file_error access_refused(std::string const& path, std::string const& why);

}  // namespace agent
