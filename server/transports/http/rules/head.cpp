#include "server/transports/http/rules/head.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>

namespace server {
namespace {

constexpr std::size_t head_kept = std::size_t(4) << 10;  // bytes that an idle connection keeps

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b)
{
    return a.size() == b.size() &&
           std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

void header_fields::clear()
{
    text_.clear();
    lines_.clear();
    if (text_.capacity() > head_kept) {
        text_.shrink_to_fit();
        lines_.shrink_to_fit();
    }
}

void header_fields::add(std::string_view name, std::string_view value)
{
    value = mcp::trimmed(value, " \t");
    auto const at = static_cast<std::uint32_t>(text_.size());
    text_.append(name).append(value);
    auto const name_size = static_cast<std::uint32_t>(name.size());
    lines_.push_back({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size())});
}

header_fields::found header_fields::find(std::string_view name) const
{
    found out;
    for (auto const& l : lines_)
        if (same_name(this->name(l), name) && out.count++ == 0)
            out.value = value(l);
    return out;
}

std::vector<std::string> header_fields::all(std::string_view name) const
{
    std::vector<std::string> out;
    for (auto const& l : lines_)
        if (same_name(this->name(l), name))
            out.emplace_back(value(l));
    return out;
}

void http_head::clear()
{
    method.clear();
    target.clear();
    if (target.capacity() > head_kept)
        target.shrink_to_fit();
    http_1_0 = false;
    keep_alive = true;
    content_length.reset();
    fields.clear();
}

}  // namespace server
