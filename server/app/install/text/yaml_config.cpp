#include "protocol/ascii.hpp"
#include "server/app/install/text/formats.hpp"
#include "server/app/install/text/text_layout.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <yaml-cpp/yaml.h>

namespace app {

namespace json = boost::json;

namespace {

YAML::Node yaml_of(std::string_view text)
{
    try {
        auto root = YAML::Load(std::string(text));
        if (!root.IsNull() && !root.IsMap())
            throw config_text_error("line 1: it is no mapping");
        return root;
    } catch (YAML::Exception const& e) {
        throw config_text_error(fmt::format("line {}: {}", e.mark.line + 1, e.msg));
    }
}

json::value to_json(YAML::Node const& node)
{
    if (node.IsMap()) {
        json::object out;
        for (auto const& member : node)
            out[member.first.Scalar()] = to_json(member.second);
        return out;
    }
    if (node.IsSequence()) {
        json::array out;
        for (auto const& one : node)
            out.push_back(to_json(one));
        return out;
    }
    if (node.IsScalar())
        return json::value(json::string(node.Scalar()));
    return nullptr;
}

std::size_t line_start(std::string_view text, int line)
{
    std::size_t at = 0;
    for (; line > 0 && at < text.size(); --line)
        at = std::min(text.find('\n', at), text.size() - 1) + 1;
    return at;
}

// The key of the section and what it holds.
std::pair<YAML::Node, YAML::Node> section_in(YAML::Node const& root, std::string const& name)
{
    if (root.IsMap())
        for (auto const& member : root)
            if (member.first.Scalar() == name)
                return {member.first, member.second};
    return {};
}

// One level is what hosts have, and none is the whole text. Nothing but a mapping has entries.
YAML::Node mapping_at(YAML::Node const& root, std::vector<std::string> const& section)
{
    auto const found = section.empty() ? root : section_in(root, section.front()).second;
    return found && found.IsMap() ? found : YAML::Node(YAML::NodeType::Map);
}

bool is_block(YAML::Node const& section)
{
    return section.IsMap() && section.size() > 0 && section.Style() != YAML::EmitterStyle::Flow;
}

// Its lines, behind `indent`. What is nested is in one line.
std::string block(
    std::string const& name,
    json::object const& entry,
    std::string const& indent,
    text_layout const& as)
{
    auto out = indent + name + ":" + as.newline;
    for (auto const& member : entry)
        out += indent + as.unit + std::string(member.key()) + ": " +
               json::serialize(member.value()) + as.newline;
    return out;
}

class yaml_config final : public config_text {
public:
    std::optional<json::object> entry(std::string_view text, place const& at) const override
    {
        auto const root = yaml_of(text);
        auto const section = mapping_at(root, at.section);
        if (!section[at.name])
            return std::nullopt;
        auto value = to_json(section[at.name]);
        return value.is_object() ? std::move(value.get_object()) : json::object();
    }

    std::string
    with(std::string_view text, place const& at, json::object const& entry) const override
    {
        auto out = without(text, at);
        auto as = layout_of(out);
        as.unit = "  ";
        auto const root = yaml_of(out);
        auto const& name = at.section.front();
        auto const [key, section] = section_in(root, name);
        if (!key) {
            if (!out.empty() && !out.ends_with('\n'))
                out += as.newline;
            return checked(out + name + ":" + as.newline + block(at.name, entry, as.unit, as));
        }
        auto const line = key.Mark().line;
        auto const next = line_start(out, line + 1);
        if (is_block(section)) {
            std::string const indent(
                static_cast<std::size_t>(section.begin()->first.Mark().column), ' ');
            return checked(out.insert(next, block(at.name, entry, indent, as)));
        }
        bool const nothing = section.IsNull() || (section.IsMap() && section.size() == 0);
        if (!nothing)
            throw config_text_error(fmt::format(
                "line {}: {} is not written over several lines; change it by hand",
                line + 1,
                name));
        auto const begin = line_start(out, line);
        return checked(out.replace(
            begin, next - begin, name + ":" + as.newline + block(at.name, entry, as.unit, as)));
    }

    std::string without(std::string_view text, place const& at) const override
    {
        std::string out(text);
        auto const root = yaml_of(text);
        auto const section = mapping_at(root, at.section);
        if (!section[at.name])
            return out;
        if (!is_block(section))
            throw config_text_error(fmt::format(
                "line {}: {} is not written over several lines; change it by hand",
                section.Mark().line + 1,
                at.section.empty() ? at.name : at.section.front()));
        for (auto const& member : section) {
            if (member.first.Scalar() != at.name)
                continue;
            auto const mark = member.first.Mark();
            auto const begin = line_start(text, mark.line);
            out.erase(begin, end_of(text, mark.line, mark.column) - begin);
        }
        return out;
    }

private:
    // Of what is indented deeper than `column` from this line on.
    static std::size_t end_of(std::string_view text, int line, int column)
    {
        auto at = line_start(text, line + 1);
        while (at < text.size()) {
            auto const end = std::min(text.find('\n', at), text.size());
            auto const one = text.substr(at, end - at);
            auto const first = one.find_first_not_of(" \r");
            if (first == std::string_view::npos || static_cast<int>(first) <= column)
                break;
            at = std::min(end + 1, text.size());
        }
        return at;
    }

    static std::string checked(std::string text)
    {
        yaml_of(text);
        return text;
    }
};

}  // namespace

config_text const& yaml_format()
{
    static yaml_config const one;
    return one;
}

}  // namespace app
