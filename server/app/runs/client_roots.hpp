#pragma once

// Which of several allowed folders a call is about, where it does not say: the one that the client
// has open (client/roots). Clients are asked only where it is not plain anyway: the server was
// given more than one folder, or one that holds projects and is none.

#include "protocol/input.hpp"
#include "server/request_context.hpp"

#include <string>
#include <vector>

namespace app {

class client_roots {
public:
    // Folders that may be read. Looks at the disk, once.
    explicit client_roots(std::vector<std::string> allowed);

    // Whether the handler has to ask first: mcp::list_roots(), under `key`.
    bool must_ask(server::request_context const& ctx) const;

    // The first of the client's roots that is a project inside an allowed folder; empty: none is.
    std::string project(server::request_context const& ctx) const;

    static constexpr char const* key = "roots";

private:
    std::vector<std::string> allowed_;
    bool plain_ = true;
};

// The path of a file: URI of this machine; empty for any other.
std::string path_of_uri(std::string const& uri);

}  // namespace app
