#include "tests/bench/load/options.hpp"

#include <CLI/CLI.hpp>
#include <stdexcept>

namespace bench {
namespace {

endpoint endpoint_from(std::string const& text)
{
    endpoint out;
    auto const colon = text.find(':');
    auto const kind = text.substr(0, colon);
    auto const rest = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (text == "stdio")
        return out;
    if (kind == "unix" && !rest.empty() && rest.size() < 100) {
        out.kind = wire::unix_socket;
        out.path = rest;
        return out;
    }
    if (kind != "http" && kind != "tcp")
        throw std::invalid_argument("where is stdio, http:PORT, tcp:PORT or unix:PATH");
    out.kind = kind == "http" ? wire::http : wire::tcp;
    out.port = std::stoi(rest);
    return out;
}

}  // namespace

options parse_options(int argc, char** argv)
{
    options out;
    std::string where;
    std::string which = "modern";
    CLI::App app("Starts an MCP server, calls its echo tool, and prints what it saw as JSON");
    app.positionals_at_end();
    app.add_option("--scenario", out.scenario)
        ->required()
        ->check(CLI::IsMember({"calls", "idle", "held", "hostile"}));
    app.add_option("--where", where, "stdio, http:PORT, tcp:PORT or unix:PATH")->required();
    app.add_option("--era", which)->check(CLI::IsMember({"modern", "legacy"}));
    app.add_option("--clients", out.clients)->check(CLI::Range(1, 512));
    app.add_option("--idle", out.idle)->check(CLI::Range(1, 20000));
    app.add_option("--payload", out.payload)->check(CLI::Range(1, 1 << 20));
    app.add_option("--starts", out.starts)->check(CLI::Range(1, 50));
    app.add_option("--seconds", out.time)->check(CLI::Range(0.01, 60.0));
    app.add_option("--warmup", out.warmup)->check(CLI::Range(0.0, 60.0));
    app.add_option("command", out.command)->required();
    try {
        app.parse(argc, argv);
        out.at = endpoint_from(where);
    } catch (std::exception const& e) {
        throw std::invalid_argument(e.what());
    }
    out.which = which == "modern" ? era::modern : era::legacy;
    return out;
}

}  // namespace bench
