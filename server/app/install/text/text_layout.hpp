#pragma once

// How a text is laid out, and values written in the same way. Pure.

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace app {

struct text_layout {
    std::string newline = "\n";
    std::string unit = "  ";  // of indentation
};

// The line ends and the first indentation that are found.
text_layout layout_of(std::string_view text);

// The blanks at the start of the line that `at` is in.
std::string indent_at(std::string_view text, std::size_t at);

// A value over several lines, all but the first behind `indent`; short arrays in one.
std::string
pretty_json(boost::json::value const& value, text_layout const& layout, std::string const& indent);

}  // namespace app
