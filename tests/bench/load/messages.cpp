#include "tests/bench/load/messages.hpp"

#include <boost/json/parse.hpp>

#include <charconv>

namespace bench {
namespace {

namespace json = boost::json;

constexpr std::size_t digits = 7;

constexpr std::string_view modern_meta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

json::object const* object_at(json::object const& o, std::string_view name)
{
    auto const* value = o.if_contains(name);
    return value ? value->if_object() : nullptr;
}

// The result of a JSON-RPC answer, whose id is stored.
json::object const* result_of(json::value const& answer, std::uint64_t& id)
{
    auto const* o = answer.if_object();
    auto const* number = o ? o->if_contains("id") : nullptr;
    if (!number || !number->is_int64() || number->get_int64() < 0)
        return nullptr;
    id = static_cast<std::uint64_t>(number->get_int64());
    return object_at(*o, "result");
}

bool echoes(json::object const& result, std::string_view payload)
{
    auto const* content = result.if_contains("content");
    if (!content || !content->is_array() || content->get_array().size() != 1)
        return false;
    auto const* block = content->get_array()[0].if_object();
    auto const* text = block ? block->if_contains("text") : nullptr;
    auto const* failed = result.if_contains("isError");
    return text && text->is_string() && text->get_string() == payload &&
           !(failed && *failed == true);
}

}  // namespace

messages::messages(era which, std::size_t payload) : era_(which)
{
    for (std::size_t i = 0; i < payload; ++i)
        payload_ += static_cast<char>('a' + i % 26);
    if (which == era::modern)
        opening_ = request(first_id, "server/discover", "");
    else
        opening_ = request(
            first_id,
            "initialize",
            R"("protocolVersion":"2025-11-25","capabilities":{},)"
            R"("clientInfo":{"name":"bench","version":"1"})");
    call_ = tool_call(first_id, "echo", R"("text":")" + payload_ + '"');
    call_id_ = call_.find(std::to_string(first_id));
}

std::string_view messages::opening_method() const
{
    return era_ == era::modern ? "server/discover" : "initialize";
}

std::string_view messages::initialized()
{
    return R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
}

std::string messages::request(std::uint64_t id, std::string_view method, std::string params) const
{
    if (era_ == era::modern)
        params.append(params.empty() ? "" : ",").append(modern_meta);
    std::string out = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")";
    return out.append(method).append(R"(","params":{)").append(params).append("}}");
}

std::string
messages::tool_call(std::uint64_t id, std::string_view name, std::string arguments) const
{
    return request(
        id,
        "tools/call",
        R"("name":")" + std::string(name) + R"(","arguments":{)" + arguments + '}');
}

std::string_view messages::call(std::uint64_t id)
{
    std::to_chars(call_.data() + call_id_, call_.data() + call_id_ + digits, id);
    return call_;
}

std::string messages::held(std::uint64_t id) const
{
    return tool_call(id, "slow", R"("ms":60000)");
}

std::uint64_t messages::checked(std::string_view answer)
{
    std::uint64_t id = 0;
    auto const read = [&](std::size_t at) {
        auto const* from = answer.data() + at;
        return std::from_chars(from, from + digits, id).ptr == from + digits;
    };
    auto const after = known_id_ + digits;
    if (!known_.empty() && answer.size() == known_.size() && read(known_id_) &&
        answer.substr(0, known_id_) == std::string_view(known_).substr(0, known_id_) &&
        answer.substr(after) == std::string_view(known_).substr(after))
        return id;

    json::error_code ec;
    auto const value = json::parse(answer, ec);
    auto const* result = ec ? nullptr : result_of(value, id);
    if (!result || !echoes(*result, payload_))
        return 0;
    auto const at = answer.find(std::to_string(id));
    if (id >= first_id && id <= last_id && at != std::string_view::npos) {
        known_ = answer;
        known_id_ = at;
    }
    return id;
}

bool is_result(std::string_view text, std::uint64_t id)
{
    json::error_code ec;
    auto const value = json::parse(text, ec);
    std::uint64_t found = 0;
    return !ec && result_of(value, found) && found == id;
}

bool is_notification(std::string_view text)
{
    json::error_code ec;
    auto const value = json::parse(text, ec);
    auto const* o = ec ? nullptr : value.if_object();
    return o && o->contains("method") && !o->contains("id");
}

}  // namespace bench
