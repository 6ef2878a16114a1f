#pragma once

// Names of files as a model or a host writes them: brought to one form, judged, and matched. Pure.
// A name is relative to the project, with forward slashes.

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace agent {

enum class file_errc {
    none,
    bad_name,  // not a name inside the project
    denied,    // on the deny list
    not_found,
    not_regular,  // a folder, a pipe, a device
    outside,      // leads out of the project through a link
    too_large,
    binary,
    limit,     // too many staged files or bytes
    no_match,  // the text to replace is not there, or not only once
    failed,    // the operating system's word is in the message
};

// `message` is one sentence that says what to do; it holds names, never contents.
struct file_error {
    file_error() = default;
    file_error(file_errc k, std::string text) : kind(k), message(std::move(text)) {}
    file_errc kind = file_errc::none;
    std::string message;
};

template <class T>
using file_result = boost::system::result<T, file_error>;

// "./app//api/route.ts" → "app/api/route.ts"; "." → "". Refuses absolute names, "..", NUL and
// control characters, backslashes, what is not UTF-8, and names over 1,024 bytes.
file_result<std::string> normalize(std::string_view name);

enum class access { read, write };

// Why the project's deny list keeps this (normalized) name closed; empty if it does not. Secrets
// are closed for everyone, generated folders are closed because they are noise, and node_modules
// may be read but not written.
std::string denied(std::string_view path, access wanted);

// Whether a glob matches a whole (normalized) path: * and ? inside a component, ** over any number
// of components, {a,b} one of several. A glob without a slash is matched against the last
// component. Time is bounded by the product of the lengths.
bool matches_glob(std::string_view glob, std::string_view path);

}  // namespace agent
