#include "agent/tools/finish.hpp"

#include "agent/project/source/imports.hpp"
#include "protocol/schema_of.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <set>

namespace agent {

namespace json = boost::json;
using boost::asio::awaitable;

namespace {

// What a refusal did, for a run that is continued.
constexpr std::string_view refused = "refused";
constexpr std::string_view repaired = "repair";

mcp::descriptions const texts{
    {"approach",
     "Approach and architecture decisions, briefly, in Markdown. For a plan, a review or an "
     "explanation: the whole answer."},
    {"validation", "Which inputs are validated by which schema."},
    {"error_handling", "Each failure mode, and what the caller sees."},
    {"packages", "Packages to install: those that package.json does not have yet."},
    {"notes", "What is missing, unverified, or has to be done by hand."},
    {"questions", "Questions whose answers would change the result."}};

// The same for every run, and made once.
tool_declaration const& declared_finish()
{
    static tool_declaration const once{
        "finish",
        "Hands your answer over and ends the task. Call it once, last. The files are taken from "
        "your edits, so do "
        "not repeat code here. It is refused while a package that your files import has not been "
        "looked up with "
        "query_docs in this task, and while the checks find errors in them.",
        mcp::schema_of<final_answer>(texts)};
    return once;
}

// Names alone: "resend@4" is resend.
std::vector<std::string> to_install(final_answer const& answer)
{
    std::vector<std::string> out;
    for (auto const& package : answer.packages.value_or(std::vector<required_package>()))
        out.push_back(package.name.substr(0, package.name.find('@', 1)));
    return out;
}

}  // namespace

finish::finish(
    staged_edits const& edits,
    lookups const& documentation,
    knowledge const& known,
    fingerprint project,
    run_limits const& limits,
    check_setup checks)
    : edits_(edits),
      documentation_(documentation),
      known_(known),
      project_(std::move(project)),
      limits_(limits),
      check_(edits, project_, std::move(checks)),
      declaration_(declared_finish())
{
}

std::vector<std::string> finish::undocumented() const
{
    std::set<std::string> missing;
    for (auto const& change : edits_.changes()) {
        if (change.kind == change_kind::deleted ||
            !matches_glob("*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}", change.path))
            continue;
        for (auto& package : imported_packages(change.text, project_.aliases))
            if (!documentation_.covers(package, known_))
                missing.insert(std::move(package));
    }
    return {missing.begin(), missing.end()};
}

awaitable<tool_answer> finish::run(json::object input)
{
    tool_answer out;
    final_answer answer;
    try {
        answer = mcp::decode_strict<final_answer>(json::value(std::move(input)), {"input"});
    } catch (mcp::decode_error const& e) {
        out.text = fmt::format(
            "{}. Call finish again with input that fits this schema: {}",
            e.what(),
            json::serialize(declaration_.input_schema));
        out.is_error = true;
        co_return out;
    }
    auto const missing = undocumented();
    if (!missing.empty() && refusals_ < limits_.finish_refusals) {
        ++refusals_;
        out.text = "Refused: your files import packages that were not looked up in this task. Call "
                   "query_docs for each "
                   "of these, correct the files where the documentation says otherwise, then call "
                   "finish again:";
        for (auto const& package : missing)
            out.text += fmt::format("\n- {}", package);
        out.is_error = true;
        out.effect = refused;
        co_return out;
    }
    if (repairs_ < limits_.repairs) {
        auto const checked = co_await check_.run(to_install(answer));
        if (has_errors(checked.results)) {
            ++repairs_;
            out.text = fmt::format(
                "Refused: the checks find errors in your files. Repair them, then call finish "
                "again ({} of {} times).\n\n{}",
                repairs_,
                limits_.repairs,
                checked.listing);
            out.is_error = true;
            out.effect = repaired;
            co_return out;
        }
    }
    out.effect = mcp::encode(answer);
    accepted_ = std::move(answer);
    out.text = "Accepted.";
    co_return out;
}

void finish::restore(json::value const& effect)
{
    if (effect.is_string())
        ++(effect.as_string() == repaired ? repairs_ : refusals_);
    else
        accepted_ = mcp::decode<final_answer>(effect, {"effect"});
}

void finish::reopen()
{
    accepted_.reset();
    refusals_ = 0;
    repairs_ = 0;
}

awaitable<verification> finish::verified(bool complete)
{
    checked_edits checked;
    if (complete)
        checked = co_await check_.run(to_install(accepted_.value_or(final_answer())));
    else
        checked = co_await check_.without_tools("the run ended before");
    co_return std::move(checked.results);
}

}  // namespace agent
