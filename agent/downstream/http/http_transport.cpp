#include "agent/downstream/http/http_transport.hpp"

#include "agent/downstream/era_probe.hpp"
#include "agent/downstream/http/http_exchange.hpp"
#include "agent/downstream/http/legacy_session.hpp"
#include "protocol/wire/header_parameters.hpp"

#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;

namespace {

// The member of the params that Mcp-Name repeats; none for most methods.
char const* routed_by(std::string_view method)
{
    if (method == "tools/call" || method == "prompts/get")
        return "name";
    if (method == "resources/read")
        return "uri";
    if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel")
        return "taskId";
    return nullptr;
}

}  // namespace

http_transport::http_transport(
    asio::any_io_executor ex, downstream_server const& server, downstream_question on_question)
    : endpoint_(*server.endpoint),
      max_message_(server.max_message),
      session_(std::make_shared<legacy_session>(std::move(ex), server, std::move(on_question))),
      version_(modern_version)
{
}

http_transport::~http_transport()
{
    session_->close();
}

void http_transport::speak(downstream_era era, std::string_view version)
{
    era_ = era;
    version_ = version;
    session_->speak(version);
}

awaitable<json::value> http_transport::request(downstream_request r)
{
    if (era_ == downstream_era::legacy)
        return session_->request(std::move(r));
    return modern_request(std::move(r));
}

awaitable<json::value> http_transport::modern_request(downstream_request r)
{
    auto const id = ++last_id_;
    auto const* routed = routed_by(r.method);
    auto const* name = routed ? r.params.if_contains(routed) : nullptr;
    std::vector<std::pair<std::string, std::string>> headers;
    headers.emplace_back("MCP-Protocol-Version", version_);
    headers.emplace_back("Mcp-Method", r.method);
    if (name && name->is_string())
        headers.emplace_back("Mcp-Name", mcp::encode_header_value(name->get_string()));
    headers.insert(headers.end(), r.headers.begin(), r.headers.end());

    std::string text;
    mcp::jsonrpc::append(text, mcp::jsonrpc::request{id, std::move(r.method), std::move(r.params)});
    auto post = message_post(endpoint_, std::move(text));
    post.headers.insert(post.headers.end(), headers.begin(), headers.end());
    http_exchange exchange(endpoint_, std::move(post), max_message_);
    co_await exchange.open();
    // Of a server whose era is not known yet, an error of 5xx says nothing about the era.
    if (exchange.status() >= 500 && era_ == downstream_era::unknown)
        throw transport_error(
            transport_errc::unreachable, "it answered HTTP " + std::to_string(exchange.status()));
    co_return co_await exchange.answer(id);
}

awaitable<void> http_transport::notify(mcp::jsonrpc::notification n)
{
    // The modern era has no notification that a client sends over HTTP.
    return session_->notify(std::move(n));
}

void http_transport::give_up(std::string const& reason)
{
    why_ = reason.empty() ? std::string("it was given up") : reason;
    session_->close();
}

void http_transport::close()
{
    session_->close();
}

}  // namespace agent
