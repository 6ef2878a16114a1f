#include "agent/project/source/source_facts.hpp"

#include "agent/project/source/script_tokens.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace agent {

namespace {

constexpr std::array<std::string_view, 7> http_methods{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

token const& at(std::vector<token> const& tokens, std::size_t i)
{
    static token const none;
    return i < tokens.size() ? tokens[i] : none;
}

bool is_method(token const& t)
{
    return t.kind == token_kind::word &&
           std::find(http_methods.begin(), http_methods.end(), t.text) != http_methods.end();
}

// `export async function GET`, `export const GET`, `export { GET, handler as POST }`.
void exported_methods(
    std::vector<token> const& tokens, std::size_t i, std::set<std::string_view>& found)
{
    auto next = i + 1;
    if (at(tokens, next).is("async"))
        ++next;
    auto const& declaration = at(tokens, next);
    if (declaration.is("function") || declaration.is("const") || declaration.is("let")) {
        if (is_method(at(tokens, next + 1)))
            found.insert(at(tokens, next + 1).text);
        // export const { GET, POST } = …
        next += declaration.is("function") ? 0 : 1;
    }
    if (!at(tokens, next).is("{"))
        return;
    for (++next; next < tokens.size() && !tokens[next].is("}"); ++next) {
        bool const renamed = at(tokens, next + 1).is("as") || at(tokens, next + 1).is(":");
        if (is_method(tokens[next]) && !renamed)
            found.insert(tokens[next].text);
    }
}

bool variable_name(std::string_view name)
{
    return !name.empty() && name.size() <= 80 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

// X of process.env.X, process.env["X"], and const { X } = process.env, whose `process` is at i.
void read_variables(std::vector<token> const& tokens, std::size_t i, std::set<std::string>& found)
{
    if (!at(tokens, i + 1).is(".") || !at(tokens, i + 2).is("env"))
        return;
    auto const& after = at(tokens, i + 3);
    auto const& name = at(tokens, i + 4);
    bool const dotted = after.is(".") && name.kind == token_kind::word;
    bool const indexed = after.is("[") && name.kind == token_kind::string;
    if ((dotted || indexed) && variable_name(name.text))
        found.emplace(name.text);
    if (dotted || indexed || i < 2 || !tokens[i - 1].is("=") || !tokens[i - 2].is("}"))
        return;
    for (auto back = i - 2; back-- > 0 && !tokens[back].is("{");)
        if (tokens[back].kind == token_kind::word && variable_name(tokens[back].text) &&
            !at(tokens, back - 1).is(":"))
            found.emplace(tokens[back].text);
}

bool known_flag(std::string_view path)
{
    static constexpr std::array<std::string_view, 21> names{
        "cacheComponents",
        "env",
        "partialPrefetching",
        "serverExternalPackages",
        "output",
        "typedRoutes",
        "basePath",
        "trailingSlash",
        "reactCompiler",
        "cacheLife",
        "cacheHandlers",
        "cacheHandler",
        "distDir",
        "transpilePackages",
        "outputFileTracingIncludes",
        "outputFileTracingRoot",
        "skipProxyUrlNormalize",
        "skipMiddlewareUrlNormalize",
        "pageExtensions",
        "headers",
        "typescript"};
    return path.starts_with("experimental.") ||
           std::find(names.begin(), names.end(), path) != names.end();
}

// A literal, or a list of strings; anything else is only known to be there.
std::string literal_at(std::vector<token> const& tokens, std::size_t i)
{
    auto const ends = [&](std::size_t k) {
        auto const& t = at(tokens, k);
        return k >= tokens.size() || t.is(",") || t.is("}") || t.is(";") ||
               (t.kind == token_kind::word && t.line > at(tokens, k - 1).line);
    };
    auto const& value = at(tokens, i);
    bool const plain = value.kind == token_kind::string || value.kind == token_kind::number ||
                       value.is("true") || value.is("false") || value.is("null");
    if (plain && ends(i + 1))
        return mcp::sanitize_line(value.text, 60);
    if (!value.is("["))
        return "present";
    std::string list = "[";
    for (++i; i < tokens.size() && !tokens[i].is("]"); ++i) {
        if (tokens[i].is(","))
            continue;
        if (tokens[i].kind != token_kind::string || list.size() > 200)
            return "present";
        list += (list.size() > 1 ? ", " : "") + mcp::sanitize_line(tokens[i].text, 60);
    }
    return list + "]";
}

}  // namespace

source_facts read_source(std::string_view source)
{
    auto const tokens = tokenize(source);
    source_facts facts;
    std::set<std::string_view> methods;
    std::set<std::string> variables;
    bool head = true;  // only directives so far
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        auto const& t = tokens[i];
        if (t.kind == token_kind::string) {
            bool const body = i > 0 && tokens[i - 1].is("{");
            facts.server_actions |= t.text == "use server" && (head || body);
        } else if (!t.is(";")) {
            head = false;
        }
        if (t.is("export") && t.depth == 0)
            exported_methods(tokens, i, methods);
        else if (t.is("process") || t.is("meta"))
            read_variables(tokens, i, variables);
    }
    for (auto const method : http_methods)
        if (methods.contains(method))
            facts.methods.emplace_back(method);
    facts.environment.assign(variables.begin(), variables.end());
    return facts;
}

config_facts read_next_config(std::string_view source)
{
    auto const tokens = tokenize(source);
    config_facts facts;
    struct bracket {
        std::string_view name;  // the key of an object; "" for other brackets
        std::string_view key;   // whose value it is part of
    };
    std::vector<bracket> path;
    std::string_view key;  // whose value is being read
    auto const add = [&](std::string_view name, std::string value) {
        std::string full;
        for (auto const& part : path)
            full.append(part.name).append(part.name.empty() ? "" : ".");
        full.append(name);
        bool const again = std::any_of(
            facts.flags.begin(), facts.flags.end(), [&](auto const& f) { return f.name == full; });
        if (known_flag(full) && !again && facts.flags.size() < 60)
            facts.flags.push_back({mcp::sanitize_line(full, 80), std::move(value)});
    };
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        auto const& t = tokens[i];
        bool const key_position = i > 0 && (tokens[i - 1].is("{") || tokens[i - 1].is(","));
        if (t.is("{") || t.is("(") || t.is("[")) {
            path.push_back({t.is("{") ? key : std::string_view(), key});
            key = {};
        } else if (t.is("}") || t.is(")") || t.is("]")) {
            key = {};
            if (!path.empty()) {
                key = path.back().key;  // (config) => { … } is still the value of its key
                path.pop_back();
            }
        } else if (t.is(",") || t.is(";")) {
            key = {};
        } else if (t.is(".") && at(tokens, i + 1).is(".")) {
            facts.partial = true;
        } else if (
            (t.kind == token_kind::word || t.kind == token_kind::string) && key_position &&
            at(tokens, i + 1).is(":")) {
            key = t.text;
            add(key, literal_at(tokens, i + 2));
        } else if (
            t.kind == token_kind::word && key_position &&
            (at(tokens, i + 1).is(",") || at(tokens, i + 1).is("}") || at(tokens, i + 1).is("("))) {
            add(t.text, "present");
        } else if (
            t.kind == token_kind::word && i > 0 && tokens[i - 1].is(".") &&
            at(tokens, i + 1).is("=") && !at(tokens, i + 2).is("=") && !at(tokens, i + 2).is(">")) {
            // nextConfig.cacheComponents = true; module.exports = { … }
            add(t.text, literal_at(tokens, i + 2));
            key = t.text == "exports" ? std::string_view() : t.text;
        }
    }
    return facts;
}

}  // namespace agent
