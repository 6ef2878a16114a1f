#include "server/app/help_format.hpp"

#include <algorithm>
#include <sstream>

namespace app {

namespace {

constexpr std::size_t width = 80;
constexpr std::size_t left = 28;  // of what is meant

// Words in lines of `width`; all but the first line begin at `indent`, and so does the first if
// less than that is `taken` of it.
std::string wrapped(std::string const& text, std::size_t indent, std::size_t taken)
{
    std::string out;
    auto column = taken;
    auto const new_line = [&] {
        out += "\n" + std::string(indent, ' ');
        column = indent;
    };
    if (taken + 1 > indent && indent > 0)
        new_line();
    out.append(indent - column, ' ');
    column = indent;
    std::istringstream words(text);
    bool first = true;
    for (std::string word; words >> word; first = false) {
        bool const fits = column + 1 + word.size() <= width;
        if (!first && !fits)
            new_line();
        auto const blank = !first && fits ? " " : "";
        out += blank + word;
        column += word.size() + (*blank ? 1 : 0);
    }
    return out;
}

std::string row(std::string const& name, std::string const& meaning)
{
    auto const begin = "  " + name;
    return begin + wrapped(meaning, left, begin.size()) + "\n";
}

// Each of its lines by itself.
std::string paragraphs(std::string const& text)
{
    std::string out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        out += wrapped(line, 0, 0) + "\n";
    return out;
}

// TEXT, DIR, FILE or N: what the option takes, without what is allowed of it.
std::string value_of(CLI::Option const& option)
{
    if (option.get_expected_max() == 0)
        return {};
    auto const type = option.get_type_name();
    for (auto const* known : {"DIR", "FILE"})
        if (type.find(std::string(":") + known) != std::string::npos)
            return known;
    return type.starts_with("TEXT") ? "TEXT" : "N";
}

}  // namespace

std::string help_format::make_option(CLI::Option const* option, bool is_positional) const
{
    auto name = option->get_name(is_positional, !is_positional);
    if (auto const comma = name.find(','); comma != std::string::npos)
        name.insert(comma + 1, " ");
    if (auto const value = value_of(*option); !value.empty() && !is_positional)
        name += " " + value;
    auto meaning = option->get_description();
    auto usual = option->get_default_str();
    if (!home_.empty() && usual.starts_with(home_ + "/"))
        usual.replace(0, home_.size(), "~");
    if (!usual.empty() && usual != "false" && !value_of(*option).empty())
        meaning += " (default: " + usual + ")";
    return row(name, meaning);
}

std::string help_format::make_subcommand(CLI::App const* command) const
{
    return row(command->get_name(), command->get_description());
}

std::string help_format::make_description(CLI::App const* command) const
{
    return command->get_description().empty() ? "" : paragraphs(command->get_description()) + "\n";
}

std::string help_format::make_footer(CLI::App const* command) const
{
    return command->get_footer().empty() ? "" : "\n" + paragraphs(command->get_footer());
}

}  // namespace app
