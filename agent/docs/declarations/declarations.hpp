#pragma once

// The documentation that a package carries in its TypeScript declarations: JSDoc, with the symbol
// that it belongs to, as Markdown. The index of local documentation drives it, file by file. Pure;
// sizes are bytes; linear in the source, which may be anything: nothing here fails.
// Source: reference/context7.md 6.2 (which packages have it); stripe 23, @aws-sdk/client-s3 3.1169,
// drizzle-orm 0.45, @auth/core 0.41, valibot 1.5, kysely 0.28 and zod 4.6, read and measured.

#include "agent/docs/bundled/pages.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace agent {

// What one declaration file documents, cut for an index: a section for each documented interface,
// class, type, function, constant and enumeration, its members gathered in it; titles are
// breadcrumbs ("Checkout > SessionCreateParams"). A section is about `size` bytes, a little more
// than twice that at most; what is longer becomes several, each named after the member or the
// heading that it starts with. The aliases of a namespace, often unions of literals, are listed
// together although nobody documents them. What is marked @internal, @hidden, @ignore or private is
// left out, and so is everything after the 4,000th section.
std::vector<doc_section> cut_declarations(std::string_view source, std::size_t size = 2500);

}  // namespace agent
