#pragma once

// The progress of one request (basic/utilities/progress): values that only grow, no more often than
// the interval, and the newest one never lost: what comes too early waits for the interval to pass,
// or for flush(). Hosts that give up on a silent call are kept alive by a heartbeat.

#include "protocol/notifications.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace server {

class progress_reporter {
public:
    using send_function = std::function<void(mcp::ProgressNotificationParams)>;

    progress_reporter(
        boost::asio::any_io_executor ex,
        mcp::json::value token,
        std::chrono::milliseconds interval,
        send_function send);
    ~progress_reporter();
    progress_reporter(progress_reporter const&) = delete;
    progress_reporter& operator=(progress_reporter const&) = delete;

    // A step further, of an unknown number.
    void step(std::string message);

    // So much of `total`. What is not more than before is counted as a little more.
    void reach(double done, std::optional<double> total, std::string message);

    // Says the last message again whenever nothing was sent for so long.
    void heartbeat(std::chrono::milliseconds silence);

    // Sends what waits, now: the response comes next.
    void flush();

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace server
