#include "agent/runs/live_run.hpp"

namespace agent {

live_run::live_run(boost::asio::any_io_executor const& ex, run_row row, run_request asked)
    : id(std::move(row.id)),
      principal(std::move(row.principal)),
      request(std::move(asked)),
      created(row.created),
      state(row.state),
      delivered(row.delivered),
      changed(ex),
      desk(ex, [this] { changed.notify(); })
{
}

void live_run::tell(std::string_view text)
{
    auto const number = lines.empty() ? 1 : lines.back().number + 1;
    lines.push_back({number, std::string(text)});
    if (lines.size() > lines_kept)
        lines.pop_front();
    changed.notify();
}

void live_run::turn_to(run_state next)
{
    state = next;
    changed.notify();
}

}  // namespace agent
