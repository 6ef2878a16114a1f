#pragma once

// Checks what a run has staged, before anybody sees it: the conventions at once, then the types by
// the project's own compiler, then its build if that was asked for. The rows say what each found,
// or why it did not run.

#include "agent/checks/types_in_turn.hpp"
#include "agent/checks/verification.hpp"
#include "agent/project/fingerprint.hpp"
#include "agent/project/staged_edits.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct check_setup {
    boost::asio::any_io_executor pool;
    bool project = true;  // there is one
    verify_level level = verify_level::types;
    types_setup types;
    std::function<void(std::string_view)> progress;
};

class staged_check {
public:
    // Both outlive it.
    staged_check(staged_edits const& edits, fingerprint facts, check_setup setup);

    // `to_install`: packages that the files may import although they are not installed yet. Nothing
    // is run twice for the same changes. Throws only operation_aborted.
    boost::asio::awaitable<checked_edits> run(std::vector<std::string> to_install);

    // For a run that ended before its time: nothing of the project is run.
    boost::asio::awaitable<checked_edits> without_tools(std::string why);

private:
    boost::asio::awaitable<checked_edits> conventions();
    boost::asio::awaitable<checked_edits> types(std::vector<std::string> to_install);
    std::string digest(std::vector<std::string> const& to_install) const;

    staged_edits const& edits_;
    fingerprint facts_;
    check_setup setup_;
    std::string of_;  // the digest of what known_ is about
    checked_edits known_;
};

}  // namespace agent
