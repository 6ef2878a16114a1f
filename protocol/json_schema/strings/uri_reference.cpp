#include "protocol/json_schema/strings/uri_reference.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace mcp::json_schema {
namespace {

// Each with its delimiter, so that they are put together by appending.
struct components {
    std::string_view scheme;     // with ":"
    std::string_view authority;  // with "//"
    std::string_view path;
    std::string_view query;     // with "?"
    std::string_view fragment;  // with "#"
};

std::string_view take(std::string_view& text, std::size_t n)
{
    auto const out = text.substr(0, n);
    text.remove_prefix(out.size());
    return out;
}

components split(std::string_view text)
{
    components out;
    auto const first = text.find_first_of(":/?#");
    if (first != std::string_view::npos && first > 0 && text[first] == ':')
        out.scheme = take(text, first + 1);
    if (text.starts_with("//"))
        out.authority = take(text, std::min(text.find_first_of("/?#", 2), text.size()));
    out.path = take(text, std::min(text.find_first_of("?#"), text.size()));
    out.query = take(text, std::min(text.find('#'), text.size()));
    out.fragment = text;
    return out;
}

std::string without_dots(std::string_view path)
{
    std::string out;
    bool const rooted = path.starts_with('/');
    std::string_view rest = path;
    while (!rest.empty()) {
        // A segment, with the slash before it.
        auto const segment = take(rest, std::min(rest.find('/', 1), rest.size()));
        auto const name = segment.substr(segment.starts_with('/') ? 1 : 0);
        if (name == "..")
            out.resize(out.find('/') == std::string::npos ? 0 : out.rfind('/'));
        else if (name != ".")
            out += segment;
        if ((name == "." || name == "..") && rest.empty())
            out += '/';
    }
    if (rooted && !out.starts_with('/'))
        out.insert(0, 1, '/');
    return out;
}

std::string together(
    std::string_view scheme,
    std::string_view authority,
    std::string_view path,
    std::string_view query,
    std::string_view fragment)
{
    std::string out;
    for (auto const piece : {scheme, authority, path, query, fragment})
        out += piece;
    return out;
}

}  // namespace

std::string resolve(std::string_view base, std::string_view reference)
{
    auto const b = split(base);
    auto const r = split(reference);
    if (base.empty() || !r.scheme.empty())
        return std::string(reference);
    if (!r.authority.empty())
        return together(b.scheme, r.authority, without_dots(r.path), r.query, r.fragment);
    if (r.path.empty())
        return together(
            b.scheme, b.authority, b.path, r.query.empty() ? b.query : r.query, r.fragment);
    if (r.path.starts_with('/'))
        return together(b.scheme, b.authority, without_dots(r.path), r.query, r.fragment);
    std::string path(b.path.substr(0, b.path.rfind('/') + 1));
    if (path.empty() && !b.authority.empty())
        path.push_back('/');  // g++ 12 warns falsely of = "/" at -O2
    path += r.path;
    return together(b.scheme, b.authority, without_dots(path), r.query, r.fragment);
}

std::string_view without_fragment(std::string_view uri)
{
    return uri.substr(0, uri.find('#'));
}

std::string_view fragment_of(std::string_view uri)
{
    auto const hash = uri.find('#');
    return hash == std::string_view::npos ? std::string_view() : uri.substr(hash + 1);
}

std::string percent_decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::uint8_t byte = 0;
        auto const* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace mcp::json_schema
