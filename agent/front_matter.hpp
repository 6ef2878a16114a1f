#pragma once

// A prompt file in the form that agents are written in: YAML between two lines of ---, then the
// prompt. Pure.

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace agent {

struct agent_file {
    std::string name;
    std::string description;  // its \n are line ends
    std::string model;        // an alias such as "sonnet"; may be empty
    std::string color;        // means nothing to us; may be empty
    std::string body;         // the prompt, as written, from its first line on
};

struct front_matter_error {
    front_matter_error() = default;
    explicit front_matter_error(std::string text) : message(std::move(text)) {}
    std::string message;  // one sentence
};

// At most 256 KiB, with a name; keys that are not ours are ignored.
boost::system::result<agent_file, front_matter_error> parse_agent_file(std::string_view text);

}  // namespace agent
