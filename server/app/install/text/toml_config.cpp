#include "protocol/ascii.hpp"
#include "server/app/install/text/formats.hpp"
#include "server/app/install/text/text_layout.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <toml++/toml.h>

namespace app {

namespace json = boost::json;

namespace {

toml::table toml_of(std::string_view text)
{
    try {
        return toml::parse(text);
    } catch (toml::parse_error const& e) {
        throw config_text_error(
            fmt::format("line {}: {}", e.source().begin.line, std::string(e.description())));
    }
}

json::value to_json(toml::node const& node)
{
    if (auto const* table = node.as_table()) {
        json::object out;
        for (auto const& [name, value] : *table)
            out[std::string_view(name.str())] = to_json(value);
        return out;
    }
    if (auto const* array = node.as_array()) {
        json::array out;
        for (auto const& value : *array)
            out.push_back(to_json(value));
        return out;
    }
    if (auto const text = node.value_exact<std::string>())
        return json::value(json::string(*text));
    if (auto const number = node.value_exact<std::int64_t>())
        return *number;
    if (auto const number = node.value_exact<double>())
        return *number;
    if (auto const yes = node.value_exact<bool>())
        return *yes;
    return nullptr;
}

// Its text is a basic string of TOML, too.
std::string toml_text(json::value const& value)
{
    auto const* object = value.if_object();
    if (!object)
        return json::serialize(value);
    std::string out = "{";
    for (auto const& member : *object)
        out += fmt::format(
            "{} {} = {}",
            out.size() > 1 ? "," : "",
            json::serialize(json::string(member.key())),
            toml_text(member.value()));
    return out + (out.size() > 1 ? " }" : "}");
}

// A name as a header has it.
std::string toml_key(std::string const& name)
{
    bool const bare = !name.empty() &&
                      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_-") == std::string::npos;
    return bare ? name : json::serialize(json::string(name));
}

std::string header_of(config_text::place const& at)
{
    std::string out;
    for (auto const& part : at.section)
        out += toml_key(part) + ".";
    return out + toml_key(at.name);
}

toml::node const* find_in(toml::table const& root, config_text::place const& at)
{
    toml::table const* here = &root;
    for (auto const& name : at.section) {
        auto const* next = here->get(name);
        if (!next)
            return nullptr;
        here = next->as_table();
        if (!here)
            throw config_text_error(fmt::format("\"{}\" is no table", name));
    }
    return here->get(at.name);
}

class toml_config final : public config_text {
public:
    std::optional<json::object> entry(std::string_view text, place const& at) const override
    {
        auto const root = toml_of(text);
        auto const* found = find_in(root, at);
        if (!found)
            return std::nullopt;
        auto value = to_json(*found);
        return value.is_object() ? std::move(value.get_object()) : json::object();
    }

    std::string
    with(std::string_view text, place const& at, json::object const& entry) const override
    {
        auto out = without(text, at);
        auto const newline = layout_of(text).newline;
        if (!out.empty() && !out.ends_with('\n'))
            out += newline;
        out += (out.empty() ? "" : newline) + "[" + header_of(at) + "]" + newline;
        for (auto const& member : entry)
            out +=
                toml_key(std::string(member.key())) + " = " + toml_text(member.value()) + newline;
        toml_of(out);  // a section that is an inline table, or an array, takes no such header
        return out;
    }

    std::string without(std::string_view text, place const& at) const override
    {
        auto const root = toml_of(text);
        auto const* found = find_in(root, at);
        std::string out(text);
        if (!found)
            return out;
        auto const header = "[" + header_of(at);
        // Whole lines: from its header to the next of another table.
        auto begin = line_with(text, header + "]", 0);
        if (begin == std::string::npos)
            throw config_text_error(fmt::format(
                "line {}: {} is not written as a table of its own; change it by hand",
                found->source().begin.line,
                header_of(at)));
        auto end = text.find('\n', begin);
        while (end != std::string_view::npos) {
            auto const line =
                mcp::trimmed(text.substr(end + 1, text.find('\n', end + 1) - end - 1));
            if (line.starts_with('[') && !line.starts_with(header + "."))
                break;
            end = text.find('\n', end + 1);
        }
        auto const last = end == std::string_view::npos ? text.size() : end + 1;
        // The blank line that is before a table is of that table.
        if (begin >= 2 && last == text.size())
            for (auto const newline : {std::string_view("\r\n"), std::string_view("\n")})
                if (text.substr(0, begin).ends_with(std::string(newline) + std::string(newline))) {
                    begin -= newline.size();
                    break;
                }
        return out.erase(begin, last - begin);
    }

private:
    static std::size_t line_with(std::string_view text, std::string_view line, std::size_t from)
    {
        for (auto at = from; at < text.size();) {
            auto const end = std::min(text.find('\n', at), text.size());
            if (mcp::trimmed(text.substr(at, end - at)).starts_with(line))
                return at;
            at = end + 1;
        }
        return std::string::npos;
    }
};

}  // namespace

config_text const& toml_format()
{
    static toml_config const one;
    return one;
}

}  // namespace app
