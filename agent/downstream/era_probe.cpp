#include "agent/downstream/era_probe.hpp"

#include "protocol/errors.hpp"
#include "protocol/text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace agent {

namespace json = boost::json;

namespace {

using next = probe_verdict::next;

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

probe_verdict judge(probe_reply const& reply, bool answers_late)
{
    // Where a late answer to a probe that timed out would arrive in the middle of the legacy
    // session, that one gets a new process.
    if (std::holds_alternative<probe_failure>(reply))
        return {answers_late ? next::respawn : next::initialize, {}};
    if (auto const* failure = std::get_if<transport_error>(&reply)) {
        switch (failure->kind) {
        case transport_errc::ended:  // of a message that it did not expect
            return {next::respawn, {}};
        case transport_errc::unreachable:  // which says nothing about the era
        case transport_errc::busy:
        case transport_errc::denied:
            return {next::give_up, failure->what()};
        default:
            return {next::initialize, {}};
        }
    }
    if (auto const* result = std::get_if<json::value>(&reply)) {
        auto const* object = result->if_object();
        return from_versions(object ? object->if_contains("supportedVersions") : nullptr);
    }
    auto const& error = std::get<mcp::jsonrpc::error>(reply);
    if (error.code == mcp::unsupported_version_code) {
        auto const* data = error.data ? error.data->if_object() : nullptr;
        auto verdict = from_versions(data ? data->if_contains("supported") : nullptr);
        if (verdict.step == next::modern)
            verdict.step = next::again;
        return verdict;
    }
    if (error.code == mcp::header_mismatch_code)
        return {next::give_up, "it refuses the headers of this client's requests"};
    if (error.code == mcp::missing_client_capability_code)
        return {next::give_up, "it wants capabilities that this client does not have"};
    // Not keyed to one code: -32601, -32602, -32600, -32000 have all been seen.
    return {next::initialize, {}};
}

}  // namespace agent
