#include "protocol/ascii.hpp"
#include "server/app/install/text/formats.hpp"
#include "server/app/install/text/jsonc.hpp"
#include "server/app/install/text/text_layout.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace app {

namespace json = boost::json;

namespace {

bool is_blank(std::string_view text)
{
    return mcp::trimmed(text).empty();
}

std::string quoted(std::string_view text)
{
    return json::serialize(json::string(text));
}

// The object of the section, as far as there is one: how many of its names were found.
std::pair<jsonc_node const*, std::size_t>
section_in(jsonc_node const& root, std::vector<std::string> const& names)
{
    auto const* here = &root;
    std::size_t found = 0;
    for (; found < names.size(); ++found) {
        auto const* next = here->find(names[found]);
        if (!next)
            break;
        if (!next->value->is_object)
            throw config_text_error(fmt::format("\"{}\" is no object", names[found]));
        here = next->value.get();
    }
    return {here, found};
}

std::unique_ptr<jsonc_node> root_of(std::string_view text)
{
    auto root = read_jsonc(text);
    if (!root->is_object)
        throw config_text_error("line 1: it is no JSON object");
    return root;
}

std::string inserted(
    std::string_view text, jsonc_node const& object, std::string const& name, json::value value)
{
    auto const layout = layout_of(text);
    auto const outer = indent_at(text, object.begin);
    std::string out(text);
    if (object.members.empty()) {
        auto const inner = outer + layout.unit;
        auto const inside = text.substr(object.begin + 1, object.end - object.begin - 2);
        auto const kept = mcp::trimmed(inside).empty() ? 0 : inside.find_last_not_of(" \t\r\n") + 1;
        auto const added = layout.newline + inner + quoted(name) + ": " +
                           pretty_json(value, layout, inner) + layout.newline + outer;
        out.replace(object.begin + 1 + kept, inside.size() - kept, added);
        return out;
    }
    auto const& last = object.members.back();
    bool const lines =
        text.substr(object.begin, object.members.front().begin - object.begin).find('\n') !=
        std::string_view::npos;
    auto const inner = lines ? indent_at(text, object.members.front().begin) : std::string();
    auto const at = object.ends_with_comma ? object.comma : last.value->end;
    auto added = lines ? layout.newline + inner : std::string(" ");
    added +=
        quoted(name) + ": " + (lines ? pretty_json(value, layout, inner) : json::serialize(value));
    out.insert(at, object.ends_with_comma ? added + "," : "," + added);
    return out;
}

class json_config final : public config_text {
public:
    std::optional<json::object> entry(std::string_view text, place const& at) const override
    {
        if (is_blank(text))
            return std::nullopt;
        auto const root = root_of(text);
        auto const [section, found] = section_in(*root, at.section);
        auto const* one = found == at.section.size() ? section->find(at.name) : nullptr;
        if (!one)
            return std::nullopt;
        auto value = one->value->to_value();
        return value.is_object() ? std::move(value.get_object()) : json::object();
    }

    std::string
    with(std::string_view text, place const& at, json::object const& entry) const override
    {
        std::string const empty = "{}\n";
        if (is_blank(text))
            text = empty;
        auto const root = root_of(text);
        auto const [section, found] = section_in(*root, at.section);
        if (found == at.section.size()) {
            if (auto const* old = section->find(at.name)) {
                std::string out(text);
                auto const value = pretty_json(entry, layout_of(text), indent_at(text, old->begin));
                return out.replace(old->value->begin, old->value->end - old->value->begin, value);
            }
            return inserted(text, *section, at.name, entry);
        }
        json::value value = json::object{{at.name, entry}};
        for (auto i = at.section.size() - 1; i > found; --i)
            value = json::object{{at.section[i], std::move(value)}};
        return inserted(text, *section, at.section[found], std::move(value));
    }

    std::string without(std::string_view text, place const& at) const override
    {
        std::string out(text);
        if (!entry(text, at))
            return out;
        auto const root = root_of(text);
        auto const* section = section_in(*root, at.section).first;
        auto const* one = section->find(at.name);
        auto const index = static_cast<std::size_t>(one - section->members.data());
        auto const& all = section->members;
        if (index > 0) {
            auto const begin = all[index - 1].value->end;
            return out.erase(begin, one->value->end - begin);
        }
        if (all.size() > 1)
            return out.erase(one->begin, all[1].begin - one->begin);
        return out.replace(
            section->begin,
            section->end - section->begin,
            std::string("{") + comments_of(text, *section) + "}");
    }

private:
    // What stands before the only member.
    static std::string comments_of(std::string_view text, jsonc_node const& section)
    {
        auto const first = section.members.front().begin;
        auto const before = text.substr(section.begin + 1, first - section.begin - 1);
        return is_blank(before) ? std::string() : std::string(before);
    }
};

}  // namespace

config_text const& json_format()
{
    static json_config const one;
    return one;
}

}  // namespace app
