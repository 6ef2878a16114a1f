#include "server/features/prompts.hpp"

#include "protocol/errors.hpp"

#include <algorithm>
#include <stdexcept>

namespace server {
namespace {

std::vector<std::string_view> argument_names(mcp::Prompt const& prompt)
{
    std::vector<std::string_view> out;
    if (prompt.arguments)
        for (auto const& argument : *prompt.arguments)
            out.emplace_back(argument.name);
    return out;
}

}  // namespace

void prompts::prompt::check(mcp::prompt_arguments const& given) const
{
    if (what.arguments)
        for (auto const& argument : *what.arguments)
            if (argument.required.value_or(false) && !given.contains(argument.name))
                throw mcp::invalid_params("arguments." + argument.name + ": missing");
    auto const known = argument_names(what);
    for (auto const& [name, value] : given)
        if (std::ranges::find(known, name) == known.end())
            throw mcp::invalid_params("arguments: " + mcp::unknown_name("argument", name, known));
}

void prompts::add(mcp::Prompt what, handler run, completers complete)
{
    for (auto const& p : prompts_)
        if (p->what.name == what.name)
            throw std::logic_error("two prompts are called " + what.name);
    auto const known = argument_names(what);
    for (auto const& [argument, f] : complete)
        if (std::ranges::find(known, argument) == known.end())
            throw std::logic_error("prompt " + what.name + " has no argument " + argument);
    has_completers_ = has_completers_ || !complete.empty();
    listed_.push_back(mcp::encode(what));
    prompt added{std::move(what), std::move(run), std::move(complete)};
    prompts_.push_back(std::make_shared<prompt const>(std::move(added)));
}

std::shared_ptr<prompts::prompt const> prompts::at(std::string_view name) const
{
    std::vector<std::string_view> known;
    for (auto const& p : prompts_) {
        if (p->what.name == name)
            return p;
        known.emplace_back(p->what.name);
    }
    throw mcp::invalid_params(mcp::unknown_name("prompt", name, known));
}

}  // namespace server
