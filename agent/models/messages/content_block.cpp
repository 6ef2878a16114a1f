#include "agent/models/messages/message_stream.hpp"
#include "agent/models/raw_json.hpp"

#include <boost/json/parse.hpp>

namespace agent {

namespace json = boost::json;

namespace {

std::string plain_string(std::string_view raw)
{
    json::error_code ec;
    auto const value = json::parse(json::string_view(raw.data(), raw.size()), ec);
    return !ec && value.is_string() ? std::string(value.get_string()) : std::string();
}

json::string const* string_at(json::object const& object, json::string_view name)
{
    auto const* value = object.if_contains(name);
    return value ? value->if_string() : nullptr;
}

}  // namespace

content_block::content_block(std::string_view start)
{
    for (auto const& [name, value] : raw_members(start)) {
        if (name == "type")
            type_ = plain_string(value);
        set_member(name, value);
    }
}

void content_block::set_member(std::string_view name, std::string_view value)
{
    std::erase_if(members_, [name](auto const& member) { return member.first == name; });
    members_.emplace_back(name, value);
}

bool content_block::apply(json::object const& delta, std::string_view raw)
{
    auto const* type = string_at(delta, "type");
    if (!type)
        return false;
    auto append = [&](char const* member) {
        auto const* piece = string_at(delta, member);
        if (!piece)
            return false;
        auto const [at, fresh] = strings_.try_emplace(member);
        if (fresh)
            for (auto const& [name, value] : members_)
                if (name == member)
                    at->second = plain_string(value);
        at->second += std::string_view(*piece);
        return true;
    };
    if (*type == "text_delta")
        return append("text");
    if (*type == "thinking_delta")
        return append("thinking");
    if (*type == "signature_delta") {
        auto const* signature = string_at(delta, "signature");
        if (signature)
            strings_["signature"] = std::string(*signature);
        return signature != nullptr;
    }
    if (*type == "input_json_delta") {
        auto const* piece = string_at(delta, "partial_json");
        if (piece)
            input_ += std::string_view(*piece);
        return piece != nullptr;
    }
    if (*type == "compaction_delta") {
        for (auto const* member : {"content", "encrypted_content"})
            if (auto const said = raw_member_of(raw, member); !said.empty())
                set_member(member, said);
        return true;
    }
    if (*type == "citations_delta")
        citations_.emplace_back(raw_member_of(raw, "citation"));
    return true;
}

std::string content_block::string(std::string_view member) const
{
    if (auto const at = strings_.find(member); at != strings_.end())
        return at->second;
    for (auto const& [name, value] : members_)
        if (name == member)
            return plain_string(value);
    return {};
}

std::string content_block::input() const
{
    if (!input_.empty())
        return input_;
    for (auto const& [name, value] : members_)
        if (name == "input" && is_json_object(value))
            return value;
    return "{}";
}

std::string content_block::json() const
{
    auto members = members_;
    auto set = [&](std::string_view name, std::string value) {
        for (auto& [known, old] : members)
            if (known == name) {
                old = std::move(value);
                return;
            }
        members.emplace_back(name, std::move(value));
    };
    for (auto const& [name, value] : strings_)
        set(name, json_string(value));
    if (type_.ends_with("tool_use") || !input_.empty()) {
        auto input = this->input();
        // What the model wrote must stay in the history, and the history must stay JSON.
        if (!is_json_object(input))
            input = R"({"INVALID_JSON":)" + json_string(input) + "}";
        set("input", std::move(input));
    }
    if (!citations_.empty()) {
        std::string all;
        for (auto const& [name, value] : members_)
            if (name == "citations")
                for (auto const& citation : raw_elements(value))
                    all.append(all.empty() ? "" : ",").append(citation);
        for (auto const& citation : citations_)
            all.append(all.empty() ? "" : ",").append(citation);
        set("citations", "[" + all + "]");
    }
    std::string out;
    for (auto const& [name, value] : members)
        out.append(out.empty() ? "{\"" : ",\"").append(name).append("\":").append(value);
    return out.empty() ? "{}" : out + "}";
}

}  // namespace agent
