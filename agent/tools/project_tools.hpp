#pragma once

// What the model may do with the project: look, search, and stage changes. All of it works on the
// run's staged edits, so the model sees what it wrote; the disk is not touched. File work is done
// on `pool`. The edits outlive the tools.

#include "agent/project/staged_edits.hpp"
#include "agent/tool.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <vector>

namespace agent {

std::unique_ptr<tool> make_list_files(staged_edits& edits, boost::asio::any_io_executor pool);
std::unique_ptr<tool> make_read_file(staged_edits& edits, boost::asio::any_io_executor pool);
std::unique_ptr<tool> make_search_files(staged_edits& edits, boost::asio::any_io_executor pool);
std::unique_ptr<tool> make_write_file(staged_edits& edits, boost::asio::any_io_executor pool);
std::unique_ptr<tool> make_edit_file(staged_edits& edits, boost::asio::any_io_executor pool);
std::unique_ptr<tool> make_delete_file(staged_edits& edits, boost::asio::any_io_executor pool);

// All six, in that order; without the last three for a run that may not propose changes.
std::vector<std::unique_ptr<tool>>
project_tools(staged_edits& edits, boost::asio::any_io_executor pool, bool may_edit = true);

}  // namespace agent
