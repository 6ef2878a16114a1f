#include "server/request_context.hpp"

#include "protocol/errors.hpp"
#include "protocol/json_schema/schema.hpp"
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
                notify("notifications/progress", std::move(mcp::encode(params).get_object()));
            });
}

void request_context::require(std::string_view capability, std::string_view part) const
{
    mcp::require_capability(client(), capability, part);
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
    notify("notifications/message", std::move(mcp::encode(params).get_object()));
}

void request_context::supply(mcp::json::object answers, mcp::json::value state)
{
    answers_ = std::move(answers);
    refusals_.clear();
    state_ = std::move(state);
}

std::optional<std::string> request_context::refusal(std::string_view key) const
{
    auto const found = refusals_.find(key);
    return found == refusals_.end() ? std::nullopt : std::optional(found->second);
}

mcp::request_meta request_context::detached(std::string token) const
{
    auto out = meta_;
    out.progress_token = std::move(token);
    out.log_level.reset();
    return out;
}

template <class Result>
std::optional<Result> request_context::answer(std::string_view key) const
{
    auto const* value = answers_.if_contains(key);
    if (!value)
        return std::nullopt;
    try {
        return mcp::decode<Result>(*value, {"inputResponses"});
    } catch (mcp::decode_error const&) {
        return std::nullopt;
    }
}

std::optional<mcp::ElicitResult>
request_context::elicited(std::string_view key, mcp::InputRequest const& question) const
{
    auto result = answer<mcp::ElicitResult>(key);
    auto const* schema = question.params.if_contains("requestedSchema");
    if (!result || result->action != mcp::ElicitAction::accept || !schema)
        return result;
    mcp::json_schema::options forms;
    forms.assert_formats = true;
    auto const form = mcp::json_schema::compile(*schema, forms);
    if (!form)
        throw std::logic_error("a form that no client can fill in: " + form.error().reason);
    mcp::json::value const content = result->content.value_or(mcp::json::object());
    if (!form->errors(content, "content").empty())
        return std::nullopt;
    return result;
}

std::optional<mcp::CreateMessageResult> request_context::sampled(std::string_view key) const
{
    return answer<mcp::CreateMessageResult>(key);
}

std::optional<std::vector<mcp::Root>> request_context::roots(std::string_view key) const
{
    auto result = answer<mcp::ListRootsResult>(key);
    if (!result)
        return std::nullopt;
    return std::move(result->roots);
}

void request_context::finish()
{
    if (progress_)
        progress_->flush();
}

void request_context::notify(std::string method, mcp::json::object params)
{
    mcp::jsonrpc::notification n{std::move(method), std::move(params)};
    era_.stamp_notification(client().version, n);
    out_.notify(id_, std::move(n));
}

}  // namespace server
