#include "server/features/page.hpp"
#include "server/methods/parts.hpp"

namespace server {

void add_skills_methods(method_table& table, method_parts const& with)
{
    table.on<mcp::PaginatedRequestParams>("skills/list", [with](request_context&, auto params) {
        return page_of(with.offered.skills().listed(), "skills", params, with.page_size);
    });
    table.on<mcp::ByUriRequestParams>("skills/get", [with](request_context&, auto params) {
        mcp::json::object out;
        out.emplace("skill", mcp::encode(with.offered.skills().at(params.uri)));
        return out;
    });
    table.on<mcp::ByUriRequestParams>(
        "resources/directory/read", [with](request_context&, auto params) {
            mcp::json::object out;
            out.emplace("resources", mcp::encode(with.offered.skills().folder(params.uri)));
            return out;
        });
}

}  // namespace server
