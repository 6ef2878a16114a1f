#include "agent/checks/rules/fixes.hpp"

#include <algorithm>
#include <vector>

namespace agent::checks {

namespace {

std::size_t first_of(finding const& f)
{
    return f.fix.front().begin;
}

bool is_sound(finding const& f, std::size_t size)
{
    std::size_t at = 0;
    for (auto const& edit : f.fix) {
        if (edit.begin < at || edit.end < edit.begin || edit.end > size)
            return false;
        at = edit.end;
    }
    return !f.fix.empty();
}

}  // namespace

fixed_text apply_fixes(std::string_view text, std::span<finding const> findings)
{
    std::vector<finding const*> wanted;
    for (auto const& f : findings)
        if (is_sound(f, text.size()))
            wanted.push_back(&f);
    std::stable_sort(wanted.begin(), wanted.end(), [](finding const* a, finding const* b) {
        return first_of(*a) < first_of(*b);
    });
    fixed_text out;
    std::size_t done = 0;
    bool any = false;
    for (auto const* f : wanted) {
        // Two insertions at one place would come in an order that nobody chose.
        auto const& first = f->fix.front();
        if (any && (first.begin < done || (first.begin == done && first.end == done)))
            continue;
        for (auto const& edit : f->fix) {
            out.text += text.substr(done, edit.begin - done);
            out.text += edit.text;
            done = edit.end;
        }
        any = true;
        ++out.fixes;
    }
    out.text += text.substr(done);
    return out;
}

}  // namespace agent::checks
