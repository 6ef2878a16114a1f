#pragma once

// The Markdown files of this folder and of commands/, compiled in byte for byte (embed.cmake);
// README.md says which is sent when.

#include <string_view>

namespace prompts {

extern std::string_view const nextjs_backend_engineer;  // the expert, front matter included

// The same, its front matter read (front_matter.cpp).
struct expert_file {
    std::string_view name;
    std::string_view description;
    std::string_view model;  // an alias
    std::string_view body;   // the prompt as written, from its first line on
};
extern expert_file const expert;

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
