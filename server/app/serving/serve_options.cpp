#include "server/app/serving/serve_options.hpp"

#include "agent/small_file.hpp"
#include "server/app/config.hpp"
#include "server/app/serving/limit_table.hpp"
#include "server/transports/socket/activation.hpp"
#include "server/transports/socket/listening_socket.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sys/stat.h>

namespace app {
namespace {

constexpr std::size_t shortest_token = 16;
constexpr std::size_t longest_token = 1024;
constexpr char token_variable[] = "NEXTJS_BACKEND_ENGINEER_TOKEN";

std::string token_from_file(std::string const& path)
{
    unsigned mode = 0;
    auto text = agent::read_small_file(path, longest_token + 2, &mode);
    if (!text)
        throw config_error("--token-file " + path + " " + text.error());
    if ((mode & (S_IRWXG | S_IRWXO)) != 0)
        throw config_error(
            "--token-file " + path + " can be read by other users; run: chmod 600 " + path);
    while (text->ends_with('\n') || text->ends_with('\r'))
        text->pop_back();
    return *text;
}

// It travels in JSON and in an HTTP header.
void check_token(std::string const& token)
{
    auto const printable = [](unsigned char c) { return c > ' ' && c < 0x7f; };
    if (token.size() < shortest_token || token.size() > longest_token ||
        !std::ranges::all_of(token, printable))
        throw config_error(
            "the token must be 16 to 1024 visible ASCII characters; make one with: openssl rand "
            "-hex 32");
}

boost::asio::ip::address const* host_of(server::listen_address const& at)
{
    if (auto const* tcp = std::get_if<server::tcp_address>(&at))
        return &tcp->host;
    if (auto const* http = std::get_if<server::http_address>(&at))
        return &http->host;
    return nullptr;
}

}  // namespace

void serve_flags::add_to(CLI::App& cli)
{
    auto const group = "Serving";
    cli.add_flag(
           "--stdio",
           stdio_,
           "Serve MCP on stdin and stdout (the default, unless there is a --listen); when stdin "
           "ends, so does the program")
        ->group(group);
    cli.add_option(
           "--listen",
           listen_,
           "Serve MCP at unix:PATH, tcp:127.0.0.1:PORT, http://127.0.0.1:PORT, or fd:N, a socket "
           "handed over; repeatable")
        ->allow_extra_args(false)
        ->group(group);
    cli.add_option(
           "--token",
           token_,
           "What TCP and HTTP clients must show; better in --token-file, or in the environment "
           "(NEXTJS_BACKEND_ENGINEER_TOKEN)")
        ->group(group);
    cli.add_option("--token-file", token_file_, "File that holds the token; yours alone (0600)")
        ->group(group);
    cli.add_flag(
           "--allow-remote",
           plain_.allow_remote,
           "Allow --listen at addresses that other machines reach; nothing is encrypted")
        ->group(group);
    cli.add_option("--http-path", plain_.http_path, "Path of the HTTP endpoint")
        ->capture_default_str()
        ->group(group);
    cli.add_option(
           "--allow-origin",
           plain_.allowed_origins,
           "A web page's origin that may use HTTP, such as https://example.com; repeatable")
        ->allow_extra_args(false)
        ->group(group);
    cli.add_option(
           "--allow-host",
           plain_.allowed_hosts,
           "A name under which HTTP is reached, besides localhost; repeatable")
        ->allow_extra_args(false)
        ->group(group);
    cli.add_option("--limit", limits_, "NAME=VALUE, see --help-limits; repeatable")
        ->allow_extra_args(false)
        ->group(group);
    cli.add_flag("--help-limits", help_limits_, "Print the limits and exit")->group(group);
    cli.add_flag(
           "--test-tools", plain_.test_tools, "Add the tools echo and slow, which are for tests")
        ->group(group);
}

std::string serve_flags::read_token(agent::environment const& env) const
{
    if (!token_.empty() && !token_file_.empty())
        throw config_error("--token and --token-file: give one of them");
    auto out = token_;
    if (!token_file_.empty())
        out = token_from_file(token_file_);
    else if (out.empty())
        out = env(token_variable).value_or("");
    if (!out.empty() || !token_file_.empty())
        check_token(out);
    return out;
}

serve_options serve_flags::read(agent::environment const& env, int process) const
{
    auto out = plain_;
    for (auto const& assignment : limits_)
        set_limit(out.limits, assignment);
    if (help_limits_)
        throw print_and_exit{describe_limits(out.limits)};
    for (auto const& text : listen_) {
        auto address = server::parse_listen_address(text);
        if (!address)
            throw config_error(address.error());
        out.listen.push_back(std::move(*address));
    }
    if (listen_.empty())
        for (auto const& handed_over : server::activated_sockets(env, process))
            out.listen.emplace_back(handed_over);
    out.token = read_token(env);
    out.stdio = stdio_ || out.listen.empty();
    for (auto const& address : out.listen)
        if (auto const why = objection(out, address); !why.empty())
            throw config_error(why);
    if (!out.http_path.starts_with('/'))
        throw config_error("--http-path must start with /");
    return out;
}

std::string objection(serve_options const& options, server::listen_address const& at)
{
    auto const* host = host_of(at);
    if (!host)
        return {};
    bool const remote = !server::is_loopback(*host);
    if (remote && !options.allow_remote)
        return "--listen " + to_text(at) +
               ": other machines reach this address; use 127.0.0.1 or [::1], or say "
               "--allow-remote if that is meant";
    bool const tcp = std::holds_alternative<server::tcp_address>(at);
    if (options.token.empty() && (tcp || remote))
        return "--listen " + to_text(at) +
               " needs a token, since everyone can connect to it: give --token-file FILE, or set "
               "NEXTJS_BACKEND_ENGINEER_TOKEN (make one with: openssl rand -hex 32)";
    return {};
}

}  // namespace app
