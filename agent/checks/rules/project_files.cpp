#include "agent/checks/rules/project_files.hpp"

#include "agent/checks/rules/source/file_role.hpp"
#include "agent/project/source/script_tokens.hpp"

#include <array>

namespace agent::checks {

namespace {

constexpr std::size_t max_read = 20'000;  // files around those that are checked

bool is_string(std::vector<token> const& tokens, std::size_t i)
{
    return i < tokens.size() && tokens[i].kind == token_kind::string;
}

// "a/b/../c" and "a/./c" without dots; empty if it leads out of the project.
std::string tidy(std::string const& path)
{
    std::vector<std::string_view> parts;
    std::string_view rest = path;
    while (!rest.empty()) {
        auto const part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part.empty() || part == ".")
            continue;
        if (part != "..")
            parts.push_back(part);
        else if (parts.empty())
            return {};
        else
            parts.pop_back();
    }
    std::string out;
    for (auto const part : parts) {
        if (!out.empty())
            out += '/';
        out += part;
    }
    return out;
}

// The import of a clause that begins behind `import` or `export`, and the token after it.
struct clause_end {
    std::size_t next;
    bool is_import;
};

clause_end read_clause(
    std::vector<token> const& tokens, std::size_t i, bool exports, module_import& out, bool& types)
{
    types = i < tokens.size() && tokens[i].is("type") && i + 1 < tokens.size() &&
            !tokens[i + 1].is("from") && !tokens[i + 1].is(",");
    if (types)
        ++i;
    bool every_type = true;
    bool braces = false;
    bool one_type = false;
    for (std::size_t steps = 0; i < tokens.size() && steps < 2000; ++i, ++steps) {
        auto const& t = tokens[i];
        if (t.is("from") && is_string(tokens, i + 1)) {
            if (braces && every_type && out.names.empty())
                types = true;
            out.whole = out.whole || exports;
            return {i + 1, true};
        }
        if (t.is("{")) {
            braces = true;
        } else if (t.is("*")) {
            every_type = false;
        } else if (
            t.is("type") && i + 1 < tokens.size() && tokens[i + 1].kind == token_kind::word &&
            !tokens[i + 1].is("as")) {
            one_type = true;
        } else if (t.is(",") || t.is("}")) {
            one_type = false;
        } else if (t.is("as")) {
            if (!out.names.empty() && !one_type && !tokens[i - 1].is("*"))
                out.names.pop_back();  // the name that follows is the local one
        } else if (t.kind == token_kind::word) {
            if (!one_type) {
                every_type = false;
                out.names.emplace_back(t.text);
            }
        } else {
            return {i, false};
        }
    }
    return {i, false};
}

}  // namespace

project_files::project_files(
    std::span<checked_file const> checked, project_facts const& facts, source_reader const& reader)
    : facts_(facts), reader_(reader)
{
    for (auto const& file : checked)
        checked_.emplace(file.path, file.text);
}

std::optional<std::string_view> project_files::text(std::string const& path)
{
    if (auto const found = checked_.find(path); found != checked_.end())
        return found->second;
    auto it = read_.find(path);
    if (it == read_.end()) {
        std::optional<std::string> content;
        if (reader_ && read_.size() < max_read)
            content = reader_(path);
        it = read_.emplace(path, std::move(content)).first;
    }
    if (!it->second)
        return std::nullopt;
    return std::string_view(*it->second);
}

bool project_files::exists(std::string const& path)
{
    return text(path).has_value();
}

std::string project_files::with_extension(std::string const& path)
{
    if (path.empty())
        return {};
    auto const known = resolved_.find(path);
    if (known != resolved_.end())
        return known->second;
    std::string found;
    if (is_script(path) && exists(path))
        found = path;
    for (auto const* ending :
         {".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", "/index.ts", "/index.tsx", "/index.js"})
        if (found.empty() && exists(path + ending))
            found = path + ending;
    // "./x.js" may be x.ts.
    if (found.empty() && path.ends_with(".js"))
        for (auto const* ending : {".ts", ".tsx"})
            if (auto other = path.substr(0, path.size() - 3) + ending;
                found.empty() && exists(other))
                found = other;
    resolved_.emplace(path, found);
    return found;
}

std::string project_files::resolve(std::string_view specifier, std::string_view from)
{
    if (specifier.size() > 512)
        return {};
    if (specifier.starts_with("./") || specifier.starts_with("../") || specifier == "." ||
        specifier == "..") {
        auto const slash = from.rfind('/');
        std::string const folder(from.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
        return with_extension(tidy(folder + std::string(specifier)));
    }
    for (auto const& alias : facts_.aliases) {
        std::string_view const pattern = alias.pattern;
        auto const star = pattern.find('*');
        auto const head = pattern.substr(0, star);
        bool const whole = star == std::string_view::npos;
        if (whole ? specifier != pattern : !specifier.starts_with(head))
            continue;
        for (auto target : alias.targets) {
            if (auto const at = target.find('*'); at != std::string::npos && !whole)
                target.replace(at, 1, specifier.substr(head.size()));
            if (auto found = with_extension(tidy(target)); !found.empty())
                return found;
        }
    }
    return {};
}

void project_files::read_imports(module_facts& out, std::string const& path)
{
    auto const tokens = tokenize(out.text);
    // Directives stand before everything else.
    for (std::size_t i = 0; is_string(tokens, i); ++i) {
        out.use_client = out.use_client || tokens[i].text == "use client";
        out.use_server = out.use_server || tokens[i].text == "use server";
        if (i + 1 < tokens.size() && tokens[i + 1].is(";"))
            ++i;
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        auto const& t = tokens[i];
        bool const exports = t.is("export");
        if (t.depth != 0 || !(exports || t.is("import")))
            continue;
        module_import one;
        bool types = false;
        auto at = i + 1;
        if (is_string(tokens, at) && !exports) {
            one.whole = true;
        } else {
            auto const end = read_clause(tokens, at, exports, one, types);
            if (!end.is_import)
                continue;
            at = end.next;
        }
        i = at;
        if (types)
            continue;
        auto const& specifier = tokens[at];
        one.specifier = std::string(specifier.text);
        auto const begin = static_cast<std::uint32_t>(specifier.text.data() - out.text.data());
        one.where = {begin, begin + static_cast<std::uint32_t>(specifier.text.size())};
        one.file = resolve(one.specifier, path);
        out.imports.push_back(std::move(one));
    }
}

module_facts const* project_files::module(std::string const& path)
{
    auto it = modules_.find(path);
    if (it == modules_.end()) {
        std::unique_ptr<module_facts> facts;
        auto const content = is_script(path) ? text(path) : std::nullopt;
        if (content && content->size() <= max_file_bytes) {
            facts = std::make_unique<module_facts>();
            facts->text = *content;
            read_imports(*facts, path);
        }
        it = modules_.emplace(path, std::move(facts)).first;
    }
    return it->second.get();
}

bool project_files::uses(std::string const& path, module_import const& import)
{
    if (import.whole)
        return true;
    auto it = values_.find(path);
    if (it == values_.end()) {
        it = values_.emplace(path, std::set<std::string, std::less<>>()).first;
        auto const* facts = module(path);
        if (!facts)
            return false;
        if (!parser_)
            parser_ = std::make_unique<parser>();
        bool const plain =
            path.ends_with(".ts") || path.ends_with(".mts") || path.ends_with(".cts");
        auto const result = parser_->parse(facts->text, plain ? dialect::typescript : dialect::tsx);
        for (auto const n : below(result.tree.root())) {
            bool const name = n.is(kind::identifier, kind::shorthand_property_identifier);
            auto const parent = n.parent();
            if (name &&
                !parent.is(kind::import_specifier, kind::import_clause, kind::namespace_import))
                it->second.emplace(n.text());
        }
    }
    for (auto const& name : import.names)
        if (it->second.contains(name))
            return true;
    return false;
}

}  // namespace agent::checks
