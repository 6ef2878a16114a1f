#include "server/app/terminal/print.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace app {

void print(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void complain(std::string_view text)
{
    fmt::print(stderr, "{}\n", mcp::sanitize(text));
}

}  // namespace app
