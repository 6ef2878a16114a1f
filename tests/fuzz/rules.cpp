// The rules: whatever the bytes, they end, what they point at is in the text, and what they would
// change can be changed. The first line says what kind of file it is.

#include "agent/checks/rules/fixes.hpp"
#include "agent/checks/rules/reports/reports.hpp"
#include "tests/fuzz/property.hpp"

#include <array>

using namespace agent::checks;

namespace {

constexpr std::array<char const*, 8> paths{
    "app/api/a/route.ts",
    "app/page.tsx",
    "app/actions.ts",
    "proxy.ts",
    "middleware.js",
    "lib/a.ts",
    "next.config.mjs",
    "app/@slot/page.jsx"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    auto const text = fuzz::text(data + 1, size - 1);
    project_facts facts;
    facts.authentication = (data[0] & 8) != 0;
    if ((data[0] & 16) != 0)
        facts.cache_components = (data[0] & 32) != 0;
    facts.aliases.push_back({"@/*", {"./*"}});
    std::vector<checked_file> const files{{paths[data[0] % paths.size()], std::string(text)}};
    source_reader const reader = [&](std::string_view path) -> std::optional<std::string> {
        if (path != "lib/other.ts")
            return std::nullopt;
        return std::string(text);
    };
    auto const found = check_rules(files, facts, reader);
    for (auto const& f : found) {
        fuzz::require(
            f.range.begin <= f.range.end && f.range.end <= text.size(), "a finding is in the text");
        fuzz::require(!f.message.empty() && !f.page.empty(), "a finding says something");
        fuzz::require(
            std::pair(f.range.from.line, f.range.from.column) <=
                std::pair(f.range.to.line, f.range.to.column),
            "a finding begins before it ends");
    }
    auto const again = check_rules(files, facts, reader);
    fuzz::require(again.size() == found.size(), "the same text gives the same findings");
    auto const fixed = apply_fixes(text, found);
    fuzz::require(fixed.fixes > 0 || fixed.text == text, "what is not fixed does not change");
    report_context context;
    report_text(found, files, context);
    report_sarif(found, context);
    return 0;
}
