#pragma once

// What a command answers, on stdout, and what it could not do.

#include "protocol/json.hpp"
#include "protocol/json_text.hpp"
#include "protocol/text.hpp"

#include <string>
#include <string_view>

namespace app {

void print(std::string_view text);

// One line on stderr.
void complain(std::string_view text);

// A described value on one line, for scripts.
template <class T>
void print_json(T const& value, mcp::redactor const& redact)
{
    std::string text;
    mcp::append_json(text, mcp::encode(value));
    print(redact(text) + "\n");
}

}  // namespace app
