#include "agent/downstream/mcp_connection.hpp"

#include "agent/downstream/era_probe.hpp"
#include "protocol/rpc/stream_transport.hpp"
#include "protocol/text.hpp"

#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;
using mcp::jsonrpc::errc;

namespace {

constexpr auto exit_wait = std::chrono::milliseconds(300);  // from the end of stdout
constexpr std::size_t shown_stderr = 300;

using pipes = mcp::stream_transport<child_process::pipe>;

}  // namespace

// The pipes of a process that is not to be trusted with them.
class mcp_connection::lines final : public mcp::transport {
public:
    lines(child_process& child, downstream_server const& server, mcp::logger const& log)
        : pipes_(
              std::move(child.out),
              std::move(child.in),
              mcp::stream_limits{server.max_message, 1 << 20, 16 << 20}),
          log_(log),
          name_(server.name)
    {
    }

    awaitable<std::optional<mcp::incoming_line>> read() override
    {
        for (;;) {
            auto line = co_await pipes_.read();
            if (line && line->too_long) {
                fault = "it sent a message that is too long";
                pipes_.close();
                co_return std::nullopt;
            }
            if (!line || line->text.starts_with('{'))
                co_return line;
            // npx, dotenv and others greet on stdout.
            if (!std::exchange(warned_, true))
                log_.warning(name_ + " writes lines to stdout that are no messages");
        }
    }
    void write(std::string_view line) override { pipes_.write(line); }
    awaitable<void> flush() override { return pipes_.flush(); }
    void close() override { pipes_.close(); }

    std::string fault;

private:
    pipes pipes_;
    mcp::logger log_;
    std::string name_;
    bool warned_ = false;
};

std::shared_ptr<mcp_connection>
mcp_connection::start(asio::any_io_executor ex, downstream_server const& server, mcp::logger log)
{
    auto connection = std::make_shared<mcp_connection>(ex, server, std::move(log));
    // It needs no cancellation: it ends when the process does, or with close().
    asio::co_spawn(ex, connection->pump(), [connection](std::exception_ptr) {
        connection->ended_ = true;
        connection->changed_.notify();
    });
    return connection;
}

mcp_connection::mcp_connection(
    asio::any_io_executor ex, downstream_server const& server, mcp::logger log)
    : executor_(ex),
      server_(server),
      log_(std::move(log)),
      child_(ex, server.command),
      lines_(std::make_unique<lines>(child_, server, log_)),
      dispatcher_(*lines_, [this](mcp::jsonrpc::request r) { return answer(std::move(r)); }),
      changed_(ex)
{
}

awaitable<void> mcp_connection::pump()
{
    co_await dispatcher_.run();
    lines_->close();
    try {
        status_ = co_await mcp::with_timeout(child_.wait(), exit_wait);
    } catch (boost::system::system_error const&) {
        status_ = "closed its stdout";
        child_.kill();
    }
}

awaitable<json::value> mcp_connection::answer(mcp::jsonrpc::request r)
{
    if (r.method != "ping")
        throw mcp::jsonrpc::error(errc::method_not_found, "this client offers no " + r.method);
    co_return json::value(json::object());
}

json::object mcp_connection::enveloped(json::object params) const
{
    json::object client{{"name", server_.client_name}, {"version", server_.client_version}};
    json::object meta;
    meta.emplace("io.modelcontextprotocol/protocolVersion", modern_version);
    meta.emplace("io.modelcontextprotocol/clientInfo", std::move(client));
    meta.emplace("io.modelcontextprotocol/clientCapabilities", json::object());
    params.insert_or_assign("_meta", std::move(meta));
    return params;
}

awaitable<void> mcp_connection::open(downstream_era known)
{
    if (known == downstream_era::legacy)
        return initialize();
    return probe();
}

awaitable<void> mcp_connection::probe()
{
    auto const self = shared_from_this();
    probe_reply reply = probe_failure::ended;
    auto discover = dispatcher_.call("server/discover", enveloped(json::object()));
    try {
        reply = co_await mcp::with_timeout(std::move(discover), server_.probe_limit);
    } catch (mcp::jsonrpc::error const& e) {
        reply = e;
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::operation_aborted)
            throw;
        if (e.code() == asio::error::timed_out)
            reply = probe_failure::timed_out;
    }
    auto const verdict = judge(reply);
    switch (verdict.step) {
    case probe_verdict::next::modern: {
        auto const& result = std::get<json::value>(reply).get_object();
        auto const* meta = result.if_contains("_meta");
        auto const* object = meta ? meta->if_object() : nullptr;
        remember_peer(object ? object->if_contains("io.modelcontextprotocol/serverInfo") : nullptr);
        era_ = downstream_era::modern;
        co_return;
    }
    case probe_verdict::next::initialize:
        co_await initialize();
        co_return;
    case probe_verdict::next::respawn:
        throw handshake_error("it did not answer", true);
    case probe_verdict::next::give_up:
        throw handshake_error(verdict.reason, false);
    }
}

awaitable<void> mcp_connection::initialize()
{
    auto const self = shared_from_this();
    json::object params;
    params.emplace("protocolVersion", newest_legacy_version);
    params.emplace("capabilities", json::object());
    json::object client{{"name", server_.client_name}, {"version", server_.client_version}};
    params.emplace("clientInfo", std::move(client));
    auto handshake = dispatcher_.call("initialize", std::move(params));
    std::string failure;
    json::value result;
    try {
        result = co_await mcp::with_timeout(std::move(handshake), server_.start_limit);
    } catch (mcp::jsonrpc::error const& e) {
        failure = "it refused initialize: " + mcp::sanitize_line(e.what(), 200);
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::operation_aborted)
            throw;
        if (e.code() == asio::error::timed_out)
            failure = "it did not answer initialize in time";
    }
    if (!failure.empty())
        throw handshake_error(failure, false);
    auto const* object = result.if_object();
    auto const* version = object ? object->if_contains("protocolVersion") : nullptr;
    if (!version) {
        while (!ended_ && result.is_null())
            co_await changed_.wait();
        throw handshake_error(
            result.is_null() ? why() : "its answer to initialize names no protocol version", false);
    }
    if (!version->is_string() || !is_legacy_version(version->get_string()))
        throw handshake_error(
            "it chose a protocol version that this program does not speak", false);
    remember_peer(object->if_contains("serverInfo"));
    era_ = downstream_era::legacy;
    dispatcher_.notify({"notifications/initialized", json::object()});
}

void mcp_connection::remember_peer(json::value const* info)
{
    auto const* object = info ? info->if_object() : nullptr;
    auto const field = [&](char const* name) {
        auto const* value = object ? object->if_contains(name) : nullptr;
        return value && value->is_string() ? mcp::sanitize_line(value->get_string(), 60)
                                           : std::string("?");
    };
    peer_ = field("name") + " " + field("version");
}

awaitable<json::value>
mcp_connection::call(std::string method, json::object params, std::chrono::milliseconds limit)
{
    auto const self = shared_from_this();
    if (era_ == downstream_era::modern)
        params = enveloped(std::move(params));
    auto request = dispatcher_.call(std::move(method), std::move(params));
    bool gone = false;
    try {
        co_return co_await mcp::with_timeout(std::move(request), limit);
    } catch (boost::system::system_error const& e) {
        gone = e.code() == asio::error::eof;
        if (e.code() == asio::error::timed_out && !std::exchange(checking_, true))
            asio::co_spawn(
                executor_, check_alive(), [self](std::exception_ptr) { self->checking_ = false; });
        if (!gone)
            throw;
    }
    // So that why() knows.
    while (!ended_)
        co_await changed_.wait();
    throw boost::system::system_error(asio::error::eof);
}

// A tool that takes long is no reason to kill the process; a process that answers nothing is. Any
// answer will do, so the era does not matter much: modern has no ping.
awaitable<void> mcp_connection::check_alive()
{
    auto const self = shared_from_this();
    std::string method = "ping";
    json::object params;
    if (era_ == downstream_era::modern) {
        method = "server/discover";
        params = enveloped(std::move(params));
    }
    auto question = dispatcher_.call(std::move(method), std::move(params));
    try {
        co_await mcp::with_timeout(std::move(question), server_.alive_limit);
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::timed_out) {
            log_.warning(server_.name + " answers nothing any more and is ended");
            child_.kill();
        }
    } catch (mcp::jsonrpc::error const&) {
    }
}

std::string mcp_connection::why() const
{
    auto text = lines_->fault.empty() ? "its process " + status_ : lines_->fault;
    auto said = child_.stderr_tail();
    while (said.ends_with('\n'))
        said.pop_back();
    if (said.size() > shown_stderr)
        said = said.substr(said.size() - shown_stderr);
    if (!said.empty())
        text += "; it said last: " + mcp::sanitize_line(said, shown_stderr);
    return text;
}

void mcp_connection::close()
{
    lines_->close();
}

}  // namespace agent
