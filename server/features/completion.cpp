#include "server/features/completion.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace server {
namespace {

constexpr std::size_t most_values = 100;  // by the specification

enum class match { begins, contains, letters, none };

match how(std::string const& candidate, std::string const& typed)
{
    auto const found = candidate.find(typed);
    if (found != std::string::npos)
        return found == 0 ? match::begins : match::contains;
    std::size_t matched = 0;
    for (char const c : candidate)
        if (matched < typed.size() && c == typed[matched])
            ++matched;
    return matched == typed.size() ? match::letters : match::none;
}

boost::asio::awaitable<std::vector<std::string>> give(std::vector<std::string> choices)
{
    co_return choices;
}

}  // namespace

completer one_of(std::vector<std::string> choices)
{
    return [choices = std::move(choices)](request_context&, std::string const&, filled_in const&) {
        return give(choices);
    };
}

mcp::Completion rank(std::vector<std::string> candidates, std::string_view typed)
{
    auto const wanted = mcp::lower(typed);
    std::vector<std::pair<match, std::string>> matching;
    for (auto& candidate : candidates)
        if (auto const m = how(mcp::lower(candidate), wanted); m != match::none)
            matching.emplace_back(m, std::move(candidate));
    std::ranges::stable_sort(matching, {}, [](auto const& m) { return m.first; });

    mcp::Completion out;
    out.total = static_cast<std::int64_t>(matching.size());
    out.hasMore = matching.size() > most_values;
    for (auto& m : matching)
        if (out.values.size() < most_values)
            out.values.push_back(std::move(m.second));
    return out;
}

}  // namespace server
