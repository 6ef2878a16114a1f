#include "server/transports/listen_address.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace listen_address_test {

namespace {

std::string refusal(std::string_view text)
{
    auto const address = server::parse_listen_address(text);
    return address ? "accepted" : address.error();
}

}  // namespace

TEST_CASE("an address is written as it was read")
{
    for (std::string const text :
         {"unix:/run/x.sock",
          "unix:relative",
          "tcp:127.0.0.1:4000",
          "tcp:[::1]:0",
          "http://127.0.0.1:80",
          "http://[::1]:65535/mcp/v1",
          "fd:3",
          "http+fd:12"}) {
        auto const address = server::parse_listen_address(text);
        REQUIRE_MESSAGE(address.has_value(), text);
        CHECK(to_text(*address) == text);
    }
    CHECK(to_text(*server::parse_listen_address("tcp:localhost:1")) == "tcp:127.0.0.1:1");
    CHECK(to_text(*server::parse_listen_address("http://127.0.0.1:1/")) == "http://127.0.0.1:1");
}

TEST_CASE("an address that cannot be used is refused in a sentence that shows the forms")
{
    std::vector<std::string> const bad{
        "",
        "unix:",
        "/run/x.sock",
        "tcp:",
        "tcp:4000",
        "tcp:127.0.0.1",
        "tcp:127.0.0.1:",
        "tcp:127.0.0.1:65536",
        "tcp:127.0.0.1:-1",
        "tcp:127.0.0.1: 1",
        "tcp:127.0.0.1:1x",
        "tcp:127.1:1",
        "tcp:0x7f.0.0.1:1",
        "tcp:::1:1",
        "tcp:[127.0.0.1]:1",
        "tcp:[::1:1",
        "tcp:example.com:80",
        "http://127.0.0.1",
        "http://user@127.0.0.1:80",
        "https://127.0.0.1:80",
        "HTTP://127.0.0.1:80",
        "fd:",
        "fd:2",
        "fd:-3",
        "fd:99999999999"};
    for (auto const& text : bad) {
        auto const why = refusal(text);
        CHECK_MESSAGE(why.find("write unix:/path/to/socket") != std::string::npos, text);
    }
}

TEST_CASE("a Unix socket's path may have 107 bytes")
{
    CHECK(refusal("unix:" + std::string(107, 'p')) == "accepted");
    CHECK(refusal("unix:" + std::string(108, 'p')).find("at most 107") != std::string::npos);
    CHECK(refusal(std::string("unix:a\0b", 8)).find("path") != std::string::npos);
}

}  // namespace listen_address_test
