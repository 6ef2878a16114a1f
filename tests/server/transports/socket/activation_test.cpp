#include "server/transports/socket/activation.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace activation_test {

namespace {

std::string activated(std::map<std::string, std::string> const& environment)
{
    auto const look_up = [&](char const* name) -> std::optional<std::string> {
        auto const found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
    std::string out;
    for (auto const& at : server::activated_sockets(look_up, 42))
        out += server::to_text(at) + " ";
    return out;
}

}  // namespace

TEST_CASE("sockets that a service manager hands over are taken by the process that is meant")
{
    CHECK(activated({{"LISTEN_PID", "42"}, {"LISTEN_FDS", "2"}}) == "fd:3 fd:4 ");
    CHECK(activated({{"LISTEN_PID", "41"}, {"LISTEN_FDS", "2"}}).empty());
    CHECK(activated({{"LISTEN_FDS", "2"}}).empty());
    CHECK(activated({{"LISTEN_PID", "42"}}).empty());
    CHECK(activated({}).empty());
}

TEST_CASE("a handed-over socket that is called http speaks HTTP")
{
    CHECK(
        activated(
            {{"LISTEN_PID", "42"}, {"LISTEN_FDS", "4"}, {"LISTEN_FDNAMES", "lines:http::httpd"}}) ==
        "fd:3 http+fd:4 fd:5 fd:6 ");
}

TEST_CASE("nonsense about handed-over sockets is no socket, or a bounded number of them")
{
    for (auto const* count : {"", "0", "-1", "x", "1x", "99999999999999999999"})
        CHECK(activated({{"LISTEN_PID", "42"}, {"LISTEN_FDS", count}}).empty());
    auto const many = activated({{"LISTEN_PID", "42"}, {"LISTEN_FDS", "1000000"}});
    CHECK(many.ends_with("fd:66 "));
}

}  // namespace activation_test
