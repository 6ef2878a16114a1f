#include "agent/checks/types/output/known_errors.hpp"

#include <map>
#include <tuple>

namespace agent {

namespace {

using same_error = std::tuple<std::string, std::string, std::string>;
using same_line = std::tuple<std::string, std::string, std::string, std::string>;

same_error kind_of(diagnostic const& d)
{
    return {d.file, d.code, d.message};
}

same_line line_of(diagnostic const& d)
{
    return {d.file, d.code, d.message, d.source_line};
}

}  // namespace

sorted_errors tell_apart(std::vector<diagnostic> now, std::vector<diagnostic> const& before)
{
    std::map<same_line, std::size_t> lines;
    std::map<same_error, std::size_t> kinds;
    for (auto const& one : before) {
        ++lines[line_of(one)];
        ++kinds[kind_of(one)];
    }
    std::vector<char> old(now.size(), 0);
    for (bool const exactly : {true, false})
        for (std::size_t i = 0; i < now.size(); ++i) {
            if (old[i] != 0)
                continue;
            auto const kind = kinds.find(kind_of(now[i]));
            if (kind == kinds.end() || kind->second == 0)
                continue;
            auto const line = lines.find(line_of(now[i]));
            if (exactly && (line == lines.end() || line->second == 0))
                continue;
            if (exactly)
                --line->second;
            --kind->second;
            old[i] = 1;
        }
    sorted_errors out;
    for (std::size_t i = 0; i < now.size(); ++i)
        (old[i] != 0 ? out.preexisting : out.introduced).push_back(std::move(now[i]));
    return out;
}

}  // namespace agent
