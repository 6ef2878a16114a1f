#include "agent/engineer.hpp"

#include "agent/brief.hpp"
#include "agent/context.hpp"
#include "agent/docs/plan.hpp"
#include "agent/loop.hpp"
#include "agent/project/resolve.hpp"
#include "agent/prompt.hpp"
#include "agent/tools/ask_user.hpp"
#include "agent/tools/finish.hpp"
#include "agent/tools/project_tools.hpp"
#include "agent/tools/query_docs.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace agent {

using boost::asio::awaitable;
using clock = std::chrono::steady_clock;

namespace {

constexpr char no_model[] = "No model is configured.";
constexpr std::size_t most_files = 20;        // that a task may point at
constexpr std::size_t file_shown = 64 << 10;  // bytes of each; the rest is one read_file away

// The project of a run, as far as there is one.
struct project {
    std::optional<project_root> root;
    fingerprint facts;
    std::vector<pointed_file> files;
};

run_outcome failed_run(std::string reason)
{
    run_outcome out;
    out.status = run_status::failed;
    out.reason = std::move(reason);
    return out;
}

// Blocking: called on the pool.
file_result<project> read_project(
    std::string const& folder, std::vector<std::string> const& files, knowledge const& known)
{
    auto root = project_root::open(folder);
    if (!root)
        return root.error();
    project out;
    out.facts = read_fingerprint(*root, known);
    for (auto const& path : files) {
        auto text = root->read(path);
        pointed_file file;
        file.path = path;
        file.readable = text.has_value();
        file.text =
            text ? mcp::head_and_tail(mcp::sanitize(*text), file_shown) : text.error().message;
        out.files.push_back(std::move(file));
    }
    out.root = std::move(*root);
    return out;
}

std::string first_message(
    knowledge const& known,
    run_request const& request,
    project const& here,
    std::vector<lookup> const& documentation,
    std::size_t room)
{
    auto const facts = here.root ? render(here.facts) : std::string();
    auto const stale = plan_notes(known, request.task, here.facts);
    return render_context(request, facts, stale, here.files, documentation, room);
}

// What of the task may go to a documentation service: one line, short, without what looks like a
// key.
std::string question_of(std::string const& task)
{
    return std::string(mcp::cut_utf8(mcp::redactor()(mcp::sanitize_line(task)), 300));
}

// What the host's own model works from. `why` it is asked to: a sentence.
run_outcome brief_outcome(
    engineer_setup const& setup,
    run_request const& request,
    project const& here,
    std::vector<lookup> documentation,
    std::string const& why)
{
    prompt_options notes;
    notes.reader = audience::host;
    notes.may_edit = request.mode == run_mode::implement;
    auto const system = system_blocks(setup.expert, here.root ? &here.facts : nullptr, notes);
    auto const context =
        first_message(setup.known, request, here, documentation, brief_documentation_budget);
    run_outcome out;
    out.status = run_status::brief;
    out.brief = render_brief(why, system, context, documentation);
    out.documentation = std::move(documentation);
    out.package_manager = here.facts.package_manager;
    return out;
}

awaitable<void> gather(
    lookups& documentation,
    run_request const& request,
    fingerprint const& facts,
    knowledge const& known)
{
    std::vector<awaitable<lookup>> asked;
    for (auto& planned : plan_lookups(known, request.task, question_of(request.task), facts))
        asked.push_back(
            documentation.look_up(std::move(planned.library), std::move(planned.question)));
    co_await mcp::when_all(std::move(asked));
}

}  // namespace

engineer::engineer(engineer_setup setup) : s_(std::move(setup)) {}

run_request engineer::settled(run_request request) const
{
    if (request.project_path.empty() && !s_.roots.empty())
        request.project_path = s_.roots.front();
    return request;
}

awaitable<run_outcome>
engineer::run(run_request request, run_log& log, progress_sink progress, sampling_desk* desk)
{
    auto const start = clock::now();
    if (request.files.size() > most_files)
        co_return failed_run(fmt::format(
            "files: at most {} paths; the expert finds the others itself.", most_files));
    auto before = log.opened();
    auto const& wish = before ? before->model : request.model;
    auto chosen = co_await s_.choose_model(wish, desk);
    if (!chosen.problem.empty())
        co_return failed_run(std::move(chosen.problem));
    if (before && !chosen.with)
        co_return failed_run(fmt::format(
            "This run was begun with {}, which cannot be asked now: set the key it was begun with.",
            before->model));

    project here;
    auto const& wanted = before ? before->project : request.project_path;
    if (!wanted.empty() || (!before && !s_.roots.empty())) {
        auto folder = resolve_project(wanted, s_.roots);
        if (!folder)
            co_return failed_run(folder.error().message);
        progress(fmt::format("Reading the project {}", *folder));
        auto const& paths = before ? std::vector<std::string>() : request.files;
        auto const& known = s_.known;
        auto read = [folder = *folder, &paths, &known] {
            return read_project(folder, paths, known);
        };
        auto found = co_await mcp::offload(s_.pool, std::move(read));
        if (!found)
            co_return failed_run(found.error().message);
        here = std::move(*found);
    }

    auto sources = s_.everywhere;
    if (here.root)
        sources.push_back(s_.bundled(here.root->path()));
    auto const installed = [&here](std::string_view package) {
        auto const* found = here.facts.find(package);
        return found ? found->installed : std::string();
    };
    lookups documentation(sources, installed, s_.limits.docs_time);

    opened_record opened;
    if (before) {
        opened = std::move(*before);
        for (auto& known : opened.documentation)
            documentation.restore(std::move(known));
    } else {
        progress("Looking up documentation");
        co_await gather(documentation, request, here.facts, s_.known);
        progress(fmt::format(
            "Found {} passages of documentation",
            best_passages(documentation.all(), std::size_t{1} << 30).size()));
        if (!chosen.with)
            co_return brief_outcome(s_, request, here, documentation.all(), no_model);
        prompt_options notes;
        notes.reader = audience::run;
        notes.may_edit = request.mode == run_mode::implement;
        opened.system = system_blocks(s_.expert, here.root ? &here.facts : nullptr, notes);
        opened.documentation = documentation.all();
        opened.package_manager = here.facts.package_manager;
        opened.first_message =
            first_message(s_.known, request, here, opened.documentation, documentation_budget);
        opened.first_message.shrink_to_fit();  // it is kept for the whole run
        if (here.root)
            opened.project = here.root->path();
        opened.model = chosen.wish.empty() ? chosen.with->name() : chosen.wish;
        co_await log.write(opened);
    }
    opened.documentation = {};  // a thousand runs may wait: nothing is held twice

    if (!here.root) {
        auto nothing = project_root::empty();
        if (!nothing)
            co_return failed_run(nothing.error().message);
        here.root = std::move(*nothing);
    }
    auto const prepared =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start).count();
    auto out = co_await work(
        request,
        chosen,
        std::move(opened),
        std::move(*here.root),
        here.facts,
        documentation,
        log,
        std::move(progress));
    if (!before)
        out.account.time_ms += prepared;
    if (chosen.may_refuse && out.status == run_status::failed && out.account.turns == 0)
        co_return brief_outcome(s_, request, here, documentation.all(), out.reason);
    co_return out;
}

awaitable<run_outcome> engineer::work(
    run_request const& request,
    chosen_model& with,
    opened_record opened,
    project_root root,
    fingerprint const& facts,
    lookups& documentation,
    run_log& log,
    progress_sink progress)
{
    auto limits = s_.limits;
    if (request.max_cost_usd)
        limits.cost_usd = request.max_cost_usd;

    staged_edits edits(std::move(root));
    auto tools = project_tools(edits, s_.pool, request.mode == run_mode::implement);
    tools.push_back(std::make_unique<query_docs>(documentation));
    auto questions = std::make_unique<ask_user>(log, limits);
    auto const& asked = *questions;
    tools.push_back(std::move(questions));
    check_setup checking;
    checking.pool = s_.pool;
    checking.project = !opened.project.empty();
    checking.level = request.verify.value_or(verify_level::types);
    checking.types = s_.types;
    checking.progress = progress;
    auto gate = std::make_unique<finish>(
        edits, documentation, s_.known, facts, limits, std::move(checking));
    auto& handed_over = *gate;
    tools.push_back(std::move(gate));
    toolbox box(std::move(tools), limits);

    auto finished = [&handed_over] { return handed_over.accepted().has_value(); };
    auto must_finish = [&edits] { return !edits.changes().empty(); };
    auto asks = [&asked] { return !asked.open().empty(); };
    auto go_on = [&handed_over] { handed_over.reopen(); };
    std::vector<loop_model> models;
    auto const add = [&models](chosen_model const& m) {
        models.push_back({m.with.get(), m.max_tokens, m.context, m.cost, m.gate});
    };
    add(with);
    for (auto const& other : with.fallbacks)
        add(other);
    loop_setup setup{
        std::move(models),
        box,
        opened.system,
        std::move(opened.first_message),
        limits,
        std::move(finished),
        std::move(must_finish),
        std::move(asks),
        std::move(go_on),
        std::move(progress),
        log};
    auto result = co_await run_loop(std::move(setup));

    run_outcome out;
    out.status = result.status;
    out.reason = std::move(result.reason);
    out.account = std::move(result.account);
    if (handed_over.accepted())
        out.answer = *handed_over.accepted();
    else
        out.answer.approach = std::move(result.text);
    if (out.status == run_status::needs_input)
        out.questions = asked.open();
    out.files = edits.changes();
    out.undocumented = handed_over.undocumented();
    auto checks = co_await handed_over.verified(out.status == run_status::completed);
    if (!checks.empty())
        out.checks = std::move(checks);
    out.documentation = documentation.all();
    out.package_manager = opened.package_manager;
    co_return out;
}

}  // namespace agent
