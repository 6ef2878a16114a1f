#pragma once

// Options whose value is one of a described enum's names.

#include <boost/describe/enum_from_string.hpp>

#include <CLI/CLI.hpp>
#include <string>

namespace app {

inline constexpr char verify_levels[] = "rules, types, build";

template <class Enum>
CLI::Validator one_of(std::string const& names)
{
    return CLI::Validator(
        [names](std::string& text) {
            Enum value{};
            return boost::describe::enum_from_string(text.c_str(), value)
                       ? std::string()
                       : "must be one of " + names;
        },
        names);
}

template <class Enum>
Enum as(std::string const& name)
{
    Enum value{};
    boost::describe::enum_from_string(name.c_str(), value);
    return value;
}

}  // namespace app
