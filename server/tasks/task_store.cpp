#include "server/tasks/task_store.hpp"

#include "protocol/errors.hpp"
#include "protocol/random.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/rpc/explain.hpp"
#include "server/features/tools.hpp"
#include "server/questions.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <fmt/chrono.h>

#include <set>

namespace server {

namespace asio = boost::asio;
using asio::awaitable;
using wall_clock = std::chrono::system_clock;

namespace {

std::string iso(wall_clock::time_point at)
{
    auto const ms = std::chrono::floor<std::chrono::milliseconds>(at);
    return fmt::format(
        "{:%FT%T}.{:03}Z",
        fmt::gmtime(wall_clock::to_time_t(ms)),
        (ms.time_since_epoch() % std::chrono::seconds(1)).count());
}

}  // namespace

// What the work sees as its connection, for as long as it runs.
struct task_store::task final : outbound {
    task(task_store& store, request_context& ctx, std::string id)
        : changed(store.changed_),
          client(session::opened_function(), ctx.principal()),
          answered(ctx.executor()),
          context(
              id, ctx.detached(id), ctx.era(), client, *this, ctx.executor(), store.limits_.poll)
    {
        facts.taskId = std::move(id);
        facts.createdAt = facts.lastUpdatedAt = iso(created);
        facts.ttlMs = std::chrono::milliseconds(store.limits_.lifetime).count();
        facts.pollIntervalMs = store.limits_.poll.count();
    }

    void touch(mcp::TaskStatus status)
    {
        facts.status = status;
        facts.lastUpdatedAt = iso(wall_clock::now());
        changed.task(facts.taskId);
    }

    void end(mcp::TaskStatus how)
    {
        outstanding.clear();
        touch(how);
    }

    // Of what is said about a task, only how far it has come is for its client.
    void notify(mcp::jsonrpc::request_id const&, mcp::jsonrpc::notification n) override
    {
        auto const* message = n.params.if_contains("message");
        if (n.method != "notifications/progress" || !message || mcp::is_terminal(facts.status))
            return;
        facts.statusMessage = std::string(message->as_string());
        touch(facts.status);
    }

    awaitable<mcp::json::value>
    call(mcp::jsonrpc::request_id const&, std::string, mcp::json::object) override
    {
        throw std::logic_error("a task asks by its status");
    }

    bool withdrawn(mcp::jsonrpc::request_id const&) const override { return cancelled_by_client; }

    awaitable<void> drained() override { co_return; }

    // Keys are the client's for the task's whole life: what the work asks twice gets a new one.
    void ask(mcp::InputRequests requests)
    {
        answers = mcp::json::object();
        for (auto& [name, question] : requests) {
            auto key = name;
            for (int n = 2; !used_keys.insert(key).second; ++n)
                key = name + "-" + std::to_string(n);
            outstanding.emplace(key, asked{name, std::move(question)});
        }
        touch(mcp::TaskStatus::input_required);
    }

    awaitable<void> until_answered()
    {
        while (!outstanding.empty())
            co_await answered.wait();
        touch(mcp::TaskStatus::working);
    }

    struct asked {
        std::string name;  // as the work calls it
        mcp::InputRequest question;
    };

    changes& changed;
    wall_clock::time_point created = wall_clock::now();
    mcp::Task facts;
    std::optional<mcp::json::object> result;
    std::optional<mcp::jsonrpc::error> failure;
    std::map<std::string, asked> outstanding;  // by the keys that the client sees
    std::set<std::string> used_keys;
    mcp::json::object answers;
    bool cancelled_by_client = false;
    session client;
    asio::cancellation_signal cancelled;
    mcp::event answered;
    request_context context;
};

task_store::task_store(changes& changed, task_limits limits, mcp::logger log)
    : changed_(changed), limits_(limits), log_(std::move(log))
{
}

task_store::~task_store() = default;

bool task_store::serves(request_context const& ctx)
{
    return ctx.era().has_request("tasks/get") && ctx.client().has_extension(mcp::tasks_extension);
}

void task_store::require(request_context const& ctx)
{
    if (serves(ctx))
        return;
    mcp::json::object extension{{mcp::tasks_extension, mcp::json::object()}};
    throw mcp::missing_client_capability({{"extensions", std::move(extension)}});
}

mcp::json::object task_store::create(request_context& ctx, background work)
{
    auto const created = [](task const& t) {
        auto out = std::move(mcp::encode(t.facts).get_object());
        out.emplace("resultType", "task");
        return out;
    };
    make_room();
    if (work.name.empty())
        work.name = mcp::random_hex(16);
    auto& place = tasks_[work.name];
    if (place && !mcp::is_terminal(place->facts.status))
        return created(*place);
    auto const self = place = std::make_shared<task>(*this, ctx, std::move(work.name));
    self->context.supply(ctx.answers(), ctx.state());
    auto out = created(*self);  // before it runs
    ++*at_work_;
    auto ended = [self, count = at_work_, log = log_](std::exception_ptr const& failure) {
        --*count;
        if (mcp::is_terminal(self->facts.status))
            return;
        if (failure)
            self->failure = mcp::explain(failure, "a task", log);
        self->end(failure ? mcp::TaskStatus::failed : mcp::TaskStatus::completed);
    };
    asio::co_spawn(
        ctx.executor(),
        run(self, std::move(work.work)),
        asio::bind_cancellation_slot(self->cancelled.slot(), std::move(ended)));
    return out;
}

awaitable<void> task_store::run(std::shared_ptr<task> self, work_function work)
{
    try {
        for (;;) {
            auto came_to = co_await work(self->context);
            if (auto* result = std::get_if<mcp::json::object>(&came_to.is)) {
                self->result = std::move(*result);
                co_return;
            }
            auto* asked = std::get_if<input_required>(&came_to.is);
            if (!asked || asked->requests.empty())
                throw std::logic_error("work in the background came to nothing");
            check_answerable(self->context.client(), asked->requests);
            self->ask(std::move(asked->requests));
            co_await self->until_answered();
            auto state = std::move(asked->state).value_or(mcp::json::value());
            self->context.supply(std::move(self->answers), std::move(state));
        }
    } catch (tool_error const& e) {
        self->result = std::move(mcp::encode(mcp::error_result(e.what())).get_object());
    }
}

mcp::json::object task_store::get(std::string_view principal, std::string_view id) const
{
    auto const self = find(principal, id);
    auto out = std::move(mcp::encode(self->facts).get_object());
    if (self->facts.status == mcp::TaskStatus::input_required) {
        mcp::InputRequests requests;
        for (auto const& [key, a] : self->outstanding)
            requests.emplace(key, a.question);
        out.emplace("inputRequests", mcp::encode(requests));
    } else if (self->facts.status == mcp::TaskStatus::completed && self->result) {
        auto result = *self->result;
        result.emplace("resultType", "complete");
        out.emplace("result", std::move(result));
    } else if (self->facts.status == mcp::TaskStatus::failed && self->failure) {
        mcp::json::object error{{"code", self->failure->code}, {"message", self->failure->what()}};
        if (self->failure->data)
            error.emplace("data", *self->failure->data);
        out.emplace("error", std::move(error));
    }
    return out;
}

void task_store::update(
    std::string_view principal, std::string_view id, mcp::json::object responses)
{
    auto const self = find(principal, id);
    for (auto& response : responses) {
        auto const found = self->outstanding.find(std::string(response.key()));
        if (found == self->outstanding.end())
            continue;
        self->answers[found->second.name] = std::move(response.value());
        self->outstanding.erase(found);
    }
    if (self->facts.status != mcp::TaskStatus::input_required)
        return;
    if (self->outstanding.empty())
        self->touch(mcp::TaskStatus::working);
    self->answered.notify();
}

void task_store::cancel(std::string_view principal, std::string_view id)
{
    auto const self = find(principal, id);
    if (mcp::is_terminal(self->facts.status))
        return;
    self->cancelled_by_client = true;
    self->end(mcp::TaskStatus::cancelled);
    self->cancelled.emit(asio::cancellation_type::terminal);
}

awaitable<void> task_store::stop()
{
    for (auto const& [id, self] : tasks_)
        if (!mcp::is_terminal(self->facts.status)) {
            self->end(mcp::TaskStatus::cancelled);
            self->cancelled.emit(asio::cancellation_type::terminal);
        }
    while (*at_work_ > 0)
        co_await asio::post(asio::use_awaitable);
}

std::shared_ptr<task_store::task>
task_store::find(std::string_view principal, std::string_view id) const
{
    auto const found = tasks_.find(id);
    if (found == tasks_.end() || found->second->client.principal() != principal)
        throw mcp::invalid_params("no such task, or it was forgotten; call the tool again");
    return found->second;
}

void task_store::make_room()
{
    auto const old = wall_clock::now() - limits_.lifetime;
    std::erase_if(tasks_, [&](auto const& entry) {
        return mcp::is_terminal(entry.second->facts.status) && entry.second->created < old;
    });
    if (tasks_.size() < limits_.tasks)
        return;
    auto oldest = tasks_.end();
    for (auto it = tasks_.begin(); it != tasks_.end(); ++it)
        if (mcp::is_terminal(it->second->facts.status) &&
            (oldest == tasks_.end() || it->second->created < oldest->second->created))
            oldest = it;
    if (oldest == tasks_.end())
        throw mcp::jsonrpc::error(
            mcp::jsonrpc::errc::internal_error,
            "busy: " + std::to_string(limits_.tasks) + " tasks are at work; wait for one of them");
    tasks_.erase(oldest);
}

}  // namespace server
