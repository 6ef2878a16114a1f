#include "server/server.hpp"

// Every request this server answers, in either era. A method is: its params and result in
// protocol/, its name in an era's list (protocol/wire), and its line here.

namespace server {
namespace {

template <class Object, class Class, class Result, class Params>
auto bind(Object& object, Result (Class::*method)(request_context&, Params))
{
    return [&object, method](request_context& ctx, Params params) {
        return (object.*method)(ctx, std::move(params));
    };
}

template <class Object, class Class, class Result, class Params>
auto bind(Object const& object, Result (Class::*method)(request_context&, Params) const)
{
    return [&object, method](request_context& ctx, Params params) {
        return (object.*method)(ctx, std::move(params));
    };
}

}  // namespace

method_table mcp_server::table_of_methods(mcp_server& server, features const& offered)
{
    using namespace mcp;
    method_table table;
    table.on<InitializeRequestParams>("initialize", bind(server, &mcp_server::initialize));
    table.on<EmptyParams>("server/discover", bind(server, &mcp_server::discover));
    table.on<EmptyParams>("ping", bind(server, &mcp_server::ping));
    table.on<SetLevelRequestParams>("logging/setLevel", bind(server, &mcp_server::set_level));
    table.on<PaginatedRequestParams>("tools/list", bind(offered, &features::list_tools));
    table.on<CallToolRequestParams>("tools/call", bind(offered, &features::call_tool));
    table.on<PaginatedRequestParams>("prompts/list", bind(offered, &features::list_prompts));
    table.on<GetPromptRequestParams>("prompts/get", bind(offered, &features::get_prompt));
    return table;
}

}  // namespace server
