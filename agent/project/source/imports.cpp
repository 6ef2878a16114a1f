#include "agent/project/source/imports.hpp"

#include "agent/project/source/doc_comment.hpp"
#include "agent/project/source/script_tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace agent {

namespace {

bool is_literal(token const& t)
{
    return t.kind == token_kind::string || (t.kind == token_kind::template_text && t.whole);
}

class token_list {
public:
    explicit token_list(std::vector<token> tokens) : tokens_(std::move(tokens)) {}

    std::size_t size() const { return tokens_.size(); }
    token const& operator[](std::size_t i) const { return i < tokens_.size() ? tokens_[i] : end_; }

private:
    std::vector<token> tokens_;
    token end_;
};

// `import … from "x"` and `export … from "x"`: the string after the next `from` of the clause. The
// clause is words, commas, stars and one pair of braces; anything else is a declaration.
std::size_t clause_specifier(token_list const& tokens, std::size_t at)
{
    constexpr std::size_t longest = 1000;
    for (std::size_t i = at + 1; i < tokens.size() && i < at + longest; ++i) {
        auto const& t = tokens[i];
        if (t.is("from") && tokens[i + 1].kind == token_kind::string)
            return i + 1;
        bool const clause = t.kind == token_kind::word || t.is(",") || t.is("*") || t.is("{") ||
                            t.is("}") || (t.kind == token_kind::string && t.depth > 0);
        if (!clause)
            return 0;
        bool const declaration = t.is("function") || t.is("class") || t.is("const") ||
                                 t.is("let") || t.is("var") || t.is("enum") || t.is("interface") ||
                                 t.is("async") || t.is("namespace") || t.is("abstract") ||
                                 t.is("import") || t.is("export");
        if (declaration && t.depth == tokens[at].depth)
            return 0;
    }
    return 0;
}

// Index of the specifier that the token at `at` introduces; 0 if it introduces none.
std::size_t specifier_at(token_list const& tokens, std::size_t at)
{
    auto const& t = tokens[at];
    bool const member = at > 0 && tokens[at - 1].is(".") && !tokens[at - 2].is(".");
    if (member || t.kind != token_kind::word)
        return 0;
    // import("a" + b) imports who knows what.
    bool const called = tokens[at + 1].is("(") && is_literal(tokens[at + 2]) &&
                        !tokens[at + 3].is("+") && !tokens[at + 3].is(".");
    if (called && (t.is("import") || t.is("require")))
        return at + 2;
    if (t.is("import") && tokens[at + 1].kind == token_kind::string)
        return at + 1;
    bool const statement = t.depth == 0 && (t.is("import") || t.is("export"));
    if (statement && !tokens[at + 1].is("(") && !tokens[at + 1].is("."))
        return clause_specifier(tokens, at);
    return 0;
}

bool is_node_module(std::string_view name)
{
    static constexpr std::array<std::string_view, 47> names{
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "sys",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
        "_http_agent",
        "_http_client",
        "_http_common",
        "_http_server",
        "_stream_wrap"};
    return std::find(names.begin(), names.end(), name.substr(0, name.find('/'))) != names.end();
}

bool is_aliased(std::string_view specifier, std::vector<path_alias> const& aliases)
{
    return std::any_of(aliases.begin(), aliases.end(), [specifier](path_alias const& alias) {
        std::string_view const pattern = alias.pattern;
        auto const star = pattern.find('*');
        if (star == std::string_view::npos)
            return specifier == pattern;
        auto const tail = pattern.substr(star + 1);
        // "*" alone is a base folder: it would make every package look like a file.
        return pattern != "*" && specifier.size() >= pattern.size() - 1 &&
               specifier.starts_with(pattern.substr(0, star)) && specifier.ends_with(tail);
    });
}

bool valid_package(std::string_view name)
{
    if (name.empty() || name.size() > 214 || name.front() == '.' || name.front() == '_')
        return false;
    return std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '~';
    });
}

}  // namespace

std::vector<std::string> import_specifiers(std::string_view source)
{
    std::vector<std::string_view> doc_comments;
    token_list const tokens(tokenize(source, &doc_comments));
    std::vector<std::string> found;
    std::set<std::string_view> seen;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        auto const specifier = specifier_at(tokens, at);
        if (specifier != 0 && seen.insert(tokens[specifier].text).second)
            found.emplace_back(tokens[specifier].text);
    }
    for (auto const comment : doc_comments)
        for (auto const specifier : doc_comment_imports(comment))
            if (seen.insert(specifier).second)
                found.emplace_back(specifier);
    return found;
}

std::string package_of(std::string_view specifier, std::vector<path_alias> const& aliases)
{
    for (std::string_view const prefix : {".", "/", "#", "~", "@/", "node:", "bun:", "cloudflare:"})
        if (specifier.starts_with(prefix))
            return {};
    // Loader syntax and queries: "./x?raw", "npm:x", "https://…", "a!b".
    if (specifier.find_first_of(":!?\\ ") != std::string_view::npos || is_node_module(specifier) ||
        is_aliased(specifier, aliases))
        return {};
    bool const scoped = specifier.starts_with('@');
    auto slash = specifier.find('/');
    if (scoped && slash == std::string_view::npos)
        return {};
    if (scoped) {
        if (!valid_package(specifier.substr(1, slash - 1)))
            return {};
        auto const begin = slash + 1;
        slash = specifier.find('/', begin);
        auto const name =
            specifier.substr(begin, slash == std::string_view::npos ? slash : slash - begin);
        return valid_package(name) ? std::string(specifier.substr(0, slash)) : std::string();
    }
    auto const name = specifier.substr(0, slash);
    return valid_package(name) ? std::string(name) : std::string();
}

std::vector<std::string>
imported_packages(std::string_view source, std::vector<path_alias> const& aliases)
{
    std::set<std::string> packages;
    for (auto const& specifier : import_specifiers(source)) {
        auto package = package_of(specifier, aliases);
        if (package.empty() || package == "server-only" || package == "client-only")
            continue;
        if (package.starts_with("@types/")) {
            package.erase(0, 7);
            // DefinitelyTyped spells @scope/name as scope__name.
            if (auto const scope = package.find("__"); scope != std::string::npos)
                package = "@" + package.substr(0, scope) + "/" + package.substr(scope + 2);
            if (is_node_module(package) || package == "node")
                continue;
        }
        packages.insert(std::move(package));
    }
    return {packages.begin(), packages.end()};
}

}  // namespace agent
