#include "protocol/uri_template.hpp"

#include <algorithm>

namespace mcp {
namespace {

bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_name_char);
}

bool is_unreserved(char c)
{
    return is_name_char(c) || c == '-' || c == '~';
}

int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decode(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0)
            return std::nullopt;
        out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
        i += 2;
    }
    return out;
}

void encode(std::string& out, std::string_view text, bool keeps_slashes)
{
    for (char const c : text) {
        if (is_unreserved(c) || (keeps_slashes && c == '/')) {
            out.push_back(c);
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out.push_back('%');
            out.push_back("0123456789ABCDEF"[byte >> 4]);
            out.push_back("0123456789ABCDEF"[byte & 15]);
        }
    }
}

std::vector<std::string> split(std::string_view text, char by)
{
    std::vector<std::string> out;
    for (;;) {
        auto const at = text.find(by);
        out.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return out;
        text.remove_prefix(at + 1);
    }
}

// "?a=1&b=2" of these names, in any order.
bool match_query(std::string_view text, std::vector<std::string> const& names, uri_variables& out)
{
    if (text.empty())
        return true;
    if (text.front() != '?')
        return false;
    for (auto const& pair : split(text.substr(1), '&')) {
        auto const equals = pair.find('=');
        auto const name = pair.substr(0, equals);
        if (std::ranges::find(names, name) == names.end())
            return false;
        auto value = decode(equals == std::string::npos ? "" : pair.substr(equals + 1));
        if (!value || !out.emplace(name, std::move(*value)).second)
            return false;
    }
    return true;
}

}  // namespace

boost::system::result<uri_template, std::string> uri_template::parse(std::string_view text)
{
    uri_template out;
    while (!text.empty()) {
        auto const open = std::min(text.find('{'), text.size());
        auto const literal = text.substr(0, open);
        if (literal.find('}') != std::string_view::npos)
            return std::string("a } without its {");
        if (!literal.empty())
            out.parts_.push_back({kind::literal, std::string(literal), {}});
        text.remove_prefix(open);
        if (text.empty())
            break;
        auto const close = text.find('}');
        if (close == std::string_view::npos)
            return std::string("a { without its }");
        if (auto added = out.add_expression(text.substr(1, close - 1)); !added)
            return added.error();
        text.remove_prefix(close + 1);
    }
    auto names = out.variables();
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end())
        return std::string("a variable stands in it twice");
    for (std::size_t i = 0; i + 1 < out.parts_.size(); ++i) {
        if (out.parts_[i].is == kind::query)
            return std::string("something follows its query");
        if (out.parts_[i].is != kind::literal && out.parts_[i + 1].is != kind::literal &&
            out.parts_[i + 1].is != kind::query)
            return std::string("two variables with nothing between them");
    }
    return out;
}

boost::system::result<void, std::string> uri_template::add_expression(std::string_view text)
{
    part added{kind::segment, {}, {}};
    if (text.starts_with('?')) {
        added.is = kind::query;
        added.names = split(text.substr(1), ',');
        if (!std::ranges::all_of(added.names, is_name))
            return std::string("a name of its query is none");
    } else {
        if (text.starts_with('+'))
            added.is = kind::rest;
        else if (text.starts_with('/'))
            parts_.push_back({kind::literal, "/", {}});
        if (text.starts_with('+') || text.starts_with('/'))
            text.remove_prefix(1);
        if (!is_name(text))
            return std::string("{" + std::string(text) + "} is not a form that is supported");
        added.text = text;
    }
    parts_.push_back(std::move(added));
    return {};
}

std::vector<std::string> uri_template::variables() const
{
    std::vector<std::string> out;
    for (auto const& p : parts_) {
        if (p.is == kind::query)
            out.insert(out.end(), p.names.begin(), p.names.end());
        else if (p.is != kind::literal)
            out.push_back(p.text);
    }
    return out;
}

std::optional<uri_variables> uri_template::match(std::string_view uri) const
{
    uri_variables out;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        auto const& p = parts_[i];
        if (p.is == kind::literal) {
            if (!uri.starts_with(p.text))
                return std::nullopt;
            uri.remove_prefix(p.text.size());
            continue;
        }
        if (p.is == kind::query) {
            if (!match_query(uri, p.names, out))
                return std::nullopt;
            return out;
        }
        auto length = uri.size();
        if (i + 1 < parts_.size()) {
            auto const& next = parts_[i + 1];
            // The last literal is where the URI ends; any other, where it first is.
            if (next.is == kind::query)
                length = std::min(uri.find('?'), uri.size());
            else if (i + 2 == parts_.size() && uri.ends_with(next.text))
                length = uri.size() - next.text.size();
            else
                length = std::min(uri.find(next.text), uri.size());
        }
        auto const text = uri.substr(0, length);
        auto value = decode(text);
        if (!value || text.empty() || (p.is == kind::segment && text.find('/') != text.npos))
            return std::nullopt;
        out.emplace(p.text, std::move(*value));
        uri.remove_prefix(length);
    }
    if (!uri.empty())
        return std::nullopt;
    return out;
}

std::string uri_template::expand(uri_variables const& values) const
{
    std::string out;
    for (auto const& p : parts_) {
        if (p.is == kind::literal) {
            out += p.text;
        } else if (p.is == kind::query) {
            char before = '?';
            for (auto const& name : p.names)
                if (auto const found = values.find(name); found != values.end()) {
                    out += before + name + "=";
                    encode(out, found->second, false);
                    before = '&';
                }
        } else {
            encode(out, values.at(p.text), p.is == kind::rest);
        }
    }
    return out;
}

}  // namespace mcp
