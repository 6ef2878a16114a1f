#include "server/transports/http/endpoint.hpp"

#include "protocol/errors.hpp"
#include "protocol/rpc/explain.hpp"
#include "protocol/wire/classify.hpp"
#include "server/transports/http/modern_exchange.hpp"
#include "server/transports/http/session/session.hpp"

namespace server {

using mcp::jsonrpc::errc;
using mcp::jsonrpc::error;
using mcp::jsonrpc::request;
using door = http_admission::door;

namespace {

constexpr std::string_view session_header = "Mcp-Session-Id";

// About a session: without one there is nothing that they could change.
bool needs_session(std::string_view method)
{
    return method == "logging/setLevel" || method == "resources/subscribe" ||
           method == "resources/unsubscribe";
}

std::string since(std::string_view what)
{
    return std::string(what) + ": send initialize, and then the Mcp-Session-Id of its answer";
}

}  // namespace

http_endpoint::http_endpoint(
    boost::asio::any_io_executor ex,
    mcp_server& server,
    http_gate::rules rules,
    http_limits limits,
    mcp::logger log)
    : executor_(std::move(ex)),
      server_(server),
      gate_(std::move(rules)),
      limits_(limits),
      log_(std::move(log)),
      sessions_(*this),
      knows_([&server](std::string_view method) { return server.knows(mcp::modern(), method); })
{
}

http_endpoint::~http_endpoint() = default;

void http_endpoint::tick(exchange::time_point now)
{
    sessions_.tick(now);
}

error http_endpoint::explain(std::exception_ptr const& failure, std::string const& method) const
{
    return mcp::explain(failure, method, log_);
}

error http_endpoint::busy()
{
    return {errc::internal_error, "busy: too many requests are in progress; try again later"};
}

std::optional<error> http_endpoint::refuses() const
{
    if (*requests_ >= limits_.requests)
        return busy();
    return std::nullopt;
}

void http_endpoint::reuse(std::string& buffer)
{
    constexpr std::size_t kept = std::size_t(256) << 10;
    buffer.clear();
    if (buffer.capacity() > kept)
        buffer.shrink_to_fit();
}

std::string_view http_endpoint::event_of(std::string_view id, std::string_view json)
{
    reuse(event_);
    append_event(event_, id, json);
    return event_;
}

void http_endpoint::refuse(http_refusal const& why, http_reply& peer)
{
    if (why.reply)
        peer.answer(why.status, text_of(*why.reply), why.headers);
    else
        peer.answer(why.status, why.text, why.headers, "text/plain");
}

http_endpoint::answering http_endpoint::refuse_with(incoming const& in, http_refusal const& why)
{
    refuse(why, in.peer);
    return nullptr;
}

http_endpoint::answering http_endpoint::receive(
    http_head const& head,
    http_admission const& admission,
    std::string const& body,
    http_reply& peer)
{
    incoming const in{head, admission, peer};
    if (admission.refused)
        return refuse_with(in, *admission.refused);
    switch (admission.to) {
    case door::health:
        peer.answer(200, R"({"status":"ok"})");
        return nullptr;
    case door::preflight:
        answer_preflight(in);
        return nullptr;
    case door::stream:
        return open_stream(in);
    case door::end_of_session:
        end_session(in);
        return nullptr;
    case door::message:
        break;
    }
    auto value = parser_.parse(body);
    if (value)
        return receive_value(in, std::move(*value));
    auto const fault = value.error();
    http_refusal why(fault.memory ? 503 : 400, mcp::jsonrpc::unreadable(fault));
    if (fault.memory)
        why.headers = "Retry-After: 1\r\n";
    return refuse_with(in, why);
}

http_endpoint::answering http_endpoint::receive_value(incoming const& in, mcp::json::value value)
{
    if (value.is_array() && in.head.fields.find(session_header))
        return receive_batch(in, std::move(value.get_array()));
    auto message = mcp::jsonrpc::from_json(std::move(value));
    if (!message) {
        auto reply = message.error().reply;
        http_refusal why(400, std::get<error>(reply.outcome), reply.id);
        return refuse_with(in, why);
    }
    if (auto* r = std::get_if<request>(&*message))
        return receive_request(in, std::move(*r));
    if (auto* n = std::get_if<mcp::jsonrpc::notification>(&*message))
        receive_notification(in, *n);
    else
        receive_response(in, std::get<mcp::jsonrpc::response>(std::move(*message)));
    return nullptr;
}

http_endpoint::answering http_endpoint::receive_batch(incoming const& in, mcp::json::array elements)
{
    auto const session = session_of(in, std::nullopt);
    if (!session)
        return nullptr;
    if (!mcp::has_batches(session->state().client()->version) || elements.empty())
        return refuse_with(
            in, server::refuse(400, "Batches are not supported: send one message at a time"));
    std::vector<request> requests;
    std::vector<mcp::jsonrpc::response> refused;
    for (auto& element : elements) {
        auto message = mcp::jsonrpc::from_json(std::move(element));
        if (!message) {
            refused.push_back(message.error().reply);
        } else if (auto* n = std::get_if<mcp::jsonrpc::notification>(&*message)) {
            session->hear(*n);
        } else if (auto* answer = std::get_if<mcp::jsonrpc::response>(&*message)) {
            session->settle(std::move(*answer));
        } else if (auto& r = std::get<request>(*message);
                   r.method == "initialize" || mcp::claims_version(r.params)) {
            refused.push_back({r.id, error(errc::invalid_request, "this cannot be in a batch")});
        } else if (auto why = session->refuses(r.id, requests)) {
            refused.push_back({r.id, std::move(*why)});
        } else {
            requests.push_back(std::move(r));
        }
    }
    if (requests.empty() && refused.empty()) {
        in.peer.answer(202, {});
        return nullptr;
    }
    return session->serve(
        std::move(requests), std::move(refused), mcp::addressed::legacy, true, in.peer, in.forms());
}

http_endpoint::answering http_endpoint::receive_request(incoming const& in, request r)
{
    switch (target_of(in.head, r)) {
    case http_target::modern:
        return receive_modern(in, std::move(r));
    case http_target::handshake:
        return receive_handshake(in, std::move(r));
    case http_target::stateless:
        return receive_stateless(in, std::move(r));
    case http_target::session:
        break;
    }
    auto const session = session_of(in, r.id);
    if (!session)
        return nullptr;
    if (auto const why = session->refuses(r.id, {})) {
        auto const busy = why->code == static_cast<int>(errc::internal_error);
        return refuse_with(
            in, http_refusal(busy ? 503 : 400, *why, r.id).with(busy ? "Retry-After: 1\r\n" : ""));
    }
    std::vector<request> one;
    one.push_back(std::move(r));
    return session->serve(std::move(one), {}, mcp::addressed::legacy, false, in.peer, in.forms());
}

http_endpoint::answering http_endpoint::receive_modern(incoming const& in, request r)
{
    if (auto const why = check_modern(in.head, r, knows_))
        return refuse_with(in, *why);
    try {
        if (r.method == "tools/call")
            server_.check_parameters(
                r.params, [&](std::string_view name) { return in.head.fields.all(name); });
    } catch (error const& e) {
        return refuse_with(in, {400, e, r.id});
    }
    auto const listens = r.method == "subscriptions/listen";
    if (listens && !in.admission.takes_stream)
        return refuse_with(
            in, {406, error(errc::invalid_request, "Accept must allow text/event-stream"), r.id});
    if (listens ? *streams_ >= limits_.streams : *requests_ >= limits_.requests)
        return refuse_with(in, http_refusal(503, busy(), r.id).with("Retry-After: 1\r\n"));
    auto out = std::make_shared<modern_exchange>(
        shared_from_this(), in.peer, in.forms(), std::string(in.admission.principal));
    out->start(std::move(r));
    return out;
}

http_endpoint::answering http_endpoint::receive_handshake(incoming const& in, request r)
{
    if (in.head.fields.find(session_header))
        return refuse_with(
            in,
            {400,
             error(errc::invalid_request, "This session is open already: leave Mcp-Session-Id out"),
             r.id});
    auto const session =
        sessions_.prepare(in.admission.principal, std::chrono::steady_clock::now());
    if (!session || refuses())
        return refuse_with(in, http_refusal(503, busy(), r.id).with("Retry-After: 1\r\n"));
    std::vector<request> one;
    one.push_back(std::move(r));
    return session->serve(
        std::move(one), {}, mcp::addressed::handshake, false, in.peer, in.forms());
}

http_endpoint::answering http_endpoint::receive_stateless(incoming const& in, request r)
{
    if (needs_session(r.method))
        return refuse_with(
            in, {400, error(errc::invalid_request, since("This needs a session")), r.id});
    if (refuses())
        return refuse_with(in, http_refusal(503, busy(), r.id).with("Retry-After: 1\r\n"));
    auto const session = sessions_.passing(in.admission.principal);
    mcp::InitializeRequestParams params;
    params.protocolVersion = mcp::to_string(stateless_version(in.head));
    session->state().open(std::move(params));
    std::vector<request> one;
    one.push_back(std::move(r));
    return session->serve(std::move(one), {}, mcp::addressed::legacy, false, in.peer, in.forms());
}

void http_endpoint::receive_notification(incoming const& in, mcp::jsonrpc::notification const& n)
{
    // The modern era cancels by leaving: whatever is posted there is taken, and ignored.
    if (in.head.fields.find(session_header) && is_legacy(in.head)) {
        auto const session = session_of(in, std::nullopt);
        if (!session)
            return;
        session->hear(n);
    }
    in.peer.answer(202, {});
}

void http_endpoint::receive_response(incoming const& in, mcp::jsonrpc::response r)
{
    if (!in.head.fields.find(session_header) || !is_legacy(in.head))
        return refuse(
            server::refuse(400, "A response belongs to a session, and names it"), in.peer);
    auto const session = session_of(in, std::nullopt);
    if (!session)
        return;
    session->settle(std::move(r));
    in.peer.answer(202, {});
}

std::shared_ptr<http_session>
http_endpoint::session_of(incoming const& in, std::optional<mcp::jsonrpc::request_id> const& id)
{
    auto const sent = in.head.fields.find(session_header);
    auto out = sent.is_repeated() ? nullptr : sessions_.find(sent.value, in.admission.principal);
    if (!out) {
        refuse(
            {404, error(errc::invalid_request, "There is no such session: send initialize"), id},
            in.peer);
        return nullptr;
    }
    auto const version = out->state().client()->version;
    if (auto const why = check_session_version(in.head, version, id)) {
        refuse(*why, in.peer);
        return nullptr;
    }
    out->use(std::chrono::steady_clock::now());
    return out;
}

http_endpoint::answering http_endpoint::open_stream(incoming const& in)
{
    if (!is_legacy(in.head))
        return refuse_with(in, http_refusal(405, "Send POST.").with("Allow: POST\r\n"));
    if (!in.head.fields.find(session_header))
        return refuse_with(in, server::refuse(400, since("A stream belongs to a session")));
    auto const session = session_of(in, std::nullopt);
    if (!session)
        return nullptr;
    if (*streams_ >= limits_.streams)
        return refuse_with(in, http_refusal(503, busy()).with("Retry-After: 1\r\n"));
    auto const last = in.head.fields.find("Last-Event-ID");
    auto const after = event_id_from(last.value);
    if (last && !after)
        return refuse_with(in, server::refuse(400, "This is no Last-Event-ID of this server"));
    return session->listen(in.peer, after);
}

void http_endpoint::end_session(incoming const& in)
{
    if (!is_legacy(in.head))
        return refuse(http_refusal(405, "Send POST.").with("Allow: POST\r\n"), in.peer);
    if (!in.head.fields.find(session_header))
        return refuse(server::refuse(400, "Which session: send its Mcp-Session-Id"), in.peer);
    auto const session = session_of(in, std::nullopt);
    if (!session)
        return;
    sessions_.end(session->id());
    in.peer.answer(204, {});
}

void http_endpoint::answer_preflight(incoming const& in)
{
    // The star is for Mcp-Param-*, of which there are as many as tools have arguments; it does not
    // cover Authorization.
    in.peer.answer(
        204,
        {},
        "Access-Control-Allow-Methods: POST, GET, DELETE\r\n"
        "Access-Control-Allow-Headers: Content-Type, Accept, Authorization, MCP-Protocol-Version, "
        "Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID, *\r\n"
        "Access-Control-Max-Age: 600\r\n");
}

}  // namespace server
