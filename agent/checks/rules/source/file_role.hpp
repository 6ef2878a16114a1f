#pragma once

// What Next.js takes a file for, by its name and place alone. Pure.

#include <string_view>

namespace agent::checks {

enum class file_role {
    other,
    route,   // app/**/route.ts
    page,    // app/**/page.tsx
    layout,  // layout, template, default, loading, not-found, …: rendered on the server as well
    proxy,
    middleware,
    next_config,
};

// `path` is normalized, relative to the project.
file_role role_of(std::string_view path);

// A script that can be parsed: ts, tsx, mts, cts, js, jsx, mjs, cjs, and no declaration file.
bool is_script(std::string_view path);

// Of tests, stories, mocks, seeds and scripts: code that no visitor reaches.
bool is_aside(std::string_view path);

// "app/api/a/route.ts" is, and "src/app/…" and "packages/web/app/…" are.
bool in_app_directory(std::string_view path);

// The name without folders, and without the last extension.
std::string_view stem_of(std::string_view path);

}  // namespace agent::checks
