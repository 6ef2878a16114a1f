#pragma once

// What single words and tokens say about the statement that they stand in. Pure.

#include "agent/docs/declarations/typescript/lexer.hpp"
#include "agent/docs/declarations/typescript/scanner.hpp"

#include <optional>

namespace agent::typescript {

// "class" -> interface; nothing for a word that declares nothing.
std::optional<declared> kind_of(std::string_view keyword);

// Of such a kind is what has a body of its own, so that no semicolon ends it.
bool has_body(declared kind);

bool modifies_declaration(std::string_view word);
bool modifies_parameter(std::string_view word);

// Whether `next`, on a new line, belongs to the statement of the token before it. Where people
// leave semicolons out, the line ends a statement.
bool goes_on(token const& before, token const& next, bool among_members);

}  // namespace agent::typescript
