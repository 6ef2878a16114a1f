#include "server/app/known_files.hpp"

#include "server/app/config.hpp"

namespace app {

agent::knowledge what_is_known(std::string const& file)
{
    if (file.empty())
        return {};
    auto known = agent::knowledge::with_file(file);
    if (!known)
        throw config_error("--libraries: " + known.error());
    return std::move(*known);
}

agent::vocabulary what_people_mean(std::string const& file)
{
    if (file.empty())
        return {};
    auto words = agent::vocabulary::with_file(file);
    if (!words)
        throw config_error("--vocabulary: " + words.error());
    return std::move(*words);
}

}  // namespace app
