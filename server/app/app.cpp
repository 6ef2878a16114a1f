#include "server/app/app.hpp"

#include "agent/docs/bundled/bundled_docs.hpp"
#include "agent/docs/context7/context7.hpp"
#include "prompts/prompts.hpp"
#include "protocol/rpc/patient_executor.hpp"
#include "server/app/command_prompts.hpp"
#include "server/app/expert_resources.hpp"
#include "server/app/known_files.hpp"
#include "server/app/log.hpp"
#include "server/app/model_choice.hpp"
#include "server/app/runs/engineer_tool.hpp"
#include "server/app/runs/run_resources.hpp"
#include "server/app/serving/listeners.hpp"
#include "server/app/serving/start_up_code.hpp"
#include "server/app/serving/test_tools.hpp"
#include "server/app/terminal/ask.hpp"
#include "server/app/terminal/check_command.hpp"
#include "server/app/terminal/docs_command.hpp"
#include "server/app/terminal/doctor.hpp"
#include "server/app/terminal/install_command.hpp"
#include "server/app/terminal/runs_command.hpp"
#include "server/app/tools/check_tool.hpp"
#include "server/app/tools/docs_tools.hpp"
#include "server/server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <csignal>
#include <map>
#include <memory>
#include <unistd.h>

namespace app {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

namespace {

constexpr auto start_up_time = 100ms;  // the first answer is out, and nobody has asked much yet
constexpr auto children_time = 500ms;  // to end by themselves at exit; then they are killed

constexpr char instructions[] =
    "Expert Next.js backend engineer. Call nextjs_backend_engineer for "
    "any server-side work in a Next.js App Router "
    "project: server actions, route handlers, webhooks, "
    "proxy/middleware, authentication, caching and revalidation, "
    "databases, integrations. It looks the documentation up first "
    "(version-exact) and returns finished, documented "
    "files, checked with the project's own compiler. Not for styling or "
    "UI.";

agent::agent_file the_expert()
{
    agent::agent_file out;
    out.name = prompts::expert.name;
    out.description = prompts::expert.description;
    out.model = prompts::expert.model;
    out.body = prompts::expert.body;
    return out;
}

// Everything there is one of, in the order in which it depends on what is above it.
class program {
public:
    program(config settings, environment const& env)
        : settings_(std::move(settings)),
          expert_(the_expert()),
          known_(what_is_known(settings_.libraries)),
          words_(what_people_mean(settings_.vocabulary)),
          log_(log_to_stderr(settings_.log_level, redact_)),
          http_(loop_.get_executor(), settings_.authorities),
          models_(
              settings_,
              env,
              expert_.model,
              loop_.get_executor(),
              http_,
              secret_keeper{
                  [this](std::string const& key) { keep_secret(key); },
                  [this](std::string text) { return redact_(std::move(text)); }},
              log_),
          journal_(settings_.state_directory, agent::journal_limits(), log_),
          writer_(settings_.state_directory, pool_.get_executor(), http_, log_)
    {
        for (auto const* name :
             {"ANTHROPIC_API_KEY",
              "ANTHROPIC_AUTH_TOKEN",
              "OPENAI_API_KEY",
              "OPENROUTER_API_KEY",
              "CONTEXT7_API_KEY"})
            if (auto value = env(name))
                keep_secret(*value);
        if (!settings_.serving.token.empty())
            keep_secret(settings_.serving.token);
        if (!settings_.context7.empty())
            context7_ = make_context7(env);
        engineer_ = std::make_unique<agent::engineer>(engineer_setup());
        runs_ = std::make_unique<agent::runs>(
            *engineer_,
            journal_,
            patient_.get_executor(),
            settings_.runs_at_once,
            log_,
            may_write() ? &writer_ : nullptr);
    }

    int run()
    {
        int code = 0;
        int caught = 0;
        asio::cancellation_signal stop;
        asio::signal_set signals(loop_, SIGINT, SIGTERM, SIGHUP);
        signals.async_wait([&](boost::system::error_code ec, int number) {
            if (ec)
                return;
            caught = number;
            signals.clear();  // a second one ends the program at once
            // Ctrl-C at a terminal is about the run; everything else is about the program.
            if (!settings_.ask || number != SIGINT)
                runs_->stop();
            stop.emit(asio::cancellation_type::terminal);
        });
        std::exception_ptr failure;
        bool done = false;
        auto finished = [&](std::exception_ptr e, int result) {
            done = true;
            failure = e;
            code = result;
            boost::system::error_code ignored;
            signals.cancel(ignored);
            context7_.reset();
        };
        asio::co_spawn(loop_, job(), asio::bind_cancellation_slot(stop.slot(), finished));
        while (!done)
            step();
        loop_.run_for(children_time);
        if (caught != 0)
            return 128 + caught;
        if (failure)
            std::rethrow_exception(failure);
        return code;
    }

private:
    // What there is no memory for is lost, and its connection is in time; the others are not. The
    // same goes for a mistake of ours.
    void step()
    try {
        loop_.run_one();
    } catch (std::bad_alloc const&) {
        log_.error("there is not enough memory for what was asked");
    } catch (std::exception const& e) {
        log_.error(std::string("an internal error, please report it: ") + e.what());
    }

    // From now on no sink prints it.
    void keep_secret(std::string const& text)
    {
        secrets_.push_back(text);
        redact_ = mcp::redactor(secrets_);
    }

    std::unique_ptr<agent::context7> make_context7(environment const& env)
    {
        agent::context7_options options;
        options.cache = settings_.cache_directory;
        options.lock = settings_.docs_lock;
        if (!settings_.cache_directory.empty() || !settings_.docs_lock.empty())
            options.pool = pool_.get_executor();
        if (agent::is_http_url(settings_.context7)) {
            auto const key = env("CONTEXT7_API_KEY").value_or("");
            auto server = agent::context7_at(settings_.context7, key, http_);
            server.client_version = NBE_VERSION;
            return std::make_unique<agent::context7>(
                loop_.get_executor(), server, known_, log_, std::move(options));
        }
        auto words = agent::split_words(settings_.context7);
        if (!words || words->empty())
            throw config_error(
                "--context7: neither a URL nor a command line: " + settings_.context7);
        agent::downstream_server server;
        server.name = "Context7";
        server.command.argv = std::move(*words);
        server.command.environment = agent::context7_environment(environ);
        server.client_version = NBE_VERSION;
        return std::make_unique<agent::context7>(
            loop_.get_executor(), std::move(server), known_, log_, std::move(options));
    }

    agent::bundled_docs& docs_of(std::string const& project)
    {
        auto& docs = bundled_[project];
        if (!docs)
            docs = std::make_unique<agent::bundled_docs>(
                pool_.get_executor(),
                project,
                settings_.cache_directory,
                [this](std::string_view package) { return known_.homes_of(package); },
                log_,
                words_);
        return *docs;
    }

    // At a terminal somebody has said so for this one run, or removes one.
    bool may_write() const { return settings_.allow_write || settings_.ask || settings_.runs; }

    agent::types_setup types_setup()
    {
        agent::types_setup out;
        out.most = settings_.verify;
        out.environment = {settings_.path, settings_.home, settings_.node};
        if (!settings_.cache_directory.empty())
            out.memory = settings_.cache_directory + "/types";
        out.turn = &tools_turn_;
        return out;
    }

    agent::engineer_setup engineer_setup()
    {
        agent::engineer_setup out;
        out.expert = expert_;
        out.pool = pool_.get_executor();
        out.roots = settings_.roots;
        out.known = known_;
        if (context7_)
            out.everywhere.push_back(context7_.get());
        out.bundled = [this](std::string const& project) { return &docs_of(project); };
        out.choose_model = [this](std::string wish, agent::sampling_desk* desk) {
            return models_.choose(std::move(wish), desk);
        };
        out.limits = settings_.limits;
        out.types = types_setup();
        out.log = log_;
        return out;
    }

    // What was asked for, and then the end of every run of this process.
    awaitable<int> job()
    {
        int code = 0;
        std::exception_ptr failure;
        try {
            if (settings_.ask || settings_.runs)
                co_await writer_.recover();
            if (settings_.ask)
                code = co_await ask(*runs_, *settings_.ask, redact_);
            else if (settings_.runs)
                code = co_await runs_command(*runs_, writer_, *settings_.runs, redact_);
            else if (settings_.docs)
                code = co_await search_docs();
            else if (settings_.check)
                code = co_await check_project();
            else if (settings_.doctor)
                code = co_await examine();
            else
                code = co_await serve();
        } catch (...) {
            failure = std::current_exception();
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await runs_->stopped();
        if (failure)
            std::rethrow_exception(failure);
        co_return code;
    }

    // The default one; empty: there is none.
    std::string project() const
    {
        return settings_.roots.empty() ? std::string() : settings_.roots.front();
    }

    awaitable<int> search_docs()
    {
        docs_place place{
            project(),
            settings_.cache_directory,
            docs_of(project()),
            context7_.get(),
            known_,
            pool_.get_executor()};
        co_return co_await docs_command(std::move(place), *settings_.docs);
    }

    awaitable<int> examine()
    {
        doctor_place place{
            project(),
            settings_.state_directory,
            settings_.cache_directory,
            models_,
            context7_.get(),
            known_,
            types_setup(),
            registration_here(settings_, process_environment()),
            pool_.get_executor()};
        co_return co_await doctor(std::move(place));
    }

    awaitable<int> check_project()
    {
        check_place place{project(), known_, types_setup(), pool_.get_executor()};
        co_return co_await check_command(std::move(place), *settings_.check);
    }

    awaitable<int> serve()
    {
        asio::co_spawn(loop_, writer_.recover(), asio::detached);
        asio::steady_timer settled(loop_, start_up_time);
        settled.async_wait([](boost::system::error_code ec) {
            if (!ec)
                release_start_up_code();
        });
        server::features offered;
        delivery const by{*runs_, redact_, settings_.budgets};
        add_engineer_tools(offered, by, {settings_.allow_write, settings_.roots});
        add_run_resources(offered, by);
        docs_sources docs;
        docs.context7 = context7_.get();
        docs.bundled = settings_.roots.empty() ? nullptr : &docs_of(project());
        docs.project = project();
        docs.known = known_;
        docs.pool = pool_.get_executor();
        add_docs_tools(offered, docs);
        add_check_tool(offered, {settings_.roots, known_, types_setup(), pool_.get_executor()});
        add_prompts(offered, expert_, known_, project(), pool_.get_executor());
        add_resources(offered, expert_, known_, project(), pool_.get_executor());
        if (settings_.serving.test_tools)
            add_test_tools(offered);
        mcp::Implementation self;
        self.name = "nextjs-backend-engineer";
        self.version = NBE_VERSION;
        self.title = "Next.js backend engineer";
        server::mcp_server server(
            self, instructions, offered, settings_.serving.limits.server, log_);
        listeners doors(loop_.get_executor(), server, settings_.serving, log_);
        std::exception_ptr failure;
        try {
            co_await doors.run();
        } catch (...) {
            failure = std::current_exception();
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await server.stop();
        if (failure)
            std::rethrow_exception(failure);
        co_return 0;
    }

    config settings_;
    agent::agent_file expert_;
    agent::knowledge known_;
    agent::vocabulary words_;
    std::vector<std::string> secrets_;
    mcp::redactor redact_;
    mcp::logger log_;
    asio::io_context loop_{1};
    mcp::patient_queue patient_{loop_.get_executor()};  // of the runs: requests go first
    asio::thread_pool pool_{2};
    agent::curl_multi http_;
    model_choice models_;
    std::unique_ptr<agent::context7> context7_;
    std::map<std::string, std::unique_ptr<agent::bundled_docs>> bundled_;
    std::unique_ptr<agent::engineer> engineer_;
    agent::journal journal_;
    agent::tools_turn tools_turn_;
    agent::project_writer writer_;
    std::unique_ptr<agent::runs> runs_;
};

}  // namespace

int run(config settings, environment const& env)
{
    return program(std::move(settings), env).run();
}

}  // namespace app
