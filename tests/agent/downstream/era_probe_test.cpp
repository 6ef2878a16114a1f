#include "agent/downstream/era_probe.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace era_probe_test {

using namespace agent;
using next = probe_verdict::next;
using mcp::jsonrpc::error;
namespace json = boost::json;

namespace {

// Of a process, whose answers may come late.
probe_verdict judge(probe_reply const& reply)
{
    return agent::judge(reply, true);
}

}  // namespace

TEST_CASE("a server that lists the modern version is modern")
{
    CHECK(judge(json::parse(R"({"supportedVersions": ["2026-07-28"]})")).step == next::modern);
    CHECK(
        judge(json::parse(R"({"supportedVersions": ["2025-11-25", "2026-07-28"]})")).step ==
        next::modern);
}

TEST_CASE("a server that answers the probe but lists only legacy versions is initialized")
{
    CHECK(judge(json::parse(R"({"supportedVersions": ["2025-11-25"]})")).step == next::initialize);
    CHECK(judge(json::parse(R"({"something": "else"})")).step == next::initialize);
    CHECK(judge(json::parse("7")).step == next::initialize);
}

TEST_CASE("any error but a modern one means legacy")
{
    for (int const code : {-32601, -32602, -32600, -32000, -32603, 0, 404})
        CHECK(judge(error(code, "no")).step == next::initialize);
}

TEST_CASE("a refused version is answered with one of the server's own, if we speak it")
{
    auto const with = [](char const* data) { return error(-32022, "no", json::parse(data)); };
    CHECK(judge(with(R"({"supported": ["2025-06-18"]})")).step == next::initialize);
    auto const verdict = judge(with(R"({"supported": ["2027-01-01"]})"));
    CHECK(verdict.step == next::give_up);
    CHECK(verdict.reason.find("2027-01-01") != std::string::npos);
    CHECK(judge(with(R"({"supported": ["2026-07-28"]})")).step == next::again);
    CHECK(judge(error(-32022, "no")).step == next::initialize);
    CHECK(judge(error(-32021, "no")).step == next::give_up);
    CHECK(judge(error(-32020, "no")).step == next::give_up);
}

TEST_CASE("a server that dies of the probe or stays silent gets a new process")
{
    CHECK(judge(transport_error(transport_errc::ended, "gone")).step == next::respawn);
    CHECK(judge(probe_failure::timed_out).step == next::respawn);
}

TEST_CASE("over HTTP silence is followed by initialize, and what is no MCP too")
{
    CHECK(agent::judge(probe_failure::timed_out, false).step == next::initialize);
    for (auto const kind :
         {transport_errc::refused, transport_errc::malformed, transport_errc::lost})
        CHECK(agent::judge(transport_error(kind, "no"), false).step == next::initialize);
}

TEST_CASE("no access, no connection and a failing server say nothing about the era")
{
    for (auto const kind :
         {transport_errc::denied, transport_errc::unreachable, transport_errc::busy}) {
        auto const verdict = agent::judge(transport_error(kind, "it is shut"), false);
        CHECK(verdict.step == next::give_up);
        CHECK(verdict.reason == "it is shut");
    }
}

}  // namespace era_probe_test
