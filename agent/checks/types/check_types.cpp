#include "agent/checks/types/check_types.hpp"

#include "agent/checks/types/base_memory.hpp"
#include "agent/checks/types/copy/source_copy.hpp"
#include "agent/checks/types/output/known_errors.hpp"
#include "agent/checks/types/tools/project_tools.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/sha256.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;
using verdict = types_result::verdict;

namespace {

constexpr auto slice = std::chrono::milliseconds(30);  // of blocking work between two looks
constexpr auto memory_age = std::chrono::hours(24);
constexpr auto workspace_age = std::chrono::minutes(10);  // where code beside the project counts

// TS1000 to TS1999.
bool has_syntax_errors(std::vector<diagnostic> const& errors)
{
    return std::any_of(errors.begin(), errors.end(), [](diagnostic const& one) {
        return one.code.size() == 6 && one.code.starts_with("TS1");
    });
}

class type_check {
public:
    type_check(types_request request, asio::any_io_executor pool)
        : request_(std::move(request)),
          pool_(std::move(pool)),
          copy_(
              request_.project,
              request_.changes,
              request_.build ? copied_files::all : copied_files::code,
              limits_of(request_.build)),
          memory_(request_.memory)
    {
    }
    type_check(type_check const&) = delete;
    type_check& operator=(type_check const&) = delete;

    // Removing the copy takes as long as making it did: not here.
    ~type_check()
    {
        if (shadow_)
            asio::post(pool_, [gone = std::move(shadow_)]() mutable { gone.reset(); });
    }

    awaitable<types_result> run()
    {
        try {
            co_await prepare();
            co_await check();
        } catch (check_stopped const& s) {
            result_.status = s.status;
            result_.reason = s.reason;
        }
        auto const& seen = copy_.notes();
        result_.notes.insert(result_.notes.end(), seen.begin(), seen.end());
        if (shadow_) {
            auto remove = [gone = std::move(shadow_)]() mutable { gone.reset(); };
            co_await mcp::offload(pool_, std::move(remove));
        }
        co_return std::move(result_);
    }

private:
    static copy_limits limits_of(bool build)
    {
        copy_limits out;
        if (build) {
            out.bytes = 1ULL << 30U;
            out.file_bytes = 64U << 20U;
        }
        return out;
    }

    awaitable<void> prepare()
    {
        auto find = [this] { return find_node_tools(request_.project, request_.environment); };
        auto tools = co_await mcp::offload(pool_, find);
        if (!tools)
            stop_check(verdict::not_run, tools.error().message);
        result_.typescript_version = tools->typescript_version;
        result_.next_version = tools->next_version;
        result_.node = tools->node;
        stamp_ = tools->stamp;
        auto make = [this]() -> file_result<std::shared_ptr<shadow>> {
            if (!request_.project.status("tsconfig.json"))
                return file_error(
                    file_errc::not_found,
                    "There is no tsconfig.json, so that there are no types to check.");
            return shadow::make(request_.project);
        };
        auto made = co_await mcp::offload(pool_, make);
        if (!made)
            stop_check(verdict::not_run, made.error().message);
        shadow_ = std::move(*made);
        tools_.emplace(std::move(*tools), request_, copy_, *shadow_, pool_, result_);
        for (bool done = false; !done;) {
            auto step = [this] {
                return copy_.lay_names(*shadow_, std::chrono::steady_clock::now() + slice);
            };
            auto const laid = co_await mcp::offload(pool_, step);
            if (!laid)
                stop_check(
                    verdict::not_run, "The project could not be copied: " + laid.error().message);
            done = *laid;
        }
    }

    awaitable<void> check()
    {
        co_await tools_->make_route_types("next typegen");
        auto lay = [this] { return copy_.lay_changes(*shadow_); };
        co_await lay_files(lay);
        auto errors = co_await tools_->run_tsc("tsc", true);
        if (!errors.empty())
            co_await sort_out(std::move(errors));
        result_.checked = true;
        result_.status = verdict::passed;
        if (result_.introduced_count > 0)
            result_.status = verdict::failed;
        else if (request_.build)
            co_await build();
    }

    template <class F>
    awaitable<void> lay_files(F lay)
    {
        auto const laid = co_await mcp::offload(pool_, lay);
        if (!laid)
            stop_check(verdict::not_run, laid.error().message);
    }

    std::string base_key(char const* what) const
    {
        return mcp::sha256_hex(fmt::format(
            "1\n{}\n{}\n{}\n{}\n{}\n{}\n",
            what,
            copy_.digest(),
            result_.typescript_version,
            result_.next_version,
            stamp_,
            request_.project.path()));
    }

    std::chrono::seconds age() const
    {
        for (auto const* name : {"package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"})
            if (request_.project.status(name))
                return memory_age;
        return workspace_age;
    }

    void tell(std::vector<diagnostic> now, std::vector<diagnostic> const& before)
    {
        auto sorted = tell_apart(std::move(now), before);
        result_.introduced_count += sorted.introduced.size();
        result_.preexisting_count += sorted.preexisting.size();
        auto const add = [this](std::vector<diagnostic>& to, std::vector<diagnostic>& from) {
            for (auto& one : from)
                if (to.size() < request_.limits.diagnostics)
                    to.push_back(std::move(one));
        };
        add(result_.introduced, sorted.introduced);
        add(result_.preexisting, sorted.preexisting);
    }

    // The base is checked in the same folder, after the changes.
    awaitable<void> sort_out(std::vector<diagnostic> errors)
    {
        if (request_.changes.empty()) {
            tell(errors, errors);
            co_return;
        }
        auto const key = base_key("tsc");
        auto find = [&] { return memory_.find(key, age()); };
        auto known = co_await mcp::offload(pool_, find);
        if (!known) {
            auto lay = [this] { return copy_.lay_base(*shadow_); };
            co_await lay_files(lay);
            known = co_await check_base();
            auto again = [this] { return copy_.lay_changes(*shadow_); };
            if (request_.build)
                co_await lay_files(again);
            if (known) {
                auto keep = [&] { memory_.keep(key, *known); };
                co_await mcp::offload(pool_, keep);
            }
        }
        // The compiler looks no further than syntax where that is wrong.
        if (known && has_syntax_errors(*known) && !has_syntax_errors(errors))
            result_.notes.emplace_back(
                "Errors of syntax hid the other errors that the project had before, so that some "
                "that are called new may not be.");
        std::vector<diagnostic> none;
        tell(std::move(errors), known ? *known : none);
    }

    awaitable<std::optional<std::vector<diagnostic>>> check_base()
    {
        std::string why;
        try {
            if (copy_.routes_change())
                co_await tools_->make_route_types("next typegen of the base");
            auto errors = co_await tools_->run_tsc("tsc of the base", false);
            co_return errors;
        } catch (check_stopped const& s) {
            why = s.reason;
        }
        result_.notes.push_back(
            "Which of the errors were there before could not be told, and all are called new: " +
            why);
        co_return std::nullopt;
    }

    awaitable<std::vector<diagnostic>> base_build()
    {
        auto const key = base_key("build");
        auto find = [&] { return memory_.find(key, age()); };
        auto known = co_await mcp::offload(pool_, find);
        if (known)
            co_return *known;
        auto lay = [this] { return copy_.lay_base(*shadow_); };
        co_await lay_files(lay);
        auto const errors = co_await tools_->run_build("next build of the base", false);
        auto keep = [&] { memory_.keep(key, errors); };
        co_await mcp::offload(pool_, keep);
        co_return errors;
    }

    awaitable<void> build()
    {
        if (result_.next_version.empty())
            stop_check(
                verdict::not_run, "Next.js is not installed, so that nothing could be built.");
        auto errors = co_await tools_->run_build("next build", true);
        result_.built = true;
        if (errors.empty())
            co_return;
        std::vector<diagnostic> before;
        if (!request_.changes.empty())
            before = co_await base_build();
        if (!before.empty())
            result_.base_broken = before.front().message;
        tell(std::move(errors), before);
        if (result_.introduced_count > 0)
            result_.status = verdict::failed;
    }

    types_request request_;
    asio::any_io_executor pool_;
    source_copy copy_;
    base_memory memory_;
    std::string stamp_;
    std::shared_ptr<shadow> shadow_;
    types_result result_;
    std::optional<project_tools> tools_;
};

}  // namespace

awaitable<types_result> check_types(types_request request, asio::any_io_executor pool)
{
    type_check check(std::move(request), std::move(pool));
    co_return co_await check.run();
}

std::string_view name_of(types_result::verdict status)
{
    switch (status) {
    case verdict::passed:
        return "passed";
    case verdict::failed:
        return "failed";
    case verdict::timed_out:
        return "timed out";
    case verdict::crashed:
        return "crashed";
    case verdict::not_run:
        break;
    }
    return "not run";
}

}  // namespace agent
