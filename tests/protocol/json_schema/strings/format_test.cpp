#include "protocol/json_schema/strings/format.hpp"

#include <doctest/doctest.h>

namespace format_test {

using mcp::json_schema::has_format;

TEST_CASE("the formats of a form are told apart from what only resembles them")
{
    for (char const* right : {"2026-01-31", "2024-02-29", "2000-02-29", "0000-01-01"})
        CHECK(has_format("date", right));
    for (char const* wrong :
         {"2026-02-29",
          "1900-02-29",
          "2026-13-01",
          "2026-1-1",
          "2026-01-32",
          "2026-01-31T",
          "",
          "٢٠٢٦-01-31",
          "2026/01/31"})
        CHECK_FALSE(has_format("date", wrong));
    for (char const* right :
         {"2026-01-31T12:00:00Z",
          "2026-01-31t12:00:00.5z",
          "2026-01-31T12:00:00-08:00",
          "1998-12-31T23:59:60Z",
          "1998-12-31T15:59:60.1-08:00"})
        CHECK(has_format("date-time", right));
    for (char const* wrong :
         {"2026-01-31",
          "2026-01-31 12:00:00Z",
          "2026-01-31T24:00:00Z",
          "2026-01-31T12:60:00Z",
          "2026-01-31T12:00:00",
          "2026-01-31T12:00:00.Z",
          "2026-01-31T12:00:00+24:00",
          "1998-12-31T23:58:60Z",
          "2026-01-31T12:00:00Zx",
          "2026-01-31T12:00:61Z"})
        CHECK_FALSE(has_format("date-time", wrong));
    for (char const* right :
         {"a@example.com",
          "a.b+c@sub.example.com",
          "\"a b\"@example.com",
          "a@[127.0.0.1]",
          "a@[IPv6:::1]"})
        CHECK(has_format("email", right));
    for (char const* wrong :
         {"",
          "a",
          "@example.com",
          "a@",
          "a b@example.com",
          ".a@example.com",
          "a.@example.com",
          "a..b@example.com",
          "a@-x.com",
          "a@x..com",
          "a@[127.0.0.300]",
          "a@b@c",
          "\"a@example.com",
          "a@exa mple.com"})
        CHECK_FALSE(has_format("email", wrong));
    for (char const* right :
         {"https://example.com/a?b=c#d",
          "urn:x:y",
          "mailto:a@b.c",
          "http://[::1]:80/",
          "a:",
          "http://u:p@h/%41"})
        CHECK(has_format("uri", right));
    for (char const* wrong :
         {"",
          "/a",
          "a",
          "1a:b",
          "http://a b",
          "http://a/%4",
          "http://[::1",
          "http://h:8a/",
          "http://h/<>",
          "://x",
          "http://h/ü",
          "#a"})
        CHECK_FALSE(has_format("uri", wrong));
}

}  // namespace format_test
