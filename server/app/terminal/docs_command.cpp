#include "server/app/terminal/docs_command.hpp"

#include "agent/project/fingerprint.hpp"
#include "protocol/rpc/async.hpp"
#include "server/app/terminal/print.hpp"

#include <boost/describe/class.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

namespace app {

namespace fs = std::filesystem;
using boost::asio::awaitable;

namespace {

// What scripts may rely on.
struct listed_package {
    std::string library;
    std::string version;
    std::int64_t sections = 0;
};
BOOST_DESCRIBE_STRUCT(listed_package, (), (library, version, sections))

awaitable<int> search(docs_place& place, docs_options& options)
{
    if (options.libraries.empty())
        options.libraries.emplace_back("next");
    std::vector<agent::passage> all;
    bool answered = false;
    for (auto const& library : options.libraries) {
        agent::docs_query question(library, options.question, {}, options.limit);
        auto found = co_await place.docs.query(std::move(question));
        if (!found) {
            complain(found.error().message);
            continue;
        }
        answered = true;
        for (auto& passage : *found)
            all.push_back(std::move(passage));
    }
    if (options.json) {
        print_json(all, mcp::redactor());
    } else {
        for (auto const& p : all)
            print(fmt::format(
                "## {}\n{} {}: {}\n{}\n\n{}\n\n",
                p.title,
                p.library,
                p.version,
                p.file,
                p.source,
                p.text));
    }
    co_return answered ? 0 : 1;
}

// What the project itself depends on.
awaitable<std::vector<std::string>> dependencies(docs_place const& place)
{
    auto read = [project = place.project, known = place.known]() -> std::vector<std::string> {
        std::vector<std::string> names;
        auto const root = agent::project_root::open(project);
        if (!root)
            return names;
        for (auto const& dependency : agent::read_fingerprint(*root, known).dependencies)
            names.push_back(dependency.name);
        return names;
    };
    co_return co_await mcp::offload(place.pool, std::move(read));
}

awaitable<int> list(docs_place& place, docs_options const& options, bool anew)
{
    auto const names = co_await dependencies(place);
    std::vector<listed_package> all;
    std::string text;
    for (auto const& name : names) {
        auto const held = co_await place.docs.prepare(name, anew);
        if (!held) {
            complain(held.error().message);
            continue;
        }
        all.push_back({name, held->version, held->sections});
        text +=
            fmt::format("{:<40}  {:<16}  {:>6} sections\n", name, held->version, held->sections);
    }
    if (options.json)
        print_json(all, mcp::redactor());
    else
        print(text.empty() ? "The project depends on no installed package.\n" : text);
    co_return 0;
}

awaitable<int> status(docs_place& place)
{
    bool asked = true;
    if (place.context7) {
        auto const found = co_await place.context7->resolve("Next.js", "route handlers");
        asked = found && found->as_of.empty();
        print(place.context7->health() + "\n");
    } else {
        print("Context7 is switched off\n");
    }
    if (place.project.empty()) {
        print("No project: name one with --project\n");
        co_return asked ? 0 : 1;
    }
    std::int64_t sections = 0;
    std::size_t documented = 0;
    auto const names = co_await dependencies(place);
    for (auto const& name : names)
        if (auto const held = co_await place.docs.prepare(name, false)) {
            sections += held->sections;
            documented += held->sections > 0 ? 1 : 0;
        }
    print(fmt::format(
        "{}: {} of {} packages ship documentation, {} sections\n",
        place.project,
        documented,
        names.size(),
        sections));
    co_return asked ? 0 : 1;
}

bool ours(std::string const& file)
{
    return (file.starts_with("docs-") && file.find(".sqlite") != std::string::npos) ||
           file.starts_with("context7.sqlite") || file == "installed";
}

}  // namespace

std::size_t clear_documentation(std::string const& cache_directory)
{
    std::size_t count = 0;
    std::error_code ec;
    std::vector<fs::path> found;
    for (fs::directory_iterator it(cache_directory, ec), end; !ec && it != end; it.increment(ec))
        if (ours(it->path().filename().string()))
            found.push_back(it->path());
    for (auto const& path : found) {
        std::error_code failed;
        fs::remove_all(path, failed);
        count += failed ? 0 : 1;
    }
    return count;
}

awaitable<int> docs_command(docs_place place, docs_options options)
{
    using verb = docs_options::verb;
    if (options.what == verb::clear) {
        auto work = [directory = place.cache_directory] { return clear_documentation(directory); };
        auto const count = co_await mcp::offload(place.pool, std::move(work));
        print(fmt::format("Removed {} files from {}\n", count, place.cache_directory));
        co_return 0;
    }
    if (options.what == verb::status)
        co_return co_await status(place);
    if (place.project.empty()) {
        complain("There is no project here: name one with --project.");
        co_return 1;
    }
    if (options.what == verb::search)
        co_return co_await search(place, options);
    co_return co_await list(place, options, options.what == verb::refresh);
}

}  // namespace app
