#include "agent/downstream/era_probe.hpp"

#include "protocol/text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace agent {

namespace json = boost::json;

namespace {

using next = probe_verdict::next;

constexpr int unsupported_version = -32022;
constexpr int header_mismatch = -32020;
constexpr int missing_capability = -32021;

probe_verdict from_versions(json::value const* versions)
{
    auto const* list = versions ? versions->if_array() : nullptr;
    if (!list)
        return {next::initialize, {}};
    std::string theirs;
    bool legacy = false;
    for (auto const& version : *list) {
        auto const* text = version.if_string();
        if (!text)
            continue;
        if (*text == modern_version)
            return {next::modern, {}};
        legacy = legacy || is_legacy_version(*text);
        theirs += (theirs.empty() ? "" : ", ") + mcp::sanitize_line(*text, 40);
        if (theirs.size() > 200)
            break;
    }
    if (legacy)
        return {next::initialize, {}};
    return {next::give_up, "it speaks only the protocol versions [" + theirs + "]"};
}

}  // namespace

bool is_legacy_version(std::string_view version)
{
    constexpr std::array<std::string_view, 4> versions{
        "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
    return std::find(versions.begin(), versions.end(), version) != versions.end();
}

probe_verdict judge(probe_reply const& reply)
{
    // A late answer to a probe that timed out would arrive in the middle of the legacy session, so
    // that one gets a new process too.
    if (std::holds_alternative<probe_failure>(reply))
        return {next::respawn, {}};
    if (auto const* result = std::get_if<json::value>(&reply)) {
        auto const* object = result->if_object();
        return from_versions(object ? object->if_contains("supportedVersions") : nullptr);
    }
    auto const& error = std::get<mcp::jsonrpc::error>(reply);
    if (error.code == unsupported_version) {
        auto const* data = error.data ? error.data->if_object() : nullptr;
        auto verdict = from_versions(data ? data->if_contains("supported") : nullptr);
        // It has just refused the one modern version we speak.
        if (verdict.step == next::modern)
            return {
                next::give_up,
                "it both offers and refuses protocol version " + std::string(modern_version)};
        return verdict;
    }
    if (error.code == header_mismatch || error.code == missing_capability)
        return {next::give_up, "it refuses a client without capabilities"};
    // Not keyed to one code: -32601, -32602, -32600, -32000 have all been seen.
    return {next::initialize, {}};
}

}  // namespace agent
