#pragma once

// Sockets that the service manager opened for us before it started us (sd_listen_fds(3)): from
// descriptor 3 on, counted in LISTEN_FDS, meant for us if LISTEN_PID is our process. One that is
// called "http" (FileDescriptorName=) speaks HTTP. Pure: the composer asks for them.

#include "server/transports/listen_address.hpp"

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace server {

// None if there are none, or they are another process's. At most 64 are taken.
std::vector<inherited_address> activated_sockets(
    std::function<std::optional<std::string>(char const*)> const& environment, pid_t self);

}  // namespace server
