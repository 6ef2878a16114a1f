#include "agent/checks/staged_check.hpp"

#include "agent/checks/conventions.hpp"
#include "agent/checks/rules/source/file_role.hpp"
#include "agent/checks/types_rows.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/sha256.hpp"

#include <algorithm>
#include <iterator>

namespace agent {

using boost::asio::awaitable;

namespace {

// Whether a type checker could tell the difference.
bool concerns_types(file_change const& change)
{
    auto const name = change.path.substr(change.path.rfind('/') + 1);
    return checks::is_script(change.path) || name.ends_with(".json");
}

}  // namespace

staged_check::staged_check(staged_edits const& edits, fingerprint facts, check_setup setup)
    : edits_(edits), facts_(std::move(facts)), setup_(std::move(setup))
{
}

std::string staged_check::digest(std::vector<std::string> const& to_install) const
{
    std::string all;
    for (auto const& package : to_install)
        all += package + '\n';
    for (auto const& change : edits_.changes())
        all += change.path + '\0' +
               (change.kind == change_kind::deleted ? "-" : mcp::sha256_hex(change.text)) + '\n';
    return mcp::sha256_hex(all);
}

awaitable<checked_edits> staged_check::run(std::vector<std::string> to_install)
{
    auto name = [this, &to_install] { return digest(to_install); };
    auto of = co_await mcp::offload(setup_.pool, name);
    if (of == of_)
        co_return known_;
    auto out = co_await conventions();
    auto typed = co_await types(std::move(to_install));
    std::ranges::move(typed.results, std::back_inserter(out.results));
    out.listing += out.listing.empty() || typed.listing.empty() ? "" : "\n";
    out.listing += typed.listing;
    known_ = out;
    of_ = std::move(of);
    co_return out;
}

awaitable<checked_edits> staged_check::without_tools(std::string why)
{
    auto out = co_await conventions();
    if (std::ranges::any_of(edits_.changes(), concerns_types))
        std::ranges::move(rows_not_run(why, why), std::back_inserter(out.results));
    co_return out;
}

awaitable<checked_edits> staged_check::conventions()
{
    auto look = [this] { return check_conventions(edits_, facts_); };
    return mcp::offload(setup_.pool, look);
}

awaitable<checked_edits> staged_check::types(std::vector<std::string> to_install)
{
    checked_edits out;
    auto changes = edits_.changes();
    if (!std::ranges::any_of(changes, concerns_types))
        co_return out;
    auto const level = std::min(setup_.level, setup_.types.most);
    bool const build = level == verify_level::build;
    std::string why;
    if (!setup_.project)
        why = "there is no project to check them in";
    else if (setup_.level == verify_level::rules)
        why = "not asked for (verify: types)";
    else if (level == verify_level::rules)
        why = "this server may run nothing of a project (--max-verify)";
    if (!why.empty()) {
        out.results = rows_not_run(why, why);
        co_return out;
    }
    if (setup_.progress)
        setup_.progress(build ? "Checking the types and building" : "Checking the types");
    auto ran = co_await check_types_in_turn(
        setup_.types, edits_.project(), std::move(changes), build, setup_.pool);
    set_aside(ran, to_install);
    auto told = [this, &ran, build] {
        return rows_of(ran, build, [this](std::string_view path) -> std::optional<std::string> {
            auto text = edits_.read(path);
            if (!text)
                return std::nullopt;
            return std::move(*text);
        });
    };
    co_return co_await mcp::offload(setup_.pool, told);
}

}  // namespace agent
