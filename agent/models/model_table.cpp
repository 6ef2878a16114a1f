#include "agent/models/model_table.hpp"

#include "agent/models/model_data.hpp"
#include "agent/small_file.hpp"
#include "protocol/ascii.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>

namespace agent {

namespace json = boost::json;
using boost::system::result;

namespace {

using row = result<model_facts, std::string>;

row read_row(std::string const& id, json::value const& value)
{
    auto const* object = value.if_object();
    if (!object)
        return "models." + id + " is not an object";
    model_facts facts;
    std::string wrong;
    auto number = [&](char const* name, double fallback) {
        auto const* member = object->if_contains(name);
        if (!member)
            return fallback;
        json::error_code ec;
        auto const n = member->to_number<double>(ec);
        if (ec || !std::isfinite(n) || n < 0 || n > 1e9)
            wrong = "models." + id + "." + name + " is not a number from 0 to 1e9";
        return n;
    };
    facts.context = int(number("context", 0));
    facts.max_output = int(number("max_output", 0));
    facts.priced = object->contains("input") && object->contains("output");
    facts.input = number("input", 0);
    facts.output = number("output", 0);
    facts.cache_write_5m = number("cache_write_5m", facts.input * 1.25);
    facts.cache_write_1h = number("cache_write_1h", facts.input * 2);
    facts.cache_read = number("cache_read", facts.input * 0.1);
    if (!wrong.empty())
        return wrong;
    return facts;
}

}  // namespace

model_table::model_table()
{
    for (auto const& r : model_rows)
        models_.emplace(
            r.id,
            model_facts{
                r.context,
                r.max_output,
                r.input,
                r.output,
                r.cache_write_5m,
                r.cache_write_1h,
                r.cache_read,
                r.long_prompt,
                r.long_factor,
                true});
    for (auto const& alias : model_aliases)
        aliases_.emplace(alias.name, alias.id);
}

result<void, std::string> model_table::merge(std::string_view text)
{
    json::error_code ec;
    auto const value = json::parse(json::string_view(text.data(), text.size()), ec);
    auto const* root = ec ? nullptr : value.if_object();
    if (!root)
        return std::string("the model table is not a JSON object");
    auto section = [&](char const* name) -> json::object {
        auto const* member = root->if_contains(name);
        return member && member->is_object() ? member->get_object() : json::object();
    };
    for (auto const& [name, member] : *root)
        if ((name != "aliases" && name != "models") || !member.is_object())
            return std::string(name) + " is not an object called aliases or models";
    for (auto const& [name, id] : section("aliases")) {
        if (!id.is_string() || id.get_string().empty())
            return "aliases." + std::string(name) + " is not the id of a model";
        aliases_[mcp::lower(name)] = std::string(id.get_string());
    }
    for (auto const& [name, member] : section("models")) {
        std::string const id(name);
        auto facts = read_row(id, member);
        if (!facts)
            return facts.error();
        models_[id] = *facts;
    }
    return result<void, std::string>();
}

result<void, std::string> model_table::merge_file(std::string const& path)
{
    auto text = read_small_file(path, std::size_t(1) << 20);
    if (!text)
        return path + " " + text.error();
    auto merged = merge(*text);
    if (!merged)
        return path + ": " + merged.error();
    return merged;
}

std::string model_table::resolve(
    std::string_view requested, std::string_view fallback, environment const& getenv) const
{
    std::string name(requested);
    for (auto const* variable : {"NEXTJS_BACKEND_ENGINEER_MODEL", "ANTHROPIC_MODEL"})
        if (name.empty())
            name = getenv(variable).value_or("");
    if (name.empty())
        name = fallback;
    // "sonnet[1m]": a window that Claude Code's users ask for, and that is the only one now.
    if (name.ends_with("[1m]"))
        name.resize(name.size() - 4);
    auto const alias = mcp::lower(name);
    for (auto const& known : model_aliases)
        if (known.name == alias && known.variable)
            if (auto const id = getenv(known.variable); id && !id->empty())
                return *id;
    auto const at = aliases_.find(alias);
    return at == aliases_.end() ? name : at->second;
}

model_facts const* model_table::find(std::string_view id) const
{
    auto const at = models_.find(id);
    return at == models_.end() ? nullptr : &at->second;
}

std::optional<double> model_table::cost(std::string_view id, token_usage const& usage) const
{
    auto const* facts = find(id);
    if (!facts || !facts->priced)
        return std::nullopt;
    bool const is_long = facts->long_prompt > 0 && usage.total_input() > facts->long_prompt;
    double const sum = double(usage.input) * facts->input + double(usage.output) * facts->output +
                       double(usage.cache_write_5m) * facts->cache_write_5m +
                       double(usage.cache_write_1h) * facts->cache_write_1h +
                       double(usage.cache_read) * facts->cache_read;
    return sum * (is_long ? facts->long_factor : 1) / 1e6;
}

}  // namespace agent
