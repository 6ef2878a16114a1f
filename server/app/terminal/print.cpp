#include "server/app/terminal/print.hpp"

#include <cstdio>

namespace app {

void print(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

}  // namespace app
