#pragma once

// Which npm packages a source file imports: what documentation must have been looked up for, before
// code that uses them is accepted. A lexical scan, so a type-only import counts too. Pure.

#include "agent/project/fingerprint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Every module specifier of the file, as written, in order, once each: import and export … from,
// import "x", import("x"), import x = require("x"), require("x"), typeof import("x"); and after
// them those of types in JSDoc: {import("x").T} and @import {T} from "x".
std::vector<std::string> import_specifiers(std::string_view source);

// The package that a specifier belongs to: "next/headers" → "next", "@scope/pkg/sub" →
// "@scope/pkg". Empty for what is not a package of npm: relative and absolute paths, Node's own
// modules, URLs, "#internal", "@/" and "~/", and what matches one of the project's path aliases.
std::string package_of(std::string_view specifier, std::vector<path_alias> const& aliases = {});

// The packages whose documentation matters, sorted: without server-only and client-only, which
// have nothing to look up, and with @types/x as x.
std::vector<std::string>
imported_packages(std::string_view source, std::vector<path_alias> const& aliases = {});

}  // namespace agent
