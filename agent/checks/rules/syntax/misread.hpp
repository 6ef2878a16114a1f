#pragma once

// Correct code that the grammar takes for wrong, made readable: in a copy of the same length, so
// that every place stays where it is. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace agent::checks {

// Without the type arguments of tagged templates (sql<Row[]>`…`), and without bare ampersands in
// JSX text. Nothing if there are none.
std::optional<std::string> without_misread(std::string_view text, bool jsx);

}  // namespace agent::checks
