#pragma once

// The Markdown files of this folder, compiled in byte for byte (embed.cmake); README.md says which
// is sent when.

#include <string_view>

namespace prompts {

extern std::string_view const nextjs_backend_engineer;  // the expert, front matter included
extern std::string_view const version_notes;  // what the expert must know besides; see agent/prompt

}  // namespace prompts
