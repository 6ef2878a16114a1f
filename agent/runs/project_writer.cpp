#include "agent/runs/project_writer.hpp"

#include "agent/checks/dev_server.hpp"
#include "agent/project/fingerprint.hpp"
#include "agent/project/project_root.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <filesystem>

namespace agent {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::awaitable;

namespace {

constexpr auto kept_for = std::chrono::hours(24 * 30);

// A sentence for each that was brought back.
std::vector<std::string> recover_all(fs::path const& directory)
{
    std::vector<std::string> out;
    std::error_code bad;
    auto const oldest = fs::file_time_type::clock::now() - kept_for;
    for (fs::directory_iterator at(directory, bad), end; !bad && at != end; at.increment(bad)) {
        auto const result = agent::recover(at->path().string());
        if (result.outcome != apply_outcome::nothing)
            out.push_back(
                "files of run " + at->path().filename().string() +
                " were being written when a process died: " + result.message);
        std::error_code ignored;
        if (result.outcome == apply_outcome::nothing && at->last_write_time(ignored) < oldest &&
            !ignored)
            fs::remove_all(at->path(), ignored);
    }
    return out;
}

apply_result refused(std::string message)
{
    apply_result out;
    out.message = std::move(message);
    return out;
}

apply_result write_anew(
    std::string const& backup, std::string const& folder, std::vector<file_change> const& changes)
{
    auto const project = project_root::open(folder);
    if (!project)
        return refused(project.error().message);
    std::error_code ignored;
    if (fs::exists(backup, ignored)) {
        auto before = undo(backup);
        // Undone by the user already, or never begun: both are as it should be.
        bool const changed_since = !before.kept.empty();
        if (changed_since || before.outcome == apply_outcome::failed)
            return refused(
                "This run was written before, and that cannot be undone first. " + before.message);
    }
    return apply(*project, changes, backup);
}

// The dev server of a project, and which routes these files are.
struct dev_found {
    unsigned port = 0;
    std::vector<std::string> routes;
    std::string why;  // there is nothing to ask
};

dev_found dev_of(std::string const& folder, std::vector<std::string> const& files)
{
    dev_found out;
    auto const port = dev_server_port(folder);
    auto const root = project_root::open(folder);
    if (!port || !root) {
        out.why = "no next dev of the project is running";
        return out;
    }
    auto const facts = read_fingerprint(*root, knowledge());
    for (auto const& file : files)
        if (auto route = route_of(file, facts))
            out.routes.push_back(std::move(*route));
    if (out.routes.empty())
        out.why = "no file is a route";
    out.port = *port;
    return out;
}

}  // namespace

project_writer::project_writer(
    std::string const& state_directory,
    asio::any_io_executor pool,
    curl_multi& transfers,
    mcp::logger log)
    : directory_(state_directory.empty() ? std::string() : state_directory + "/applied"),
      pool_(std::move(pool)),
      transfers_(transfers),
      log_(std::move(log))
{
}

awaitable<void> project_writer::recover()
{
    std::error_code ignored;
    if (directory_.empty() || !fs::exists(directory_, ignored))
        co_return;
    auto work = [directory = directory_] { return recover_all(directory); };
    auto const told = co_await mcp::offload(pool_, work);
    for (auto const& sentence : told)
        log_.warning(sentence);
}

std::string project_writer::backup_of(std::string const& run) const
{
    return directory_ + "/" + run;
}

awaitable<apply_result>
project_writer::apply(std::string run, std::string project, std::vector<file_change> changes)
{
    if (directory_.empty())
        co_return refused(
            "Nothing was written: there is no state directory to keep the old files in "
            "(--state-directory).");
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto work = [backup = backup_of(run), &project, &changes] {
        return write_anew(backup, project, changes);
    };
    auto out = co_await mcp::offload(pool_, work);
    if (out.outcome == apply_outcome::applied)
        out.message += " `nextjs-backend-engineer runs undo " + run.substr(0, 12) +
                       "` brings the old ones back.";
    co_return out;
}

awaitable<apply_result> project_writer::undo(std::string run)
{
    std::error_code ignored;
    if (directory_.empty() || !fs::exists(backup_of(run), ignored))
        co_return refused("This run has written nothing into a project.");
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto work = [backup = backup_of(run)] { return agent::undo(backup); };
    co_return co_await mcp::offload(pool_, work);
}

awaitable<check_result> project_writer::compile(std::string project, std::vector<std::string> files)
{
    auto look = [&project, &files] { return dev_of(project, files); };
    auto found = co_await mcp::offload(pool_, look);
    if (!found.why.empty()) {
        check_result out;
        out.check = "Dev server";
        out.detail = std::move(found.why);
        co_return out;
    }
    co_return co_await compile_routes(found.port, std::move(found.routes), transfers_, log_);
}

awaitable<void> project_writer::forget(std::string run)
{
    if (directory_.empty())
        co_return;
    auto work = [backup = backup_of(run)] {
        std::error_code ignored;
        return fs::remove_all(backup, ignored);
    };
    co_await mcp::offload(pool_, work);
}

}  // namespace agent
