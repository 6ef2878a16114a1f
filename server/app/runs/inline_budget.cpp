#include "server/app/runs/inline_budget.hpp"

#include "protocol/ascii.hpp"
#include "server/app/install/host_clients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace app {

using std::chrono::seconds;

namespace {

constexpr int longest = 24 * 3600;

}  // namespace

seconds inline_budget::of(std::string_view client) const
{
    auto const name = mcp::lower(client);
    if (auto const found = overrides_.find(name); found != overrides_.end())
        return found->second;
    if (auto const every = overrides_.find("*"); every != overrides_.end())
        return every->second;
    auto const& clients = known_clients();
    auto const* one = clients.saying(client);
    return seconds(one ? one->budget : clients.otherwise.budget);
}

inline_budget inline_budget::parse(std::string_view text)
{
    std::map<std::string, seconds> overrides;
    while (!text.empty()) {
        auto const comma = std::min(text.find(','), text.size());
        auto const entry = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        auto const equals = entry.rfind('=');
        bool const named = equals != std::string_view::npos;
        auto const digits = named ? entry.substr(equals + 1) : entry;
        int value = 0;
        auto const* const end = digits.data() + digits.size();
        auto const read = std::from_chars(digits.data(), end, value);
        if (read.ec != std::errc() || read.ptr != end || value < 1 || value > longest)
            throw std::invalid_argument(fmt::format(
                "\"{}\" is no budget: give seconds, or CLIENT=SECONDS, separated by commas",
                entry));
        overrides[named ? mcp::lower(entry.substr(0, equals)) : "*"] = seconds(value);
    }
    return inline_budget(std::move(overrides));
}

}  // namespace app
