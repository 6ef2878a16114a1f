#include "agent/brief.hpp"

#include "agent/docs/quote.hpp"

#include <fmt/format.h>

namespace agent {

std::string render_brief(
    std::string const& why,
    std::vector<std::string> const& system,
    std::string const& context,
    std::vector<lookup> const& documentation)
{
    auto const passages = best_passages(documentation, brief_documentation_budget);
    auto out = why + " So this is the brief for your own model; set ANTHROPIC_API_KEY or "
                     "OPENAI_API_KEY (or --key-file, --key-command) to get finished, checked files "
                     "instead.\n\n";
    if (passages.empty())
        out += "**No documentation could be looked up.** Verify every API against the "
               "documentation before use.\n\n";
    out += "Work on the task below as this expert, in this format, with the documentation quoted "
           "here as the authority. "
           "Do not call this tool again for the same task.\n\n";
    out += context;
    if (!passages.empty())
        out += "\n# Sources of the documentation above\n\n" + list_sources(passages);
    out += "\n# The expert's rules\n\n";
    for (auto const& block : system)
        out += block + "\n";
    return out;
}

}  // namespace agent
