#include "agent/project/source/source_tree.hpp"

#include "agent/project/source/source_facts.hpp"
#include "agent/project/source/source_memory.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace agent {

namespace {

constexpr std::size_t max_sources = 600;
constexpr std::size_t max_source_bytes = 16 << 20;

// "app/(shop)/@modal/items/[id]/route.ts" → "/items/[id]"
std::string route_of(std::string_view file, std::string_view root, bool pages)
{
    auto rest = file.substr(root.size() + 1);
    auto const slash = rest.rfind('/');
    auto name = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
    auto folders = slash == std::string_view::npos ? std::string_view() : rest.substr(0, slash);
    std::string route;
    for (std::size_t at = 0; at < folders.size();) {
        auto const end = std::min(folders.find('/', at), folders.size());
        auto const part = folders.substr(at, end - at);
        bool const group = part.starts_with('(') && part.ends_with(')');
        if (!group && !part.starts_with('@'))
            route.append("/").append(part);
        at = end + 1;
    }
    name = name.substr(0, name.find('.'));
    if (pages && name != "index")
        route.append("/").append(name);
    return route.empty() ? "/" : route;
}

bool is_script(std::string_view path)
{
    return matches_glob("*.{ts,tsx,js,jsx,mts,mjs,cts,cjs}", path) && !path.ends_with(".d.ts");
}

bool is_schema(std::string_view path)
{
    for (std::string_view const glob :
         {"*.prisma",
          "prisma.config.*",
          "drizzle.config.*",
          "knexfile.*",
          "schema.{ts,js,sql,graphql}",
          "**/{db,database,drizzle}/**/*schema*.{ts,js}",
          "**/db/schema/*.{ts,js}"})
        if (matches_glob(glob, path))
            return true;
    return false;
}

class source_reader {
public:
    source_reader(project_root const& project, fingerprint& out) : project_(project), out_(out) {}

    void run()
    {
        auto const files = project_.walk();
        if (!files) {
            out_.notes.push_back(files.error().message);
            return;
        }
        if (!files->complete)
            out_.notes.emplace_back("The project has more files than were looked at (10,000).");
        place_routers(files->entries);
        for (auto const& entry : files->entries)
            if (!entry.directory && !entry.link)
                look_at(entry);
        if (auto const text = project_.read(".env.example"))
            read_example(*text);
        if (skipped_ > 0)
            out_.notes.push_back(
                std::to_string(skipped_) +
                " source files were not read (limit: 600 files, 16 MiB).");
        for (auto const& name : variables_)
            if (out_.environment.size() < 200)
                out_.environment.push_back(name);
    }

private:
    void place_routers(std::vector<directory_entry> const& entries)
    {
        for (auto const& entry : entries) {
            // With both, Next uses the one at the top.
            if (!entry.directory)
                continue;
            if (entry.path == "app" || (entry.path == "src/app" && out_.app_dir.empty()))
                out_.app_dir = entry.path;
            if (entry.path == "pages" || (entry.path == "src/pages" && out_.pages_dir.empty()))
                out_.pages_dir = entry.path;
        }
    }

    void look_at(directory_entry const& file)
    {
        auto const& path = file.path;
        if (is_schema(path) && out_.schema_files.size() < 50)
            out_.schema_files.push_back(path);
        if (!is_script(path))
            return;
        for (std::string_view const folder : {"", "src/"}) {
            auto const name = std::string_view(path).substr(std::min(folder.size(), path.size()));
            if (!path.starts_with(folder) || name.find('/') != std::string_view::npos)
                continue;
            if (matches_glob("proxy.{ts,js,mts,mjs}", name))
                out_.proxy = path;
            else if (matches_glob("middleware.{ts,js,mts,mjs}", name))
                out_.middleware = path;
            else if (matches_glob("instrumentation.{ts,js,mts,mjs}", name))
                out_.instrumentation = path;
        }
        if (read_ >= max_sources || bytes_ >= max_source_bytes) {
            ++skipped_;
            return add_routes(path, {});
        }
        auto const facts = facts_of(file);
        if (!facts) {
            ++skipped_;
            return add_routes(path, {});
        }
        ++read_;
        bytes_ += file.size;
        variables_.insert(facts->environment.begin(), facts->environment.end());
        if (facts->server_actions)
            out_.server_actions.push_back(path);
        add_routes(path, facts->methods);
    }

    // Nothing where it cannot be read.
    std::shared_ptr<source_facts const> facts_of(directory_entry const& file)
    {
        auto& memory = source_memory::of_process();
        if (auto known = memory.find(project_.path(), file))
            return known;
        auto const text = project_.read(file.path);
        if (!text)
            return nullptr;
        auto facts = std::make_shared<source_facts const>(read_source(*text));
        if (text->size() == file.size)
            memory.keep(project_.path(), file, facts);
        return facts;
    }

    void add_routes(std::string const& path, std::vector<std::string> methods)
    {
        auto const inside = [&path](std::string const& folder) {
            return !folder.empty() && path.starts_with(folder + "/");
        };
        if (inside(out_.app_dir)) {
            if (matches_glob("route.{ts,js,tsx,jsx}", path))
                out_.route_handlers.push_back(
                    {path, route_of(path, out_.app_dir, false), std::move(methods)});
            else if (matches_glob("page.{ts,js,tsx,jsx}", path))
                out_.pages.push_back(route_of(path, out_.app_dir, false));
        } else if (inside(out_.pages_dir)) {
            auto const route = route_of(path, out_.pages_dir, true);
            if (path.starts_with(out_.pages_dir + "/api/"))
                out_.route_handlers.push_back({path, route, {}});
            else if (!route.ends_with("/_app") && !route.ends_with("/_document"))
                out_.pages.push_back(route);
        }
    }

    // Names only: what stands after "=" is not looked at.
    void read_example(std::string const& text)
    {
        for (std::size_t at = 0; at < text.size();) {
            auto const end = std::min(text.find('\n', at), text.size());
            auto line = std::string_view(text).substr(at, end - at);
            at = end + 1;
            if (line.starts_with("export "))
                line.remove_prefix(7);
            auto const equals = line.find('=');
            if (equals == std::string_view::npos || equals == 0 || equals > 80)
                continue;
            auto const name = line.substr(0, equals);
            if (std::all_of(name.begin(), name.end(), [](unsigned char c) {
                    return std::isalnum(c) != 0 || c == '_';
                }))
                variables_.emplace(name);
        }
    }

    project_root const& project_;
    fingerprint& out_;
    std::set<std::string> variables_;
    std::size_t read_ = 0;
    std::size_t bytes_ = 0;
    std::size_t skipped_ = 0;
};

}  // namespace

void read_sources(project_root const& project, fingerprint& out)
{
    source_reader(project, out).run();
}

}  // namespace agent
