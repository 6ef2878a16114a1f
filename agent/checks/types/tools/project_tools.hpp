#pragma once

// The three runs that a check is made of, in a shadow of the project: how each is called, how its
// ends are judged, and its errors told in the names of the project. Ends that leave nothing to go
// on with throw check_stopped.

#include "agent/checks/types/check_types.hpp"
#include "agent/checks/types/copy/source_copy.hpp"
#include "agent/checks/types/output/file_names.hpp"
#include "agent/checks/types/tools/tool_run.hpp"

namespace agent {

struct check_stopped {
    types_result::verdict status;
    std::string reason;
};

[[noreturn]] void stop_check(types_result::verdict status, std::string reason);

// Refers to what it is given. Times and notes go into `result`. `changed`: whether the shadow holds
// the changes or the base.
class project_tools {
public:
    project_tools(
        node_tools tools,
        types_request const& request,
        source_copy const& copy,
        shadow& in,
        boost::asio::any_io_executor pool,
        types_result& result);

    // next typegen; once more without next.config if that cannot be loaded.
    boost::asio::awaitable<void> make_route_types(std::string name);

    boost::asio::awaitable<std::vector<diagnostic>> run_tsc(std::string name, bool changed);
    boost::asio::awaitable<std::vector<diagnostic>> run_build(std::string name, bool changed);

private:
    boost::asio::awaitable<tool_run>
    run(std::string name,
        std::string program,
        std::vector<std::string> arguments,
        std::chrono::milliseconds limit);
    [[noreturn]] void
    give_up(std::string const& name, tool_run const& ended, std::chrono::milliseconds limit) const;
    std::vector<diagnostic> told(std::vector<diagnostic> errors, bool changed) const;
    void note(std::string text);

    node_tools tools_;
    types_request const& request_;
    source_copy const& copy_;
    shadow& shadow_;
    boost::asio::any_io_executor pool_;
    types_result& result_;
    shadow_place place_;
};

}  // namespace agent
