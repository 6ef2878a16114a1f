#include "protocol/text.hpp"

#include <doctest/doctest.h>

namespace protocol_text_test {

using mcp::cut_utf8;
using mcp::head_and_tail;
using mcp::redactor;
using mcp::sanitize;
using mcp::sanitize_line;
using mcp::valid_utf8;

TEST_CASE("ordinary text, emoji and other scripts pass the sanitizer unchanged")
{
    std::string const text = "naïve\tcode → 日本語 العربية 🚀 \"x\"\n";
    CHECK(sanitize(text) == text);
    CHECK(valid_utf8(text));
}

TEST_CASE("terminal escapes and control characters are removed, line ends made one")
{
    CHECK(sanitize("a\x1b[31mred\x1b[0m\x07\x7f\x00z") == "a[31mred[0m");
    CHECK(sanitize(std::string_view("a\0b", 3)) == "ab");
    CHECK(
        sanitize("a\r\nb\rc\xE2\x80\xA8"
                 "d") == "a\nb\nc\nd");
    CHECK(
        sanitize("\xC2\x9B"
                 "31m") == "31m");
}

TEST_CASE("bidirectional overrides, zero-width and tag characters are removed")
{
    CHECK(sanitize("a\u202Eb\u2066c\u2069d") == "abcd");
    CHECK(sanitize("pa\u200Bss\u200Dwo\uFEFFrd\u2060") == "password");
    CHECK(sanitize("x\U000E0041\U000E007Fy\U000E0100z") == "xyz");
}

TEST_CASE("what is not UTF-8 becomes the replacement character, one per maximal subpart")
{
    CHECK(sanitize("a\xFFz") == "a\uFFFDz");
    CHECK(sanitize("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");  // a lone surrogate
    CHECK(sanitize("\xC0\xAF") == "\uFFFD\uFFFD");            // an overlong slash
    CHECK(sanitize("\xF0\x9F\x9A") == "\uFFFD");              // a cut emoji
    CHECK(sanitize("\xF4\x90\x80\x80x") == "\uFFFD\uFFFD\uFFFD\uFFFDx");
    CHECK_FALSE(valid_utf8("\xED\xA0\x80"));
    CHECK_FALSE(valid_utf8("\xF0\x9F\x9A"));
}

TEST_CASE(
    "whatever the bytes, sanitized text is valid UTF-8 and sanitizing it again changes nothing")
{
    std::string all;
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 256; ++i) {
            all.push_back(static_cast<char>(i));
            all.push_back(static_cast<char>((i * 7 + round * 31) & 0xFF));
        }
    auto const once = sanitize(all);
    CHECK(valid_utf8(once));
    CHECK(sanitize(once) == once);
}

TEST_CASE("a log line stays one line and short")
{
    CHECK(sanitize_line("a\nb\tc\r\nd") == "a\\nb\\tc\\nd");
    auto const line = sanitize_line(std::string(100000, 'x') + "\n", 64);
    CHECK(line.size() == 64);
    CHECK(valid_utf8(sanitize_line("ééééé", 3)));
}

TEST_CASE("a cut never ends inside a code point")
{
    CHECK(cut_utf8("aé", 2) == "a");
    CHECK(cut_utf8("aé", 3) == "aé");
    CHECK(cut_utf8("🚀🚀", 7) == "🚀");
    CHECK(cut_utf8("🚀", 0).empty());
    CHECK(cut_utf8("\x80\x80\x80\x80\x80\x80", 5).size() == 5);
}

TEST_CASE("head and tail say how much they leave out")
{
    CHECK(head_and_tail("short", 10) == "short");
    std::string const text = std::string(600, 'a') + std::string(600, 'b');
    auto const cut = head_and_tail(text, 300);
    CHECK(cut == std::string(200, 'a') + "\n… 900 bytes omitted …\n" + std::string(100, 'b'));
    std::string wide;
    for (int i = 0; i < 500; ++i)
        wide += "€";
    CHECK(valid_utf8(head_and_tail(wide, 100)));
}

TEST_CASE("secrets in use are replaced wherever they stand")
{
    redactor const redact({"hunter22", "hunter2222", "abc"});
    CHECK(redact("pw=hunter2222&again=hunter22!") == "pw=***&again=***!");
    CHECK(redact("abc") == "abc");
    CHECK(redact("") == "");
}

TEST_CASE("what looks like a key is replaced without being known")
{
    redactor const redact;
    CHECK(redact("key sk-ant-api03-AbC_123-xyz, next") == "key sk-ant-***, next");
    CHECK(redact("ctx7sk-0123456789abcdef") == "ctx7sk-***");
    CHECK(
        redact("Authorization: bearer eyJhbGciOi.123456.abc_d\n") == "Authorization: bearer ***\n");
    CHECK(redact("sk-proj-0123456789abcdefghij") == "sk-***");
    CHECK(
        redact("Bearer authentication, task-sk-learn, Bearer <token>") ==
        "Bearer authentication, task-sk-learn, Bearer <token>");
}

}  // namespace protocol_text_test
