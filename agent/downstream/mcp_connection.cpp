#include "agent/downstream/mcp_connection.hpp"

#include "agent/downstream/http/http_transport.hpp"
#include "agent/downstream/input_required.hpp"
#include "agent/downstream/process/process_transport.hpp"
#include "protocol/errors.hpp"
#include "protocol/text.hpp"
#include "protocol/wire/era.hpp"

#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;

namespace {

constexpr int max_rounds = 8;  // of questions in one call
constexpr int pages_listed_again = 20;
constexpr auto first_pause = std::chrono::milliseconds(100);

}  // namespace

// A request that has failed, and what to do about it.
struct mcp_connection::attempt {
    enum class next { rethrow, repeat, list_tools };

    std::optional<json::value> result;
    std::exception_ptr failure;
    next then = next::rethrow;
    std::chrono::milliseconds pause{};
};

std::shared_ptr<mcp_connection>
mcp_connection::start(asio::any_io_executor ex, downstream_server const& server, mcp::logger log)
{
    auto connection = std::make_shared<mcp_connection>(ex, server, std::move(log));
    downstream_question asked =
        [weak = std::weak_ptr(connection)](mcp::jsonrpc::request r) -> awaitable<json::value> {
        auto const self = weak.lock();
        if (!self)
            throw boost::system::system_error(asio::error::operation_aborted);
        return self->answer(std::move(r));
    };
    auto& transport = connection->transport_;
    if (server.endpoint)
        transport = std::make_unique<http_transport>(ex, server, std::move(asked));
    else
        transport =
            std::make_unique<process_transport>(ex, server, std::move(asked), connection->log_);
    return connection;
}

mcp_connection::mcp_connection(
    asio::any_io_executor ex, downstream_server const& server, mcp::logger log)
    : executor_(ex), server_(server), log_(std::move(log))
{
}

awaitable<json::value>
mcp_connection::call(std::string method, json::object params, std::chrono::milliseconds limit)
{
    auto const self = shared_from_this();
    auto result = co_await round(method, params, limit);
    auto pause = first_pause;
    for (int rounds = 0; auto wanted = input_required(era_, method, result); ++rounds) {
        if (rounds == max_rounds)
            throw transport_error(
                transport_errc::malformed, "it asks for more and more input and never answers");
        // A state without questions: it wants to be asked again later.
        if (wanted->requests.empty())
            co_await mcp::sleep_for(std::exchange(pause, pause * 2));
        auto again = params;
        if (!wanted->requests.empty()) {
            auto responses = co_await answers(std::move(wanted->requests));
            again["inputResponses"] = std::move(responses);
        }
        if (wanted->state)
            again["requestState"] = std::move(*wanted->state);
        result = co_await round(method, std::move(again), limit);
    }
    co_return result;
}

awaitable<json::object> mcp_connection::answers(json::object requests)
{
    json::object out;
    for (auto const& entry : requests) {
        auto question = question_in(entry.value());
        mcp::jsonrpc::request asked;
        asked.method = std::move(question.method);
        asked.params = std::move(question.params);
        auto response = co_await answer(std::move(asked));
        out[entry.key()] = std::move(response);
    }
    co_return out;
}

awaitable<json::value> mcp_connection::answer(mcp::jsonrpc::request r)
{
    auto const self = shared_from_this();
    if (r.method == "ping")
        co_return json::value(json::object());
    if (!server_.answer || !is_offered(server_.capabilities, r.method))
        throw mcp::jsonrpc::error(
            mcp::jsonrpc::errc::method_not_found,
            "this client offers no " + mcp::sanitize_line(r.method, 60));
    co_return co_await server_.answer(std::move(r.method), std::move(r.params));
}

// One request of a call, repeated where that is safe and promises something.
awaitable<json::value>
mcp_connection::round(std::string method, json::object params, std::chrono::milliseconds limit)
{
    auto const until = clock::now() + limit;
    for (bool again = false;; again = true) {
        auto outcome = co_await tried(method, params, until);
        if (outcome.result)
            co_return std::move(*outcome.result);
        if (again || outcome.then == attempt::next::rethrow ||
            clock::now() + outcome.pause >= until)
            std::rethrow_exception(outcome.failure);
        if (outcome.then == attempt::next::list_tools)
            co_await list_tools_again(until);
        co_await mcp::sleep_for(outcome.pause);
    }
}

awaitable<mcp_connection::attempt> mcp_connection::tried(
    std::string const& method, json::object const& params, clock::time_point until)
{
    attempt out;
    auto request = transport_->request(written(method, params));
    try {
        out.result = co_await mcp::with_timeout(std::move(request), until - clock::now());
        if (method == "tools/list") {
            bool const mirrored = server_.endpoint && era_ == downstream_era::modern;
            for (auto const& why : tools_.learn(*out.result, mirrored))
                log_.warning(server_.name + ": " + why);
        }
    } catch (mcp::jsonrpc::error const& e) {
        out = judged(e, method);
        out.failure = std::current_exception();
    } catch (transport_error const& e) {
        out = judged(e, method, params);
        out.failure = std::current_exception();
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::timed_out && !std::exchange(checking_, true))
            asio::co_spawn(
                executor_, check_alive(), [self = shared_from_this()](std::exception_ptr) {
                    self->checking_ = false;
                });
        throw;
    }
    co_return out;
}

mcp_connection::attempt
mcp_connection::judged(mcp::jsonrpc::error const& e, std::string const& method)
{
    attempt out;
    if (era_ != downstream_era::modern)
        return out;
    if (e.code == mcp::unsupported_version_code) {
        auto const verdict = judge(e, false);
        if (verdict.step == probe_verdict::next::again)
            out.then = attempt::next::repeat;
        else
            end(connection_end::era_changed, "it no longer speaks " + std::string(modern_version));
    }
    if (e.code == mcp::header_mismatch_code && method == "tools/call" && server_.endpoint)
        out.then = attempt::next::list_tools;
    return out;
}

mcp_connection::attempt mcp_connection::judged(
    transport_error const& e, std::string const& method, json::object const& params)
{
    attempt out;
    switch (e.kind) {
    case transport_errc::session_gone:
        end(connection_end::session_expired, e.what());
        break;
    case transport_errc::refused:
        end(connection_end::era_changed, e.what());
        break;
    case transport_errc::unreachable:
        end(connection_end::failure, e.what());
        break;
    case transport_errc::busy:
        out.then = attempt::next::repeat;
        out.pause = e.retry_after;
        break;
    case transport_errc::lost:
        // A tool may have done its work all the same, and must not do it twice.
        if (method != "tools/call" || tools_.repeatable(params))
            out.then = attempt::next::repeat;
        break;
    default:
        break;
    }
    return out;
}

void mcp_connection::end(connection_end how, std::string const& reason)
{
    if (transport_->ended())
        return;
    end_ = how;
    transport_->give_up(reason);
}

awaitable<void> mcp_connection::list_tools_again(clock::time_point until)
{
    json::object params;
    for (int page = 0; page < pages_listed_again; ++page) {
        auto const listed = co_await tried("tools/list", params, until);
        auto const* result = listed.result ? listed.result->if_object() : nullptr;
        auto const* cursor = result ? result->if_contains("nextCursor") : nullptr;
        if (!cursor || !cursor->is_string())
            co_return;
        params["cursor"] = *cursor;
    }
}

downstream_request mcp_connection::written(std::string const& method, json::object params) const
{
    downstream_request out;
    out.method = method;
    if (era_ != downstream_era::legacy && method != "initialize") {
        if (method == "tools/call")
            out.headers = tools_.headers(params);
        auto& slot = params["_meta"];
        auto& meta = slot.is_object() ? slot.get_object() : slot.emplace_object();
        meta[mcp::version_key] = modern_version;
        meta[mcp::client_info_key] = client_info();
        meta[mcp::capabilities_key] = server_.capabilities;
    }
    out.params = std::move(params);
    return out;
}

json::object mcp_connection::client_info() const
{
    return json::object{{"name", server_.client_name}, {"version", server_.client_version}};
}

// A tool that takes long is no reason to give the server up; a server that answers nothing is. Any
// answer will do, so the era does not matter much: modern has no ping.
awaitable<void> mcp_connection::check_alive()
{
    auto const self = shared_from_this();
    std::string method = "ping";
    if (era_ == downstream_era::modern)
        method = "server/discover";
    auto question = transport_->request(written(method, json::object()));
    try {
        co_await mcp::with_timeout(std::move(question), server_.alive_limit);
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::timed_out) {
            log_.warning(server_.name + " answers nothing any more and is ended");
            end(connection_end::failure, "it answers nothing any more");
        }
    } catch (std::runtime_error const&) {
        // Refused, or gone: not silent.
    }
}

}  // namespace agent
