#include "protocol/base64.hpp"

#include <doctest/doctest.h>

namespace base64_test {

using mcp::base64;
using mcp::base64url;
using mcp::from_base64;
using mcp::from_base64url;

TEST_CASE("base64 is that of RFC 4648, and comes back")
{
    struct pair {
        std::string_view bytes, text;
    };
    for (auto const& [bytes, text] : {
             pair{"", ""},
             pair{"f", "Zg=="},
             pair{"fo", "Zm8="},
             pair{"foo", "Zm9v"},
             pair{"foob", "Zm9vYg=="},
             pair{"fooba", "Zm9vYmE="},
             pair{"foobar", "Zm9vYmFy"},
             pair{"\xfb\xff\xfe", "+//+"},
         }) {
        CHECK(base64(bytes) == text);
        CHECK(from_base64(text) == std::string(bytes));
    }
    CHECK(base64url("\xfb\xff\xfe\xff") == "-__-_w");
    CHECK(from_base64url("-__-_w") == "\xfb\xff\xfe\xff");
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
        CHECK(from_base64(base64(all)) == all);
        CHECK(from_base64url(base64url(all)) == all);
    }
}

TEST_CASE("base64 that is not canonical is refused")
{
    for (char const* text : {
             "Zg",
             "Zg=",
             "Zg===",
             "Zh==",
             "Zm9=",
             "Zm 9v",
             "Zm9v\n",
             "Zm9v====",
             "=",
             "==",
             "====",
             "Z===",
             "Zm=9",
             "Z-_v",
             "Zm9vZ",
             "\xc3\xa4zz",
         }) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
    for (char const* text : {"Zg==", "Zh", "Zm9", "Z", "Zm+v", "Zm/v", " Zm9v"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64url(text));
    }
}

}  // namespace base64_test
