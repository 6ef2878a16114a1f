#include "agent/checks/types/tools/tool_run.hpp"

#include "agent/downstream/process/child_process.hpp"

#include <array>
#include <charconv>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

using steady = std::chrono::steady_clock;

constexpr std::uint64_t largest_file = 1ULL << 30U;
constexpr auto last_output = std::chrono::milliseconds(500);  // after its end

// Reads to the end, beside the coroutine that waits for the process: a descendant that left the
// group may hold the other end of the pipe for ever.
struct output_reader {
    output_reader(child_process::pipe in, std::size_t most)
        : pipe(std::move(in)), limit(most), ended(pipe.get_executor())
    {
    }

    void read(std::shared_ptr<output_reader> const& self)
    {
        pipe.async_read_some(asio::buffer(chunk), [self](auto ec, std::size_t n) {
            self->printed += n;
            self->kept.append(self->chunk.data(), std::min(n, self->limit - self->kept.size()));
            if (!ec)
                return self->read(self);
            self->done = true;
            self->ended.notify();
        });
    }

    child_process::pipe pipe;
    std::size_t limit;
    mcp::event ended;
    std::array<char, 1U << 16U> chunk{};
    std::string kept;
    std::uint64_t printed = 0;
    bool done = false;
};

// However its owner goes.
struct ended_child {
    child_process& child;
    std::shared_ptr<output_reader> reader;

    ended_child(child_process& c, std::shared_ptr<output_reader> r) : child(c), reader(std::move(r))
    {
    }
    ended_child(ended_child const&) = delete;
    ended_child& operator=(ended_child const&) = delete;
    ~ended_child()
    {
        child.kill();
        boost::system::error_code ignored;
        reader->pipe.close(ignored);
    }
};

awaitable<void> output_end(std::shared_ptr<output_reader> reader)
{
    while (!reader->done)
        co_await reader->ended.wait();
}

awaitable<bool> within(awaitable<void> what, steady::duration limit)
{
    try {
        co_await mcp::with_timeout(std::move(what), limit);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
        co_return false;
    }
    co_return true;
}

awaitable<void> wait_for_end(child_process& child, std::string& status)
{
    status = co_await child.wait();
}

void tell_ending(tool_run& run)
{
    constexpr std::string_view exited = "exited with code ";
    run.how = tool_run::ending::killed;
    if (!run.status.starts_with(exited))
        return;
    run.how = tool_run::ending::exited;
    auto const* const end = run.status.data() + run.status.size();
    std::from_chars(run.status.data() + exited.size(), end, run.code);
}

}  // namespace

awaitable<tool_run> run_tool(tool_command command)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const start = steady::now();
    tool_run run;
    std::unique_ptr<child_process> child;
    try {
        child_command what;
        what.argv = std::move(command.argv);
        what.environment = std::move(command.environment);
        what.directory = std::move(command.directory);
        what.errors_in_output = true;
        what.memory = command.memory;
        what.file_size = largest_file;
        // Several threads may each take a whole one.
        what.processor =
            16 * (1 + static_cast<std::uint64_t>(command.limit / std::chrono::seconds(1)));
        child = std::make_unique<child_process>(executor, std::move(what));
    } catch (spawn_error const& e) {
        run.status = e.what();
        co_return run;
    }
    child->in.close();
    auto const reader = std::make_shared<output_reader>(std::move(child->out), command.output);
    reader->read(reader);
    {
        ended_child const guard(*child, reader);
        bool const ended = co_await within(wait_for_end(*child, run.status), command.limit);
        if (ended) {
            tell_ending(run);
            co_await within(output_end(reader), last_output);
        } else {
            run.how = tool_run::ending::timed_out;
            run.status = "did not end in time";
        }
    }
    run.output = std::move(reader->kept);
    run.printed = reader->printed;
    run.took = std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - start);
    co_return run;
}

}  // namespace agent
