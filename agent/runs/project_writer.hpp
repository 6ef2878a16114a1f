#pragma once

// Writes what runs have made into the projects they were made for, with a way back: each run has a
// backup below the state directory (applied/RUN, apply.hpp), which goes when the run is removed, or
// after a month. A run that goes on and writes again is undone first, so that its backup is always
// of how the project was before the run.

#include "agent/checks/verification.hpp"
#include "agent/project/apply/apply.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace agent {

class curl_multi;

class project_writer {
public:
    // An empty directory: nothing is kept, so nothing can be written either. `transfers` is how a
    // running dev server is asked.
    project_writer(
        std::string const& state_directory,
        boost::asio::any_io_executor pool,
        curl_multi& transfers,
        mcp::logger log);

    // Brings back what processes that died have left half written; once, at the start.
    boost::asio::awaitable<void> recover();

    // None of these is cancelled in the middle. `run` is an id of ours; `project` is absolute.
    boost::asio::awaitable<apply_result>
    apply(std::string run, std::string project, std::vector<file_change> changes);
    boost::asio::awaitable<apply_result> undo(std::string run);

    // What a dev server of the project says of these files once they are written (dev_server.hpp).
    boost::asio::awaitable<check_result>
    compile(std::string project, std::vector<std::string> files);

    boost::asio::awaitable<void> forget(std::string run);

private:
    std::string backup_of(std::string const& run) const;

    std::string directory_;
    boost::asio::any_io_executor pool_;
    curl_multi& transfers_;
    mcp::logger log_;
};

}  // namespace agent
