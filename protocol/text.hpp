#pragma once

// Text that crosses a boundary: what the sinks (results, errors, log lines) and the tools do to
// text that somebody else wrote. Pure; sizes are bytes of UTF-8; nothing here fails.
// reliability 1.2 rows 8, 17, 31: hidden characters steer models and terminals, keys end up in
// logs.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcp {

bool valid_utf8(std::string_view text);

// What is not UTF-8 becomes U+FFFD.
std::u32string code_points(std::string_view text);

// Valid UTF-8 with nothing hidden in it: control characters but \n and \t, bidirectional overrides
// and isolates, zero-width, tag and variation-selector-supplement characters are removed; what is
// not UTF-8 (lone surrogates too) becomes U+FFFD; CR, CRLF, U+2028 and U+2029 become \n.
std::string sanitize(std::string_view text);

// The same on one line, for logs: \n and \t are written as escapes, at most `limit` bytes.
std::string sanitize_line(std::string_view text, std::size_t limit = 1024);

// The longest prefix of at most `bytes` bytes that does not end inside a code point.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);

// Text of about `bytes` bytes: as it is if it fits, else its head and its tail around a line that
// says how much is missing. The marker comes on top of `bytes`.
std::string head_and_tail(std::string_view text, std::size_t bytes);

// Replaces every secret in use by ***, and what looks like a key whoever it belongs to: sk-ant-…,
// sk-…, ctx7sk-…, Bearer …. One value, made at the start, handed to every sink.
class redactor {
public:
    redactor() = default;

    // Secrets under six bytes are left alone: replacing those would destroy ordinary text.
    explicit redactor(std::vector<std::string> secrets);

    std::string operator()(std::string_view text) const;

private:
    std::vector<std::string> secrets_;  // longest first: one may be part of another
};

}  // namespace mcp
