#include "agent/downstream/mcp_client.hpp"

#include "agent/downstream/restart_policy.hpp"
#include "protocol/text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;
using boost::system::result;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr int max_pages = 20;
constexpr std::size_t max_tools = 200;
constexpr std::size_t max_cursor = 4096;

json::object const* object_in(json::value const& value)
{
    return value.if_object();
}

std::optional<std::string> text_in(json::object const& object, char const* name)
{
    auto const* value = object.if_contains(name);
    if (!value || !value->is_string())
        return std::nullopt;
    return std::string(value->get_string());
}

void add_tools(std::vector<downstream_tool>& tools, json::array const& listed)
{
    for (auto const& entry : listed) {
        auto const* tool = entry.if_object();
        auto const name = tool ? text_in(*tool, "name") : std::nullopt;
        auto const* schema = tool ? tool->if_contains("inputSchema") : nullptr;
        if (!name || !schema || !schema->is_object() || tools.size() >= max_tools)
            continue;
        auto const same = [&](downstream_tool const& t) { return t.name == *name; };
        if (std::none_of(tools.begin(), tools.end(), same))
            tools.push_back({*name, schema->get_object()});
    }
}

std::optional<downstream_answer> answer_in(json::value const& value)
{
    auto const* object = object_in(value);
    auto const* content = object ? object->if_contains("content") : nullptr;
    if (!content || !content->is_array())
        return std::nullopt;
    downstream_answer answer;
    for (auto const& block : content->get_array()) {
        auto const* part = block.if_object();
        auto const text = part ? text_in(*part, "text") : std::nullopt;
        if (text)
            answer.text += (answer.text.empty() ? "" : "\n") + *text;
    }
    answer.text = mcp::sanitize(answer.text);
    auto const* error = object->if_contains("isError");
    answer.is_error = error && *error == true;
    return answer;
}

}  // namespace

// Shared with the coroutine that starts the server, which the client's destructor only asks to end.
class mcp_client::state : public std::enable_shared_from_this<state> {
public:
    state(asio::any_io_executor ex, downstream_server server, mcp::logger log)
        : server_(std::move(server)), executor_(ex), log_(std::move(log)), changed_(ex)
    {
    }

    state(state const&) = delete;
    state& operator=(state const&) = delete;

    // Whatever a start that was under way has brought.
    ~state()
    {
        if (connection_)
            connection_->close();
    }

    // A request to the running server; starts it if need be. Once more where a conversation has
    // only run out, and a new one is all that it takes.
    awaitable<result<json::value, mcp_error>>
    request(std::string method, json::object params, std::chrono::milliseconds limit)
    {
        auto const self = shared_from_this();
        for (bool again = true;; again = false) {
            auto const ready = co_await connected();
            if (ready.has_error())
                co_return ready.error();
            auto const& connection = *ready;  // held by this frame, whatever happens to connection_
            auto outcome = co_await asked(*connection, method, params, limit);
            bool const ran_out =
                connection->ended() && connection->end() != connection_end::failure;
            if (outcome.has_value() || !ran_out || !again)
                co_return outcome;
        }
    }

    mcp_error error(mcp_errc kind, std::string const& text) const
    {
        return {kind, server_.name + " " + text};
    }

    void stop()
    {
        // From outside the loop co_spawn's handler only queues the emission, with a bare pointer to
        // what hangs on the signal: that has to be there until then.
        stop_.emit(asio::cancellation_type::terminal);
        asio::post(executor_, [self = shared_from_this()] {});
        if (connection_)
            connection_->close();
    }

    downstream_server const server_;
    std::string peer_;  // of the last connection
    downstream_era spoken_ = downstream_era::unknown;

private:
    awaitable<result<json::value, mcp_error>> asked(
        mcp_connection& connection,
        std::string const& method,
        json::object const& params,
        std::chrono::milliseconds limit)
    {
        mcp_error failure;
        try {
            auto value = co_await connection.call(method, params, limit);
            policy_.succeeded();
            co_return value;
        } catch (mcp::jsonrpc::error const& e) {
            policy_.succeeded();
            failure =
                error(mcp_errc::refused, "refused the call: " + mcp::sanitize_line(e.what(), 300));
        } catch (transport_error const& e) {
            failure = explained(e);
        } catch (boost::system::system_error const& e) {
            if (e.code() != asio::error::timed_out)
                throw;
            failure = error(
                mcp_errc::timed_out,
                "did not answer within " + std::to_string(limit.count()) + " ms");
        }
        co_return failure;
    }

    mcp_error explained(transport_error const& e) const
    {
        switch (e.kind) {
        case transport_errc::ended:
            return error(mcp_errc::unavailable, std::string("ended during the call: ") + e.what());
        case transport_errc::malformed:
            return error(mcp_errc::protocol, std::string("cannot be understood: ") + e.what());
        default:
            return error(mcp_errc::unavailable, std::string("cannot be asked: ") + e.what());
        }
    }

    awaitable<result<std::shared_ptr<mcp_connection>, mcp_error>> connected()
    {
        auto const self = shared_from_this();
        if (connection_ && connection_->ended()) {
            log_.warning(server_.name + " ended: " + connection_->why());
            if (connection_->end() != connection_end::session_expired && server_.endpoint)
                era_ = downstream_era::unknown;  // what is behind a URL may have been replaced
            if (connection_->end() == connection_end::failure)
                failed(connection_->why());
            connection_.reset();
        }
        if (connection_)
            co_return connection_;
        if (!starting_) {
            auto const pause = policy_.delay(clock_type::now());
            if (!pause)
                co_return error(
                    mcp_errc::unavailable,
                    "failed too often in the last minute and is left alone for now; last: " +
                        last_);
            launch(*pause);
        }
        bool waited = true;
        try {
            co_await mcp::with_timeout(started(attempts_), server_.patience);
        } catch (boost::system::system_error const& e) {
            if (e.code() != asio::error::timed_out)
                throw;
            waited = false;
        }
        if (connection_)
            co_return connection_;
        if (!waited)
            co_return error(mcp_errc::starting, "is still starting; ask again later");
        co_return error(mcp_errc::unavailable, "cannot be used: " + last_);
    }

    awaitable<void> started(int attempt)
    {
        auto const self = shared_from_this();
        while (attempts_ == attempt)
            co_await changed_.wait();
    }

    void launch(clock_type::duration pause)
    {
        starting_ = true;
        auto finished = [self = shared_from_this()](std::exception_ptr) {
            self->starting_ = false;
            ++self->attempts_;
            self->changed_.notify();
        };
        asio::co_spawn(
            executor_,
            start(pause),
            asio::bind_cancellation_slot(stop_.slot(), std::move(finished)));
    }

    awaitable<void> start(clock_type::duration pause)
    {
        auto const self = shared_from_this();
        co_await mcp::sleep_for(pause);
        bool again = co_await tried(era_);
        if (again)
            co_await tried(downstream_era::legacy);
    }

    // One process. True: another one is to be tried, as legacy.
    awaitable<bool> tried(downstream_era known)
    {
        std::shared_ptr<mcp_connection> connection;
        std::string reason;
        bool respawn = false;
        try {
            connection = mcp_connection::start(executor_, server_, log_);
            co_await connection->open(known);
        } catch (spawn_error const& e) {
            reason = e.what();
        } catch (handshake_error const& e) {
            reason = e.what();
            respawn = e.respawn;
        } catch (boost::system::system_error const&) {
            if (connection)
                connection->close();
            throw;
        }
        if (reason.empty()) {
            if (connection->era_is_certain())
                era_ = connection->era();
            connection_ = connection;
            peer_ = connection->peer();
            spoken_ = connection->era();
            log_.info(server_.name + " is " + connection->peer());
            co_return false;
        }
        if (connection)
            connection->close();
        if (!respawn)
            failed(reason);
        co_return respawn;
    }

    void failed(std::string reason)
    {
        connection_.reset();
        last_ = std::move(reason);
        policy_.failed(clock_type::now());
    }

    asio::any_io_executor executor_;
    mcp::logger log_;
    mcp::event changed_;
    restart_policy policy_;
    asio::cancellation_signal stop_;
    std::shared_ptr<mcp_connection> connection_;
    downstream_era era_ = downstream_era::unknown;
    std::string last_;
    int attempts_ = 0;
    bool starting_ = false;
};

mcp_client::mcp_client(asio::any_io_executor ex, downstream_server server, mcp::logger log)
    : state_(std::make_shared<state>(std::move(ex), std::move(server), std::move(log)))
{
}

mcp_client::~mcp_client()
{
    state_->stop();
}

std::string const& mcp_client::name() const
{
    return state_->server_.name;
}

std::string mcp_client::peer() const
{
    return state_->peer_;
}

downstream_era mcp_client::era() const
{
    return state_->spoken_;
}

mcp_client::outcome<std::vector<downstream_tool>>
mcp_client::list_tools(std::chrono::milliseconds limit)
{
    auto const state = state_;
    std::vector<downstream_tool> tools;
    std::optional<std::string> cursor;
    for (int page = 0; page < max_pages; ++page) {
        json::object params;
        if (cursor)
            params.emplace("cursor", *cursor);
        auto const listed = co_await state->request("tools/list", std::move(params), limit);
        if (listed.has_error())
            co_return listed.error();
        auto const* object = object_in(*listed);
        auto const* array = object ? object->if_contains("tools") : nullptr;
        if (!array || !array->is_array())
            co_return state->error(mcp_errc::protocol, "answered tools/list with no list of tools");
        add_tools(tools, array->get_array());
        cursor = text_in(*object, "nextCursor");
        if (!cursor || cursor->size() > max_cursor || tools.size() >= max_tools)
            break;
    }
    co_return tools;
}

mcp_client::outcome<downstream_answer>
mcp_client::call_tool(std::string tool, json::object arguments, std::chrono::milliseconds limit)
{
    auto const state = state_;
    json::object params;
    params.emplace("name", std::move(tool));
    params.emplace("arguments", std::move(arguments));
    auto const called = co_await state->request("tools/call", std::move(params), limit);
    if (called.has_error())
        co_return called.error();
    auto answer = answer_in(*called);
    if (!answer)
        co_return state->error(
            mcp_errc::protocol, "answered the call with something else than a tool's result");
    co_return std::move(*answer);
}

}  // namespace agent
