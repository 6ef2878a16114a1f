#pragma once

// vocabulary.json of this folder, compiled in byte for byte (prompts/embed.cmake).

#include <string_view>

namespace agent {

extern std::string_view const built_in_vocabulary;

}  // namespace agent
