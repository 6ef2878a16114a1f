#include "agent/downstream/mcp_connection.hpp"
#include "protocol/errors.hpp"
#include "protocol/text.hpp"
#include "protocol/wire/era.hpp"

// The part of mcp_connection that is over once the era is known.

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;

awaitable<void> mcp_connection::open(downstream_era known)
{
    auto const self = shared_from_this();
    if (known == downstream_era::legacy)
        co_await initialize();
    else
        co_await probe();
}

awaitable<void> mcp_connection::probe()
{
    // A second time for a server that refused the version and offered it in the same breath, or
    // that turned initialize down as a modern one does.
    for (; probes_ < 2; ++probes_) {
        auto const reply = co_await discover();
        auto const verdict = judge(reply, transport_->answers_late());
        switch (verdict.step) {
        case probe_verdict::next::modern: {
            auto const& result = std::get<json::value>(reply).get_object();
            auto const* meta = result.if_contains("_meta");
            auto const* object = meta ? meta->if_object() : nullptr;
            remember_peer(object ? object->if_contains(mcp::server_info_key) : nullptr);
            era_ = downstream_era::modern;
            transport_->speak(era_, modern_version);
            co_return;
        }
        case probe_verdict::next::initialize:
            certain_ = !std::holds_alternative<probe_failure>(reply);
            ++probes_;
            co_await initialize();
            co_return;
        case probe_verdict::next::respawn:
            throw handshake_error("it did not answer", true);
        case probe_verdict::next::again:
            continue;
        case probe_verdict::next::give_up:
            throw handshake_error(verdict.reason, false);
        }
    }
    throw handshake_error(
        "it both offers and refuses protocol version " + std::string(modern_version), false);
}

awaitable<probe_reply> mcp_connection::discover()
{
    probe_reply reply;
    auto question = transport_->request(written("server/discover", json::object()));
    try {
        reply = co_await mcp::with_timeout(std::move(question), server_.probe_limit);
    } catch (mcp::jsonrpc::error const& e) {
        reply = e;
    } catch (transport_error const& e) {
        reply = e;
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
        reply = probe_failure::timed_out;
    }
    co_return reply;
}

awaitable<void> mcp_connection::initialize()
{
    transport_->speak(downstream_era::legacy, newest_legacy_version);
    era_ = downstream_era::legacy;
    auto const result = co_await shake_hands();
    if (!result)
        co_return;
    auto const* object = result->if_object();
    auto const* version = object ? object->if_contains("protocolVersion") : nullptr;
    if (!version)
        throw handshake_error("its answer to initialize names no protocol version", false);
    if (!version->is_string() || !is_legacy_version(version->get_string()))
        throw handshake_error(
            "it chose a protocol version that this program does not speak", false);
    remember_peer(object->if_contains("serverInfo"));
    transport_->speak(era_, version->get_string());
    mcp::jsonrpc::notification greeting;
    greeting.method = "notifications/initialized";
    co_await transport_->notify(std::move(greeting));
}

// Nothing if the era was found to be another, and all is done.
awaitable<std::optional<json::value>> mcp_connection::shake_hands()
{
    json::object params;
    params.emplace("protocolVersion", newest_legacy_version);
    params.emplace("capabilities", server_.capabilities);
    params.emplace("clientInfo", client_info());
    auto handshake = transport_->request(written("initialize", std::move(params)));
    std::string failure;
    bool modern = false;
    try {
        co_return co_await mcp::with_timeout(std::move(handshake), server_.start_limit);
    } catch (mcp::jsonrpc::error const& e) {
        failure = "it refused initialize: " + mcp::sanitize_line(e.what(), 200);
        modern = e.code == mcp::unsupported_version_code && probes_ < 2;
    } catch (transport_error const& e) {
        failure = e.what();
        if (e.kind == transport_errc::refused)
            failure += " to both server/discover and initialize; check that the URL is that of an "
                       "MCP endpoint";
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
        failure = "it did not answer initialize in time";
    }
    if (!modern)
        throw handshake_error(failure, false);
    era_ = downstream_era::unknown;
    transport_->speak(era_, modern_version);
    co_await probe();
    co_return std::nullopt;
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

}  // namespace agent
