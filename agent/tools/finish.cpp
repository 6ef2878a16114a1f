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
tool_declaration const& declared()
{
    static tool_declaration const once{
        "finish",
        "Hands your answer over and ends the task. Call it once, last. The files are taken from "
        "your edits, so do "
        "not repeat code here. It is refused while a package that your files import has not been "
        "looked up with "
        "query_docs in this task.",
        mcp::schema_of<final_answer>(texts)};
    return once;
}

}  // namespace

finish::finish(
    staged_edits const& edits,
    lookups const& documentation,
    knowledge const& known,
    std::vector<path_alias> aliases,
    run_limits const& limits)
    : edits_(edits),
      documentation_(documentation),
      known_(known),
      aliases_(std::move(aliases)),
      limits_(limits),
      declaration_(declared())
{
}

std::vector<std::string> finish::undocumented() const
{
    std::set<std::string> missing;
    for (auto const& change : edits_.changes()) {
        if (change.kind == change_kind::deleted ||
            !matches_glob("*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}", change.path))
            continue;
        for (auto& package : imported_packages(change.text, aliases_))
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
        out.effect = "refused";
        co_return out;
    }
    out.effect = mcp::encode(answer);
    accepted_ = std::move(answer);
    out.text = "Accepted.";
    co_return out;
}

void finish::restore(json::value const& effect)
{
    if (effect.is_string())
        ++refusals_;
    else
        accepted_ = mcp::decode<final_answer>(effect, {"effect"});
}

void finish::reopen()
{
    accepted_.reset();
    refusals_ = 0;
}

}  // namespace agent
