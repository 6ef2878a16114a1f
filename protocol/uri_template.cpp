#include "protocol/uri_template.hpp"

#include "protocol/names.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <set>
#include <stdexcept>

namespace mcp {
namespace {

constexpr std::size_t longest_template = 2'048;
constexpr std::size_t most_variables = 32;
constexpr std::size_t longest_uri = 8'192;
constexpr std::string_view kept_in_literals = "%:/?#[]@!$&'()*+,;=";
// {+path} keeps reserved characters. Not all that the RFC names: match() gives back what went in.
constexpr std::string_view kept_in_path = ":/@!$&'()*+;=";

bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// The byte that `%41` at `at` stands for, or -1.
int encoded_byte(std::string_view text, std::size_t at)
{
    std::uint8_t out = 0;
    if (text[at] != '%' || at + 2 >= text.size())
        return -1;
    auto const* digits = text.data() + at + 1;
    return std::from_chars(digits, digits + 2, out, 16).ptr == digits + 2 ? out : -1;
}

// Everything but what is unreserved and what is `kept`.
std::string encoded(std::string_view text, std::string_view kept)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        if (unreserved(c) || kept.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 15];
        }
    }
    return out;
}

std::optional<std::string> decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        int const byte = encoded_byte(text, i);
        if (byte < 0)
            return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    if (!valid_utf8(out))
        return std::nullopt;
    return out;
}

bool printable(char c)
{
    return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
}

bool is_query(char op)
{
    return op == '?' || op == '&';
}

bool is_name(std::string_view name)
{
    return !name.empty() && name.size() <= 64 && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return unreserved(c) && c != '-' && c != '~';
           });
}

// The characters that a value may not have. One that has a comma to its side has none in it.
std::string_view stops(char op, bool exploded, bool several)
{
    switch (op) {
    case '+':
        return several ? ",?#" : "?#";
    case '.':
        return several ? "/?#." : "/?#";
    case ';':
        return "/?#;";
    case '/':
        return exploded ? "?#" : "/?#";
    default:
        return several ? "/?#," : "/?#";
    }
}

// `a=1&b=2`, where only `names` may occur, each at most once.
bool read_query(std::string_view text, std::vector<std::string> const& names, uri_variables& out)
{
    std::set<std::string_view> seen;
    while (true) {
        auto const pair = text.substr(0, text.find('&'));
        auto const name = pair.substr(0, pair.find('='));
        if (std::find(names.begin(), names.end(), name) == names.end() || !seen.insert(name).second)
            return false;
        auto value = decoded(pair.substr(std::min(name.size() + 1, pair.size())));
        if (!value)
            return false;
        out.insert_or_assign(std::string(name), std::move(*value));
        if (pair.size() == text.size())
            return true;
        text.remove_prefix(pair.size() + 1);
    }
}

}  // namespace

boost::system::result<uri_template, std::string> uri_template::parse(std::string_view text)
{
    if (text.size() > longest_template)
        return std::string("more than 2048 bytes");
    uri_template out;
    while (!text.empty()) {
        if (text.front() == '{') {
            auto const end = text.find('}');
            if (end == std::string_view::npos)
                return std::string("a { without its }");
            if (auto added = out.add_expression(text.substr(1, end - 1)); !added)
                return added.error();
            text.remove_prefix(end + 1);
            continue;
        }
        auto const literal = text.substr(0, text.find('{'));
        if (literal.find('}') != std::string_view::npos)
            return std::string("a } without its {");
        if (!std::all_of(literal.begin(), literal.end(), printable) || !decoded(literal))
            return std::string("a character that no URI may have");
        out.parts_.emplace_back().literal = encoded(literal, kept_in_literals);
        text.remove_prefix(literal.size());
    }
    if (auto const why = out.ambiguity())
        return *why;
    return out;
}

boost::system::result<void, std::string> uri_template::add_expression(std::string_view inside)
{
    constexpr std::string_view operators = "+./;?&";
    auto& out = parts_.emplace_back();
    if (!inside.empty() && operators.find(inside.front()) != std::string_view::npos) {
        out.op = inside.front();
        inside.remove_prefix(1);
    }
    for (bool last = false; !last;) {
        auto name = inside.substr(0, inside.find(','));
        last = name.size() == inside.size();
        inside.remove_prefix(last ? name.size() : name.size() + 1);
        if (out.op == '/' && last && out.names.empty() && name.ends_with('*')) {
            out.exploded = true;
            name.remove_suffix(1);
        }
        if (!is_name(name))
            return quoted(name) + " is not a form that is supported, such as {name} or {?a,b}";
        out.names.emplace_back(name);
    }
    return {};
}

// Why it could not be said of a URI which variable is which.
std::optional<std::string> uri_template::ambiguity() const
{
    auto names = variables();
    if (names.size() > most_variables)
        return "more than 32 variables";
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end())
        return "a variable stands in it twice";
    for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
        auto const& next = parts_[i + 1];
        bool const query = is_query(parts_[i].op);
        if (query && next.op != '&')
            return "something follows its query";
        if (parts_[i].literal.empty() && next.literal.empty() && (next.op == 0 || next.op == '+'))
            return "two variables with nothing between them";
    }
    return std::nullopt;
}

std::vector<std::string> uri_template::variables() const
{
    std::vector<std::string> out;
    for (auto const& p : parts_)
        out.insert(out.end(), p.names.begin(), p.names.end());
    return out;
}

std::vector<uri_template::step> uri_template::steps() const
{
    std::vector<step> out;
    for (auto const& p : parts_) {
        if (!p.literal.empty())
            out.emplace_back().literal = &p;
        else if (is_query(p.op))
            out.emplace_back().query = &p;
        for (std::size_t i = 0; i < p.names.size() && !is_query(p.op); ++i) {
            auto& s = out.emplace_back();
            s.name = p.names[i];
            bool const separate = p.op == '/' || p.op == '.' || p.op == ';';
            if (separate)
                s.prefix = p.op;
            else if (i > 0)
                s.prefix = ',';
            if (p.op == ';')
                s.prefix += p.names[i] + '=';
            s.optional = separate || i > 0;
            s.stop = stops(p.op, p.exploded, p.names.size() > 1);
        }
    }
    return out;
}

// From which positions of the URI this step and all after it can be gone, if the ones after it can
// from those in `next`.
std::vector<bool>
uri_template::reachable(step const& s, std::string_view uri, std::vector<bool> const& next)
{
    auto const n = uri.size();
    std::vector<bool> out(n + 1);
    if (s.literal) {
        auto const& text = s.literal->literal;
        for (std::size_t i = 0; i + text.size() <= n; ++i)
            out[i] = next[i + text.size()] && uri.substr(i, text.size()) == text;
        return out;
    }
    if (s.query) {
        for (std::size_t i = 0; i <= n; ++i)
            out[i] =
                next[i] || (i < n && uri[i] == s.query->op && next[std::min(uri.find('#', i), n)]);
        return out;
    }
    // Where a value can start: it ends where the next step can begin.
    std::vector<bool> value(n + 1);
    for (std::size_t i = n; i-- > 0;)
        value[i] = s.stop.find(uri[i]) == std::string_view::npos && (next[i + 1] || value[i + 1]);
    for (std::size_t i = 0; i <= n; ++i) {
        auto const start = i + s.prefix.size();
        out[i] = (s.optional && next[i]) ||
                 (start <= n && value[start] && uri.substr(i).starts_with(s.prefix));
    }
    return out;
}

// Goes the step from `at`, from where it can be gone.
bool uri_template::take(
    step const& s,
    std::string_view uri,
    std::size_t& at,
    std::vector<bool> const& next,
    uri_variables& out)
{
    if (s.literal) {
        at += s.literal->literal.size();
        return true;
    }
    if (s.query) {
        auto const end = std::min(uri.find('#', at), uri.size());
        if (at >= uri.size() || uri[at] != s.query->op || !next[end])
            return true;
        auto const text = uri.substr(at + 1, end - at - 1);
        at = end;
        return read_query(text, s.query->names, out);
    }
    auto const start = at + s.prefix.size();
    std::size_t end = 0;
    if (uri.substr(at).starts_with(s.prefix))
        for (auto i = start; i < uri.size() && s.stop.find(uri[i]) == std::string_view::npos; ++i)
            if (next[i + 1])
                end = i + 1;
    if (end == 0)
        return s.optional;
    auto value = decoded(uri.substr(start, end - start));
    if (!value)
        return false;
    out.insert_or_assign(s.name, std::move(*value));
    at = end;
    return true;
}

std::optional<uri_variables> uri_template::match(std::string_view uri) const
{
    if (uri.size() > longest_uri)
        return std::nullopt;
    auto const steps = this->steps();
    // From the end to the start: from where the rest can be gone.
    std::vector<std::vector<bool>> after(steps.size() + 1);
    after.back().resize(uri.size() + 1);
    after.back().back() = true;
    for (auto i = steps.size(); i-- > 0;)
        after[i] = reachable(steps[i], uri, after[i + 1]);
    if (!after.front().front())
        return std::nullopt;
    uri_variables out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (!take(steps[i], uri, at, after[i + 1], out))
            return std::nullopt;
    return out;
}

std::string uri_template::expand(uri_variables const& values) const
{
    std::string out;
    for (auto const& p : parts_) {
        out += p.literal;
        bool const open = p.op == '+';
        bool const named = is_query(p.op) || p.op == ';';
        bool first = true;
        for (auto const& name : p.names) {
            auto const found = values.find(name);
            if (found == values.end() && (p.op == 0 || open) && &name == &p.names.front())
                throw std::out_of_range("no value for a variable of a URI template");
            if (found == values.end())
                continue;
            if (first)
                out.append(p.op == 0 || p.op == '+' ? 0 : 1, p.op);
            else
                out += p.op == '?' ? '&' : p.op == 0 || open ? ',' : p.op;
            first = false;
            auto const& value = found->second;
            if (named)
                out.append(name).append(value.empty() && p.op == ';' ? "" : "=");
            std::string_view rest = value;
            for (auto slash = rest.find('/'); p.exploded && slash != std::string_view::npos;
                 slash = rest.find('/')) {
                out.append(encoded(rest.substr(0, slash), "")).append("/");
                rest.remove_prefix(slash + 1);
            }
            out += encoded(rest, open ? kept_in_path : "");
        }
    }
    return out;
}

}  // namespace mcp
