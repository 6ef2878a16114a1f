#include "tests/bench/load/run.hpp"

#include <algorithm>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

namespace bench {
namespace {

constexpr seconds start_time(30);

}  // namespace

run::run(options const& how) : how_(how), texts_(how.which, how.payload) {}

boost::json::object run::results()
{
    std::vector<double> starts;
    for (int i = 0; i < how_.starts; ++i) {
        clients_.clear();
        server_.reset();
        start();
        starts.push_back(1000 * seconds(clock::now() - server_->started()).count());
    }
    std::ranges::sort(starts);
    out_["start_ms"] = starts[starts.size() / 2];
    exchange(*clients_[0], texts_.call(first_id), "tools/call", first_id);
    ::poll(nullptr, 0, 200);
    out_["rss_idle_mib"] = server_->used().rss;
    if (how_.scenario == "calls")
        calls();
    else if (how_.scenario == "idle")
        idle();
    else if (how_.scenario == "held")
        held();
    else
        hostile();
    out_["rss_peak_mib"] = server_->used().peak_rss;
    loop_.reset();
    clients_.clear();
    server_.reset();
    if (how_.at.kind == wire::unix_socket)
        ::unlink(how_.at.path.c_str());
    return std::move(out_);
}

// From fork to the first answer.
void run::start()
{
    if (how_.at.kind == wire::unix_socket)
        ::unlink(how_.at.path.c_str());  // what the server before left behind
    server_ = std::make_unique<process>(how_.command, how_.at.kind == wire::stdio);
    clients_.push_back(connect());
}

std::unique_ptr<channel> run::connect()
{
    std::unique_ptr<channel> out;
    if (how_.at.kind == wire::stdio)
        out = std::make_unique<channel>(server_->from(), server_->to());
    while (!out) {
        try {
            out = std::make_unique<channel>(how_.at);
        } catch (std::runtime_error const&) {
            bool const late = clock::now() - server_->started() > start_time;
            if (!clients_.empty() || server_->gone() || late)
                throw;
            ::poll(nullptr, 0, 1);
        }
    }
    out->modern = how_.which == era::modern;
    if (clients_.empty() || !out->modern)
        exchange(*out, texts_.opening(), texts_.opening_method(), first_id);
    if (out->modern)
        return out;
    out->send(messages::initialized(), "notifications/initialized");
    if (out->is_http())
        await(*out, 0);
    out->flush();
    return out;
}

void run::exchange(channel& c, std::string_view message, std::string_view method, std::uint64_t id)
{
    c.send(message, method);
    await(c, id);
}

void run::await(channel& c, std::uint64_t id)
{
    for (auto const end = clock::now() + start_time; clock::now() < end;) {
        c.flush();
        pollfd reading{c.reader(), POLLIN, 0};
        ::poll(&reading, 1, 10);
        if (reading.revents)
            c.fill();
        while (auto const answer = c.next()) {
            if (id == 0 || is_result(*answer, id))
                return;
            if (is_notification(*answer))
                continue;
            throw std::runtime_error(
                "answered " + std::to_string(c.status()) + ' ' + std::string(*answer));
        }
        if (c.closed())
            throw std::runtime_error("the server closed the connection");
    }
    throw std::runtime_error("no answer in 30 s");
}

measured run::load(seconds time)
{
    if (!loop_) {
        std::size_t depth = 1;
        if (how_.at.kind == wire::stdio)
            depth = how_.clients;
        else
            while (clients_.size() < how_.clients)
                clients_.push_back(connect());
        loop_ = std::make_unique<closed_loop>(texts_, clients_, depth);
        if (how_.warmup > 0)
            loop_->run(seconds(how_.warmup));
    }
    return loop_->run(time);
}

void run::put(std::string_view prefix, measured& m)
{
    auto const name = [&](char const* of) { return std::string(prefix) + of; };
    out_[name("calls_per_s")] = m.time > 0 ? static_cast<double>(m.calls) / m.time : 0;
    out_[name("p50_us")] = m.quantile(0.5);
    out_[name("p99_us")] = m.quantile(0.99);
    out_["calls"] =
        m.calls + (out_.contains("calls") ? out_["calls"].to_number<std::uint64_t>() : 0);
    out_["errors"] =
        m.errors + (out_.contains("errors") ? out_["errors"].to_number<std::uint64_t>() : 0);
    if (!m.first_error.empty())
        out_["first_error"] = m.first_error;
}

void run::calls()
{
    load(seconds(0));
    auto const machine = machine_now();
    auto const own = own_cpu();
    auto const before = server_->used();
    auto m = load(seconds(how_.time));
    auto const after = server_->used();
    auto const spent = own_cpu() - own;
    auto const now = machine_now();
    put("", m);
    auto const calls = static_cast<double>(std::max<std::uint64_t>(m.calls, 1));
    out_["cpu_us_per_call"] = 1e6 * (after.cpu - before.cpu) / calls;
    out_["bench_cpu_us_per_call"] = 1e6 * spent / calls;
    out_["rss_loaded_mib"] = after.rss;
    auto const others = now.busy - machine.busy - spent - (after.cpu - before.cpu);
    out_["others_cpu_percent"] =
        now.all > machine.all ? std::max(0.0, 100 * others / (now.all - machine.all)) : 0;
}

}  // namespace bench
