#include "server/app/terminal/doctor.hpp"

#include "agent/checks/types/tools/node_tools.hpp"
#include "agent/project/fingerprint.hpp"
#include "protocol/rpc/async.hpp"
#include "server/app/install/registered_hosts.hpp"
#include "server/app/terminal/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <unistd.h>
#include <vector>

namespace app {

namespace fs = std::filesystem;
using boost::asio::awaitable;

namespace {

struct finding {
    enum class kind { good, missed, wrong };

    kind how = kind::good;
    std::string what;
    std::string text;
};

using findings = std::vector<finding>;

void add(findings& to, finding::kind how, std::string what, std::string text)
{
    to.push_back({how, std::move(what), std::move(text)});
}

findings look_at_project(doctor_place const& place)
{
    using kind = finding::kind;
    findings out;
    if (place.project.empty()) {
        add(out, kind::wrong, "project", "none: run this in its folder, or name it with --project");
        return out;
    }
    auto const root = agent::project_root::open(place.project);
    if (!root) {
        add(out, kind::wrong, "project", root.error().message);
        return out;
    }
    auto const facts = agent::read_fingerprint(*root, place.known);
    auto const* next = facts.find("next");
    if (!next)
        add(out,
            kind::wrong,
            "project",
            fmt::format("{}: its package.json does not depend on next", root->path()));
    else if (next->installed.empty())
        add(out,
            kind::missed,
            "project",
            fmt::format(
                "{}: next is not installed, so its own documentation is not there: {} install",
                root->path(),
                facts.package_manager.empty() ? "npm" : facts.package_manager));
    else
        add(out,
            kind::good,
            "project",
            fmt::format(
                "{}: next {}{}",
                root->path(),
                next->installed,
                facts.bundled_docs.empty() ? "" : ", with its documentation"));
    auto const tools = agent::find_node_tools(*root, place.types.environment);
    if (tools)
        add(out,
            kind::good,
            "types",
            fmt::format("TypeScript {}, with {}", tools->typescript_version, tools->node));
    else
        add(out, kind::missed, "types", "cannot be checked: " + tools.error().message);
    return out;
}

// The nearest folder there is has to be one that we may write into.
bool can_be_written(fs::path folder)
{
    std::error_code bad;
    while (!fs::exists(folder, bad) && folder.has_parent_path() && folder != folder.parent_path())
        folder = folder.parent_path();
    return fs::is_directory(folder, bad) && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

void look_at_folder(findings& to, char const* what, std::string const& folder, char const* without)
{
    bool const good = !folder.empty() && can_be_written(folder);
    add(to,
        good ? finding::kind::good : finding::kind::missed,
        what,
        good ? folder
             : fmt::format("{} cannot be written: {}", folder.empty() ? "none" : folder, without));
}

awaitable<void> look_at_model(findings& to, doctor_place const& place)
{
    using kind = finding::kind;
    auto const found = co_await place.models.examine();
    if (!found.problem.empty())
        add(to, kind::wrong, "model", found.problem);
    else if (!found.usable)
        add(to,
            kind::missed,
            "model",
            "no key: the client's model is asked where it offers one (sampling), and otherwise the "
            "answer is the brief for it; set ANTHROPIC_API_KEY or OPENAI_API_KEY, use --key-file, "
            "or --provider claude (or codex) for the program that you are logged in to");
    else
        add(to, found.remark.empty() ? kind::good : kind::missed, "model", found.text());
}

awaitable<void> look_at_context7(findings& to, doctor_place const& place)
{
    using kind = finding::kind;
    if (!place.context7) {
        add(to, kind::missed, "Context7", "switched off: only what is installed is looked up");
        co_return;
    }
    auto const asked = co_await place.context7->resolve("Next.js", "route handlers");
    bool const answers = asked && asked->as_of.empty();
    add(to, answers ? kind::good : kind::missed, "Context7", place.context7->health());
}

// What fails in a host is no failure of the main job.
findings look_at_hosts(doctor_place const& place)
{
    using kind = finding::kind;
    findings out;
    auto const hosts = registered_hosts(place.hosts, place.project);
    for (auto const& host : hosts) {
        auto text = fmt::format("{}: {}", host.name, host.text);
        for (auto const& problem : host.problems)
            text += (text.ends_with(": ") ? "" : "; ") + problem;
        add(out, host.problems.empty() ? kind::good : kind::missed, "host", std::move(text));
    }
    if (hosts.empty())
        add(out,
            kind::missed,
            "host",
            "registered with none: nextjs-backend-engineer install --list names them");
    return out;
}

}  // namespace

awaitable<int> doctor(doctor_place place)
{
    auto look = [&place] { return look_at_project(place); };
    auto all = co_await mcp::offload(place.pool, look);
    co_await look_at_model(all, place);
    co_await look_at_context7(all, place);
    look_at_folder(all, "state", place.state_directory, "runs are not kept (--state-directory)");
    look_at_folder(
        all, "cache", place.cache_directory, "indexes are made anew each time (--cache-directory)");
    auto look_at = [&place] { return look_at_hosts(place); };
    auto hosts = co_await mcp::offload(place.pool, look_at);
    std::ranges::move(hosts, std::back_inserter(all));
    int wrong = 0;
    for (auto const& one : all) {
        wrong += one.how == finding::kind::wrong ? 1 : 0;
        print(fmt::format(
            "{:<6} {:<9} {}\n",
            one.how == finding::kind::good     ? "ok"
            : one.how == finding::kind::missed ? "note"
                                               : "WRONG",
            one.what,
            one.text));
    }
    print(wrong == 0 ? "The main job works here.\n" : "The main job does not work here.\n");
    co_return wrong == 0 ? 0 : 1;
}

}  // namespace app
