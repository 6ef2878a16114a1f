#pragma once

// The hosts that we know, from clients.json: where each keeps its servers and how it writes one
// down, how long it waits for a tool. Read when it is first asked for.

#include <boost/describe/class.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

struct host_client {
    std::string id;
    std::string name;                      // as a person knows it
    std::vector<std::string> says;         // how its clientInfo.name begins, in lower case
    int budget = 0;                        // seconds that a call of it is held open
    std::string limit;                     // its own, in words
    std::optional<int> registered_budget;  // seconds, where we have registered a longer limit
    std::optional<std::string> format;  // json, toml, yaml; nothing: it cannot be registered with
    std::optional<std::vector<std::string>> section;
    std::optional<std::vector<std::string>> user;  // its file below ~, one of them
    std::optional<std::string> project;            // its file in a project
    std::optional<std::string> home;  // the variable that stands for the folder of its file
    std::optional<std::vector<std::string>> found;  // paths and programs that tell it is there
    std::optional<bool> starts_in_project;          // so no folder needs to be named
    std::optional<std::string> workspace;           // its own word for the folder that is open
    std::optional<std::string> reference;  // its word for the variable NAME; nothing: it has none
    std::optional<boost::json::object> entry;  // with $COMMAND, $ARGS, $COMMAND_LINE, $ENV, $NAMES
    std::optional<std::string> then;           // what the user has to do
};
BOOST_DESCRIBE_STRUCT(
    host_client,
    (),
    (id,
     name,
     says,
     budget,
     limit,
     registered_budget,
     format,
     section,
     user,
     project,
     home,
     found,
     starts_in_project,
     workspace,
     reference,
     entry,
     then))

struct waiting_time {
    int budget = 0;
    std::string limit;
};
BOOST_DESCRIBE_STRUCT(waiting_time, (), (budget, limit))

struct host_clients {
    std::string about;
    waiting_time otherwise;  // of clients that are not among these
    std::vector<host_client> clients;

    // By id; none: there is no such.
    host_client const* find(std::string_view id) const;
    // By what it says in clientInfo.name, any case.
    host_client const* saying(std::string_view client) const;
};
BOOST_DESCRIBE_STRUCT(host_clients, (), (about, otherwise, clients))

host_clients const& known_clients();

extern std::string_view const built_in_clients;  // clients.json (prompts/embed.cmake)

}  // namespace app
