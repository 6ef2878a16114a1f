#pragma once

// The Markdown files of this folder and of commands/, compiled in byte for byte (embed.cmake);
// README.md says which is sent when.

#include <string_view>

namespace prompts {

extern std::string_view const nextjs_backend_engineer;  // the expert, front matter included
extern std::string_view const version_notes;  // what the expert must know besides; see agent/prompt

// The everyday jobs, as prompts that a user chooses. A line that names an argument which was not
// given is left out (server/app/command_prompts).
extern std::string_view const auth_guard;
extern std::string_view const caching_plan;
extern std::string_view const proxy_migration;
extern std::string_view const route_handler;
extern std::string_view const security_review;
extern std::string_view const server_action;
extern std::string_view const webhook;

}  // namespace prompts
