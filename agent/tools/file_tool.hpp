#pragma once

// The frame of a tool that does one piece of blocking work on the staged edits: declares its
// fields, checks the input, works on the pool.

#include "agent/project/staged_edits.hpp"
#include "agent/run.hpp"
#include "agent/tools/input.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace agent {

// What an edit came to, as its effect tells a run that is continued.
struct staged_path {
    std::string path;
    std::optional<file_change> change;  // none: nothing is staged there any more
};
BOOST_DESCRIBE_STRUCT(staged_path, (), (path, change))

// Runs on a pool thread. Its input fits the fields. Exceptions become an answer that says so.
using file_work = tool_answer (*)(staged_edits& edits, boost::json::object const& input);

std::unique_ptr<tool> make_file_tool(
    std::string name,
    std::string description,
    std::vector<input_field> fields,
    bool read_only,
    file_work work,
    staged_edits& edits,
    boost::asio::any_io_executor pool);

}  // namespace agent
