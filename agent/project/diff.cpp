#include "agent/project/diff.hpp"

#include <fmt/format.h>

#include <dtl/dtl.hpp>
#include <vector>

namespace agent {

namespace {

// With their ends, so that a last line without one is another line.
std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size() - 1) + 1;
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

void add(std::string& out, char mark, std::string const& line)
{
    out += mark;
    out += line;
    if (!line.ends_with('\n'))
        out += "\n\\ No newline at end of file\n";
}

char mark_of(dtl::edit_t edit)
{
    if (edit == dtl::SES_ADD)
        return '+';
    return edit == dtl::SES_DELETE ? '-' : ' ';
}

// Where a side of a hunk begins: an empty side is named by the line before it.
std::string range(long long first, long long count)
{
    return count == 0 ? fmt::format("{},0", first - 1) : fmt::format("{},{}", first, count);
}

}  // namespace

std::string unified_diff(
    std::string_view path,
    std::optional<std::string_view> before,
    std::optional<std::string_view> after)
{
    auto const from = lines_of(before.value_or(""));
    auto const to = lines_of(after.value_or(""));
    dtl::Diff<std::string> difference(from, to);
    difference.onHuge();
    difference.compose();
    difference.composeUnifiedHunks();
    auto const hunks = difference.getUniHunks();

    auto out = fmt::format("diff --git a/{0} b/{0}\n", path);
    if (!before)
        out += "new file mode 100644\n";
    if (!after)
        out += "deleted file mode 100644\n";
    if (hunks.empty())
        return out;
    out += before ? fmt::format("--- a/{}\n", path) : "--- /dev/null\n";
    out += after ? fmt::format("+++ b/{}\n", path) : "+++ /dev/null\n";
    for (auto const& hunk : hunks) {
        out += fmt::format("@@ -{} +{} @@\n", range(hunk.a, hunk.b), range(hunk.c, hunk.d));
        for (auto const& line : hunk.common[0])
            add(out, ' ', line.first);
        for (auto const& line : hunk.change)
            add(out, mark_of(line.second.type), line.first);
        for (auto const& line : hunk.common[1])
            add(out, ' ', line.first);
    }
    return out;
}

}  // namespace agent
