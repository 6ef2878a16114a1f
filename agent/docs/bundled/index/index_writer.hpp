#pragma once

// What one version of one package documents, written into an empty database: its sections, and
// where every word stands in them. Blocking.

#include "agent/docs/bundled/package_files.hpp"
#include "agent/sqlite.hpp"

#include <string>
#include <vector>

namespace agent {

// Grows with every change to what is stored or how it is cut.
inline constexpr int index_format = 4;
inline constexpr long long index_application = 0x4e424531;  // "NBE1"

// For whom a section is.
enum class section_reader : unsigned char { all, app_router, pages_router };

// sections(id, file, title, text); terms(term, sections, postings);
// contents(sections, lengths, readers): a 16-bit number and a section_reader for each section.
// Throws sqlite_error.
void write_index(
    sqlite_database& db, std::string const& package, std::vector<docs_file> const& files);

}  // namespace agent
