#include "server/request_context.hpp"

#include "protocol/notifications.hpp"

namespace server {

request_context::request_context(
    mcp::jsonrpc::request_id id,
    mcp::request_meta meta,
    mcp::era const& era,
    session& connection,
    outbound& out,
    boost::asio::any_io_executor ex,
    std::chrono::milliseconds progress_interval)
    : id_(std::move(id)),
      meta_(std::move(meta)),
      era_(era),
      connection_(connection),
      out_(out),
      executor_(std::move(ex))
{
    if (meta_.progress_token)
        progress_.emplace(
            executor_,
            *meta_.progress_token,
            progress_interval,
            [this](mcp::ProgressNotificationParams params) {
                notify("notifications/progress", mcp::encode(params));
            });
}

void request_context::progress(std::string message)
{
    if (progress_)
        progress_->step(std::move(message));
}

void request_context::progress(double done, std::optional<double> total, std::string message)
{
    if (progress_)
        progress_->reach(done, total, std::move(message));
}

void request_context::heartbeat(std::chrono::milliseconds silence)
{
    if (progress_)
        progress_->heartbeat(silence);
}

void request_context::log(mcp::LoggingLevel level, std::string_view text, std::string_view logger)
{
    auto const wanted = era_.log_threshold(meta_, connection_.log_level);
    if (!wanted || level < *wanted)
        return;
    mcp::LoggingMessageNotificationParams params;
    params.level = level;
    params.data = text;
    if (!logger.empty())
        params.logger = std::string(logger);
    notify("notifications/message", mcp::encode(params));
}

void request_context::finish()
{
    if (progress_)
        progress_->flush();
}

void request_context::notify(std::string method, mcp::json::value params)
{
    mcp::jsonrpc::notification n{std::move(method), std::move(params.get_object())};
    era_.stamp_notification(client().version, n);
    out_.notify(id_, std::move(n));
}

}  // namespace server
