#include "agent/downstream/process/process_transport.hpp"

#include "agent/downstream/process/child_process.hpp"
#include "protocol/rpc/dispatcher.hpp"
#include "protocol/rpc/stream_transport.hpp"
#include "protocol/text.hpp"

#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;

namespace {

constexpr auto exit_wait = std::chrono::milliseconds(300);  // from the end of stdout
constexpr std::size_t shown_stderr = 300;

using pipes = mcp::stream_transport<child_process::pipe>;

// The pipes of a process that is not to be trusted with them.
class lines final : public mcp::transport {
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

}  // namespace

// Held by the coroutine that pumps.
class process_transport::conversation {
public:
    conversation(
        asio::any_io_executor const& ex,
        downstream_server const& server,
        downstream_question on_question,
        mcp::logger const& log)
        : child(ex, server.command),
          lines_(child, server, log),
          dispatcher(lines_, std::move(on_question)),
          changed(ex)
    {
    }

    awaitable<void> pump()
    {
        co_await dispatcher.run();
        lines_.close();
        try {
            status_ = co_await mcp::with_timeout(child.wait(), exit_wait);
        } catch (boost::system::system_error const&) {
            status_ = "closed its stdout";
            child.kill();
        }
    }

    std::string why() const
    {
        if (!given_up.empty())
            return given_up;
        auto text = lines_.fault.empty() ? "its process " + status_ : lines_.fault;
        auto said = child.stderr_tail();
        while (said.ends_with('\n'))
            said.pop_back();
        if (said.size() > shown_stderr)
            said = said.substr(said.size() - shown_stderr);
        if (!said.empty())
            text += "; it said last: " + mcp::sanitize_line(said, shown_stderr);
        return text;
    }

    void close() { lines_.close(); }

    child_process child;

private:
    lines lines_;
    std::string status_;

public:
    mcp::dispatcher dispatcher;
    mcp::event changed;
    std::string given_up;  // why it was killed: nobody asks it any more, though it may not be gone
    bool ended = false;
};

process_transport::process_transport(
    asio::any_io_executor ex,
    downstream_server const& server,
    downstream_question on_question,
    mcp::logger log)
    : conversation_(std::make_shared<conversation>(ex, server, std::move(on_question), log))
{
    // It needs no cancellation: it ends when the process does, or with close().
    asio::co_spawn(ex, conversation_->pump(), [held = conversation_](std::exception_ptr) {
        held->ended = true;
        held->changed.notify();
    });
}

process_transport::~process_transport()
{
    conversation_->close();
}

awaitable<json::value> process_transport::request(downstream_request r)
{
    auto const held = conversation_;
    auto answer = held->dispatcher.call(std::move(r.method), std::move(r.params));
    try {
        co_return co_await std::move(answer);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::eof)
            throw;
    }
    // So that why() knows.
    while (!held->ended)
        co_await held->changed.wait();
    throw transport_error(transport_errc::ended, held->why());
}

awaitable<void> process_transport::notify(mcp::jsonrpc::notification n)
{
    conversation_->dispatcher.notify(n);
    co_return;
}

bool process_transport::ended() const
{
    return conversation_->ended || !conversation_->given_up.empty();
}

std::string process_transport::why() const
{
    return conversation_->why();
}

void process_transport::give_up(std::string const& reason)
{
    conversation_->given_up = reason;
    conversation_->child.kill();
}

void process_transport::close()
{
    conversation_->close();
}

}  // namespace agent
