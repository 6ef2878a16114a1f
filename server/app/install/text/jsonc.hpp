#pragma once

// JSON with comments and trailing commas, read with the places of everything in it. Pure.

#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace app {

// Places are offsets into the text that was read.
struct jsonc_node {
    struct member {
        std::string name;
        std::size_t begin = 0;  // of its name
        std::unique_ptr<jsonc_node> value;
    };

    bool is_object = false;
    std::size_t begin = 0, end = 0;
    std::vector<member> members;  // of an object
    bool ends_with_comma = false;
    std::size_t comma = 0;     // after it, where it does
    boost::json::value value;  // of what is no object

    member const* find(std::string_view name) const;  // the last of that name
    boost::json::value to_value() const;
};

// Throws config_text_error with the line.
std::unique_ptr<jsonc_node> read_jsonc(std::string_view text);

}  // namespace app
