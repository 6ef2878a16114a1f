#include "agent/project/fingerprint.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

namespace agent {

namespace {

constexpr std::size_t max_bytes = 5000;  // about 1,500 tokens
constexpr std::size_t max_listed = 25;

class page {
public:
    // One fact a line; empty values are left out. Names come from the project: one line, no fences.
    void fact(std::string_view label, std::string_view value)
    {
        if (!value.empty())
            text_ += fmt::format("- {}: {}\n", label, clean(value));
    }

    template <class List, class Print>
    void list(std::string_view label, List const& items, Print print)
    {
        if (items.empty())
            return;
        std::string line;
        std::size_t listed = 0;
        for (auto const& item : items) {
            if (listed == max_listed || line.size() > 900)
                break;
            line += (listed++ == 0 ? "" : ", ") + clean(print(item));
        }
        if (listed < items.size())
            line += fmt::format(", … and {} more", items.size() - listed);
        text_ += fmt::format("- {}: {}\n", label, line);
    }

    void line(std::string_view text) { text_ += fmt::format("{}\n", clean(text)); }

    std::string take()
    {
        if (text_.size() <= max_bytes)
            return std::move(text_);
        std::string cut(mcp::cut_utf8(text_, max_bytes));
        cut.erase(cut.rfind('\n') + 1);
        return cut + "- … (cut; read the files for more)\n";
    }

private:
    static std::string clean(std::string_view value)
    {
        auto text = mcp::sanitize_line(value, 300);
        std::erase(text, '`');
        return text;
    }

    std::string text_;
};

auto const same = [](std::string const& text) -> std::string_view { return text; };

// Code of the same people, linked and not installed.
bool in_workspace(dependency const& d)
{
    return d.range.starts_with("workspace:") || d.range.starts_with("link:") ||
           d.range.starts_with("file:");
}

std::string versioned(dependency const& d)
{
    if (!d.installed.empty())
        return d.name + " " + d.installed;
    return d.name + " " + d.range + " (not installed)";
}

// What backend code is written against; the rest is named after it, without versions.
bool relevant(fingerprint const& project, dependency const& d)
{
    if (d.name == "next" || d.name == "react" || d.name == "typescript")
        return true;
    for (auto const& [kind, packages] : project.libraries)
        for (auto const& package : packages)
            if (package == d.name)
                return true;
    return false;
}

void render_routes(fingerprint const& project, page& out)
{
    out.fact("App Router", project.app_dir);
    out.fact("Pages Router", project.pages_dir);
    out.list("Route handlers", project.route_handlers, [](route_handler const& handler) {
        std::string methods;
        for (auto const& method : handler.methods)
            methods += (methods.empty() ? " [" : " ") + method;
        return handler.route + methods + (methods.empty() ? "" : "]") + " in " + handler.file;
    });
    out.list("Pages", project.pages, same);
    out.list("Server actions in", project.server_actions, same);
    out.fact("Proxy", project.proxy);
    out.fact("Middleware", project.middleware);
    out.fact("Instrumentation", project.instrumentation);
}

void render_packages(fingerprint const& project, page& out)
{
    std::vector<std::string> known;
    std::vector<std::string> others;
    for (auto const& d : project.dependencies)
        if (!in_workspace(d))
            (relevant(project, d) ? known : others)
                .push_back(relevant(project, d) ? versioned(d) : d.name);
    out.list("Packages", known, same);
    out.list("Other packages", others, same);
    for (auto const& [kind, packages] : project.libraries)
        out.list("For " + kind, packages, same);
}

}  // namespace

std::string render(fingerprint const& project)
{
    page out;
    if (!project.next_project)
        out.line("- This is not a Next.js project: its package.json does not depend on next.");
    out.fact("Project", project.name);
    out.fact("Next.js", project.next_version);
    auto const* next = project.find("next");
    if (next != nullptr && project.next_version.empty())
        out.fact("Next.js range", next->range);
    if (next != nullptr)
        out.fact(
            "Documentation of this version in node_modules/next/dist/docs",
            project.bundled_docs.empty() ? "no" : "yes");
    std::string manager = project.package_manager;
    if (!project.lock_file.empty())
        manager += (manager.empty() ? "" : ", ") + project.lock_file;
    out.fact("Package manager", manager);
    out.fact("Workspace", project.workspace == "." ? "this folder is its root" : project.workspace);
    std::vector<std::string> beside;
    for (auto const& d : project.dependencies)
        if (in_workspace(d))
            beside.push_back(d.name);
    out.list("Packages of the workspace", beside, same);
    out.fact("Configuration", project.next_config);
    out.list("Flags", project.config, [](config_flag const& flag) {
        return flag.name + " = " + flag.value;
    });
    if (project.next_project) {
        std::string_view cache = "unknown";
        if (project.cache_components)
            cache = *project.cache_components ? "on" : "off";
        out.fact("Cache Components", cache);
    }
    render_routes(project, out);
    std::string typescript = project.typescript ? "yes" : "no";
    if (!project.typescript_version.empty())
        typescript += ", " + project.typescript_version;
    if (project.strict)
        typescript += *project.strict ? ", strict" : ", not strict";
    out.fact("TypeScript", typescript);
    out.list("Path aliases", project.aliases, [](path_alias const& alias) {
        return alias.pattern + " → " + (alias.targets.empty() ? "?" : alias.targets.front());
    });
    render_packages(project, out);
    out.list("Environment variables", project.environment, same);
    out.list("Schema files", project.schema_files, same);
    for (auto const& note : project.notes)
        out.fact("Note", note);
    return out.take();
}

}  // namespace agent
