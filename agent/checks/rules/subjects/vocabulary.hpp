#pragma once

// How people name things: what the rules that go by names go by. Heuristics, so that what depends
// on them is a warning.

#include "agent/checks/rules/source/source_file.hpp"

#include <string>
#include <string_view>

namespace agent::checks {

std::string lower(std::string_view text);

// Of a name's parts ("getCurrentUser" → get, current, user), whether one speaks of who is asking.
bool speaks_of_identity(std::string_view name);

// … of checking what came in.
bool speaks_of_validation(std::string_view name);

// prisma, db, tx, … : what a chain of calls to a database begins with.
bool is_database(source_file const& file, node root);

// create, updateMany, insert, … of such a chain.
bool changes_data(std::string_view method);

// findMany, findUnique, select, query, …
bool reads_data(std::string_view method);

// Whether a call is on a database: prisma.user.create(…), db.insert(users).values(…). For a chain,
// it is the call nearest to the root.
struct database_call {
    bool is = false;
    std::string_view method;
};
database_call as_database_call(source_file const& file, call const& c);

}  // namespace agent::checks
