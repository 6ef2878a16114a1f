#include "agent/models/cli/cli.hpp"

#include "agent/downstream/process/child_process.hpp"
#include "agent/models/written/written_calls.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::awaitable;
using boost::system::result;
using namespace std::chrono_literals;

namespace {

constexpr auto longest_answer = 15min;
constexpr std::size_t most_output = 8 << 20;
constexpr char instructions[] = "You answer as the conversation asks. You have no tools but those "
                                "that it describes.\n";

model_error not_started(std::string message)
{
    return model_error(model_errc::not_found, std::move(message));
}

// What is new since the session heard of the conversation; all of it where there is none.
std::string said_of(model_request const& request, std::size_t from)
{
    auto const& messages = request.messages;
    std::string out = from == 0 ? written_system(request) + "\n" : std::string();
    for (auto at = from; at < messages.size(); ++at) {
        bool const own = std::holds_alternative<turn>(messages[at]);
        if (own && from > 0)
            continue;
        out += fmt::format(
            "{}{}\n\n",
            from > 0 ? ""
            : own    ? "# You answered\n\n"
                     : "# You were told\n\n",
            std::visit([](auto const& message) { return written(message); }, messages[at]));
    }
    return out;
}

// Whole or not at all: others may be reading it.
void keep_instructions(std::string const& file)
{
    if (fs::exists(file))
        return;
    fs::create_directories(fs::path(file).parent_path());
    auto const made = fmt::format("{}.{}", file, ::getpid());
    std::ofstream(made) << instructions;
    fs::rename(made, file);
}

token_usage less(token_usage all, token_usage const& before)
{
    all.input -= before.input;
    all.cache_read -= before.cache_read;
    all.output -= before.output;
    all.thinking -= before.thinking;
    return all;
}

}  // namespace

cli::cli(cli_program const& program, cli_options options)
    : program_(program), options_(std::move(options)), name_(program.name)
{
    if (!options_.model.empty())
        name_ += ":" + options_.model;
    instructions_ = options_.directory + "/instructions.md";
}

awaitable<std::string> cli::output_of(std::string said)
{
    child_command command;
    command.argv = program_.arguments(options_.model, session_, instructions_);
    command.environment = options_.environment;
    command.directory = options_.directory;
    child_process child(co_await asio::this_coro::executor, std::move(command));
    // What it does not want to hear is seen from what it answers.
    co_await asio::async_write(child.in, asio::buffer(said), asio::as_tuple(asio::use_awaitable));
    child.in.close();
    std::string out;
    char buffer[16 << 10];
    for (;;) {
        auto const [ec, n] = co_await child.out.async_read_some(
            asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
        out.append(buffer, n);
        if (ec == asio::error::operation_aborted)
            throw boost::system::system_error(ec);
        if (ec || out.size() > most_output)
            break;
    }
    if (out.size() > most_output)
        child.kill();  // it would wait for somebody who reads on
    co_await child.wait();
    if (out.find_first_not_of(" \n") == std::string::npos)
        out = child.stderr_tail();
    co_return out;
}

awaitable<result<turn, model_error>> cli::complete(model_request request, text_sink on_text)
{
    auto const session = std::exchange(session_, {});
    bool const goes_on = !session.empty() && said_ > 0 && said_ < request.messages.size();
    auto said = said_of(request, goes_on ? said_ : 0);
    if (goes_on)
        session_ = session;
    else
        spent_ = {};
    std::string output, problem;
    try {
        keep_instructions(instructions_);
        output = co_await mcp::with_timeout(output_of(std::move(said)), longest_answer);
    } catch (spawn_error const& e) {
        problem = e.what();
    } catch (fs::filesystem_error const& e) {
        problem = e.what();
    } catch (boost::system::system_error const& e) {
        session_.clear();
        if (e.code() != asio::error::timed_out)
            throw;
        co_return model_error(model_errc::timed_out, fmt::format("{} did not answer.", name_));
    }
    session_.clear();
    if (!problem.empty())
        co_return not_started(std::move(problem));
    auto answer = program_.read(output);
    if (!answer)
        co_return answer.error();
    auto read = read_written(answer->text, fmt::format("call_{}", request.messages.size()));
    auto const usage = program_.usage_adds_up ? less(answer->usage, spent_) : answer->usage;
    if (!read) {
        read.error().usage = usage;
        co_return read.error();
    }
    if (on_text)
        on_text(read->text);
    session_ = std::move(answer->session);
    said_ = request.messages.size();
    spent_ = answer->usage;
    read->usage = usage;
    read->model = answer->model.empty() ? name_ : std::move(answer->model);
    co_return std::move(*read);
}

}  // namespace agent
