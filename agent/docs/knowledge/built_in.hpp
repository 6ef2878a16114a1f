#pragma once

// libraries.json of this folder and vocabulary.json of the index of bundled documentation, compiled
// in byte for byte (prompts/embed.cmake).

#include <string_view>

namespace agent {

extern std::string_view const built_in_libraries;
extern std::string_view const built_in_vocabulary;

}  // namespace agent
