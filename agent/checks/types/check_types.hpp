#pragma once

// The project's own type checker over the project with staged changes, and what of its errors the
// changes have brought. `next typegen` and `tsc --noEmit` of the project's own packages run on a
// copy inside the project (shadow) by a node that is found without PATH; hosts-and-domain 2.4.
//
// What is executed: next.config, as it is on the disk, by `next typegen` (source_copy says how the
// changes stay out of it), with a clean environment, without the values of .env files, within
// limits of time and memory. It is not confined otherwise. If it cannot be loaded, the types of the
// routes are made without it. A build, which has to be asked for, executes the changes, too.
//
// The base, without the changes, is checked only if there are errors, and remembered.
//
// Cancellation ends the processes at once; the copy is removed on the pool.

#include "agent/checks/types/output/diagnostic.hpp"
#include "agent/checks/types/tools/node_tools.hpp"
#include "agent/project/staged_edits.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace agent {

struct types_limits {
    std::chrono::milliseconds typegen{60'000};
    std::chrono::milliseconds tsc{180'000};
    std::chrono::milliseconds build{600'000};
    std::uint64_t memory = 4ULL << 30U;  // bytes of each process
    std::size_t output = 1U << 20U;      // bytes of a tool's output that are read
    std::size_t diagnostics = 100;       // that are told
};

struct types_request {
    project_root project;
    std::vector<file_change> changes;
    bool build = false;  // next build, too, if the types pass
    tool_environment environment;
    std::string memory;  // an absolute folder for what is known of bases; empty: none
    types_limits limits = types_limits();
};

struct tool_time {
    std::string tool;  // "next typegen", "tsc", "tsc of the base"
    std::chrono::milliseconds took{0};
};

struct types_result {
    enum class verdict {
        passed,   // no error that was not there before
        failed,   // `introduced` says which are new
        not_run,  // `reason` says why, and what to do
        timed_out,
        crashed,
    };
    verdict status = verdict::not_run;
    std::string reason;  // a sentence for people, empty for passed and failed

    std::vector<diagnostic> introduced;   // at most types_limits::diagnostics
    std::vector<diagnostic> preexisting;  // likewise
    std::size_t introduced_count = 0;
    std::size_t preexisting_count = 0;
    bool checked = false;     // the type checker has ended, whatever came of a build after it
    bool built = false;       // next build has ended, well or with `introduced`
    std::string base_broken;  // why it ends badly without the changes, too; empty: it does not

    std::string typescript_version;
    std::string next_version;
    std::string node;  // the program
    std::vector<tool_time> times;
    std::vector<std::string> notes;  // what was left out of the check, a sentence each
};

// Throws only operation_aborted. `pool` does what blocks.
boost::asio::awaitable<types_result>
check_types(types_request request, boost::asio::any_io_executor pool);

std::string_view name_of(types_result::verdict status);

}  // namespace agent
