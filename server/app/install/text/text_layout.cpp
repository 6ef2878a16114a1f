#include "server/app/install/text/text_layout.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace app {

namespace json = boost::json;

text_layout layout_of(std::string_view text)
{
    text_layout out;
    if (text.find("\r\n") != std::string_view::npos)
        out.newline = "\r\n";
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        auto const end = text.find_first_not_of(" \t", at + 1);
        if (end == std::string_view::npos || end == at + 1 || text[end] == '\r' ||
            text[end] == '\n')
            continue;
        out.unit = std::string(text.substr(at + 1, end - at - 1));
        break;
    }
    return out;
}

std::string indent_at(std::string_view text, std::size_t at)
{
    auto const line = text.rfind('\n', at == 0 ? 0 : at - 1);
    auto const begin = line == std::string_view::npos ? 0 : line + 1;
    auto const end = std::min(text.find_first_not_of(" \t", begin), text.size());
    return std::string(text.substr(begin, end - begin));
}

std::string
pretty_json(json::value const& value, text_layout const& layout, std::string const& indent)
{
    auto const* object = value.if_object();
    if (!object || object->empty())
        return json::serialize(value);
    auto const inner = indent + layout.unit;
    std::string out = "{";
    for (bool first = true; auto const& member : *object) {
        out += (first ? "" : ",") + layout.newline + inner;
        out += json::serialize(json::string(member.key())) + ": ";
        out += pretty_json(member.value(), layout, inner);
        first = false;
    }
    return out + layout.newline + indent + "}";
}

}  // namespace app
