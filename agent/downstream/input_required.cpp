#include "agent/downstream/input_required.hpp"

#include "agent/downstream/downstream_transport.hpp"
#include "protocol/text.hpp"

#include <utility>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::size_t max_requests = 32;

[[noreturn]] void fail(std::string const& why)
{
    throw transport_error(transport_errc::malformed, why);
}

}  // namespace

std::optional<wanted_input>
input_required(downstream_era era, std::string_view method, json::value const& result)
{
    if (era != downstream_era::modern)
        return std::nullopt;
    auto const* object = result.if_object();
    if (!object)
        fail("it answered with a result that is no object");
    auto const* type = object->if_contains("resultType");
    if (!type || *type == "complete")
        return std::nullopt;
    if (*type != "input_required")
        fail("it answered with a type of result that this client does not know");
    if (method != "tools/call" && method != "prompts/get" && method != "resources/read")
        fail("it asks for input where none may be asked for");

    wanted_input out;
    auto const* requests = object->if_contains("inputRequests");
    auto const* state = object->if_contains("requestState");
    if (requests && !requests->is_object())
        fail("it asks for input in a form that is none of MCP");
    if (requests)
        out.requests = requests->get_object();
    if (state)
        out.state = *state;
    if (out.requests.size() > max_requests)
        fail("it asks for too much input at once");
    if (!requests && !state)
        fail("it asks for input and does not say for which");
    return out;
}

input_question question_in(json::value const& request)
{
    auto const* object = request.if_object();
    auto const* method = object ? object->if_contains("method") : nullptr;
    auto const* params = object ? object->if_contains("params") : nullptr;
    if (!method || !method->is_string() || (params && !params->is_object()))
        fail("it asks for input in a form that is none of MCP");
    input_question out;
    out.method = method->get_string();
    if (params)
        out.params = params->get_object();
    return out;
}

bool is_offered(json::object const& capabilities, std::string_view method)
{
    if (method == "elicitation/create")
        return capabilities.contains("elicitation");
    if (method == "sampling/createMessage")
        return capabilities.contains("sampling");
    return method == "roots/list" && capabilities.contains("roots");
}

}  // namespace agent
