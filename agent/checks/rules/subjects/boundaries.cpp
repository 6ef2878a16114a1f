// What of the server may not reach the browser, and files that have to be there.

#include "agent/checks/rules/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace agent::checks {

namespace {

// Modules that no bundle for browsers can hold.
bool is_server_only(std::string_view specifier)
{
    static constexpr std::array<std::string_view, 20> modules{
        "server-only",
        "next/headers",
        "next/root-params",
        "fs",
        "fs/promises",
        "child_process",
        "net",
        "tls",
        "dns",
        "dns/promises",
        "worker_threads",
        "cluster",
        "pg",
        "mysql2",
        "mysql2/promise",
        "ioredis",
        "better-sqlite3",
        "mongodb",
        "mongoose",
        "nodemailer"};
    if (specifier.starts_with("node:"))
        specifier.remove_prefix(5);
    return std::find(modules.begin(), modules.end(), specifier) != modules.end();
}

struct step {
    std::string from;
    module_import const* import = nullptr;
};

using reached_files = std::map<std::string, step>;  // file → how

// The steps to the last one, in order.
std::vector<step> way_to(reached_files const& reached, step last)
{
    std::vector<step> out;
    while (last.import) {
        out.push_back(last);
        last = reached.at(last.from);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

// A shortest way from a Client Component to such a module, file by file. Where there is none, all
// that was reached is harmless: so a project's imports are gone through once, and not once for
// every component.
std::vector<step> way_to_server(project_files& files, std::string const& client)
{
    constexpr std::size_t most = 20'000;
    auto& memory = files.memory();
    reached_files reached;
    std::vector<std::string> queue{client};
    reached.emplace(client, step());
    for (std::size_t i = 0; i < queue.size(); ++i) {
        auto const path = queue[i];
        auto const* facts = files.module(path);
        // What a client imports of a 'use server' file are references.
        if (!facts || (facts->use_server && path != client))
            continue;
        for (auto const& import : facts->imports) {
            if (memory.types_alone.contains({path, import.specifier}))
                continue;
            if (import.file.empty()) {
                if (is_server_only(import.specifier))
                    return way_to(reached, {path, &import});
            } else if (
                queue.size() < most && !memory.harmless.contains(import.file) &&
                reached.emplace(import.file, step{path, &import}).second) {
                queue.push_back(import.file);
            }
        }
    }
    for (auto& path : queue)
        if (path != client)
            memory.harmless.insert(std::move(path));
    return {};
}

void server_code_in_client(file_inspection& in)
{
    std::string const client(in.path);
    auto const* facts = in.files.module(client);
    if (!facts || !facts->use_client)
        return;
    for (int tries = 0; tries < 200; ++tries) {
        auto const way = way_to_server(in.files, client);
        if (way.empty())
            return;
        bool real = true;
        for (auto const& step : way)
            if (!in.files.uses(step.from, *step.import)) {
                in.files.memory().types_alone.emplace(step.from, step.import->specifier);
                real = false;
            }
        if (!real)
            continue;
        std::string chain = client;
        for (auto const& step : way)
            chain +=
                " → " + (step.import->file.empty() ? step.import->specifier : step.import->file);
        in.report(
            way.front().import->where,
            fmt::format(
                "This Client Component brings code of the server to the browser, and the build "
                "fails ({}): get the data in a Server Component and pass it as props, or call a "
                "Server Action.",
                chain));
        return;
    }
}

// app/@modal/… needs app/@modal/default.tsx.
void slot_default(file_inspection& in)
{
    std::string_view const path = in.path;
    if (!in_app_directory(path) || !in.files.can_look())
        return;
    auto const at = path.rfind("/@");
    if (at == std::string_view::npos)
        return;
    auto const end = path.find('/', at + 1);
    if (end == std::string_view::npos)
        return;
    auto const slot = std::string(path.substr(0, end));
    // One file of the slot speaks for it: the page at its top, else any.
    bool const top = stem_of(path) == "page" && path.find('/', end + 1) == std::string_view::npos;
    if (!top)
        return;
    for (auto const* extension : {"tsx", "jsx", "ts", "js"})
        if (in.files.exists(slot + "/default." + extension))
            return;
    in.report(
        span{0, 0},
        fmt::format(
            "The slot {} has no default.tsx, without which the build fails since Next.js 16: add "
            "one "
            "that returns null or calls notFound().",
            slot.substr(slot.rfind('/') + 1)));
}

}  // namespace

void add_boundary_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "server-code-in-client";
    one.reason = "What a Client Component imports, and what that imports, goes to the browser.";
    one.page = "app/getting-started/server-and-client-components";
    one.words = {{"'use client'"}, {"import"}};
    one.check_file = server_code_in_client;
    to.push_back(one);

    one = {};
    one.id = "slot-without-default";
    one.reason = "Every slot of parallel routes needs a default.";
    one.page = "app/api-reference/file-conventions/parallel-routes";
    one.since = 16;
    one.roles = {file_role::page};
    one.check_file = slot_default;
    to.push_back(one);
}

}  // namespace agent::checks
