#include "agent/docs/context7/context7.hpp"

#include "agent/docs/context7/kept/kept_answers.hpp"
#include "agent/docs/context7/kept/question.hpp"
#include "agent/docs/context7/session.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;
using answer = boost::system::result<std::vector<passage>, docs_error>;
using found = boost::system::result<found_libraries, docs_error>;

namespace {

constexpr std::size_t shown_address = 200;
constexpr auto library_time = 30 * 24h;
// Whoever has an older answer does not wait for a server's start.
constexpr auto patience_with_old = 6s;
// Of what is kept: grows with every change of what is written.
constexpr std::string_view format = "1";

// What came back, to be written down and read again by whoever asked.
struct answered {
    std::string body;
    std::chrono::hours fresh_for{};
};
using reply = boost::system::result<answered, docs_error>;
using asking = std::function<awaitable<reply>()>;

struct fetched {
    std::string body;
    std::string as_of;
};
using obtained = boost::system::result<fetched, docs_error>;

// An older answer is better than none where nobody could be asked; not where the answer is no.
bool nobody_answered(docs_errc kind)
{
    return kind == docs_errc::unavailable || kind == docs_errc::timed_out ||
           kind == docs_errc::quota || kind == docs_errc::pending ||
           kind == docs_errc::authentication;
}

// A question that may be asked: whoever is cancelled before he can tell what came of it lets the
// next one try.
class permit {
public:
    explicit permit(breaker& b) : breaker_(b) {}
    permit(permit const&) = delete;
    permit& operator=(permit const&) = delete;
    ~permit()
    {
        if (!told_)
            breaker_.abandoned();
    }
    void tell(reply const& r, breaker::clock::time_point now)
    {
        told_ = true;
        if (r.has_error())
            breaker_.failed(r.error(), now);
        else
            breaker_.answered();
    }

private:
    breaker& breaker_;
    bool told_ = false;
};

}  // namespace

// Held by the requests under way, which outlive whoever asked.
class context7::state : public std::enable_shared_from_this<state> {
public:
    state(
        asio::any_io_executor ex,
        downstream_server server,
        knowledge const& known,
        mcp::logger log,
        context7_options options)
        : executor_(ex),
          log_(log),
          address_(address_of(server)),
          service_(service_of(server)),
          client_(ex, std::move(server), std::move(log)),
          session_(client_, known, options.limit),
          breaker_(options.rest),
          now_(options.now),
          kept_(
              std::make_shared<answer_cache>(std::move(options.cache), options.now),
              options.pool,
              log_,
              options.lock)
    {
    }

    awaitable<answer> ask(docs_query q)
    {
        auto const self = shared_from_this();
        auto const count = static_cast<std::size_t>(std::max(q.max_passages, 1));
        auto key = key_of("passages", q.library, q.version, normalized(q.question));
        auto name = q.library;
        asking ask = [this, q = std::move(q)] { return passages(q); };
        auto const got = co_await get(std::move(key), std::move(ask));
        if (got.has_error())
            co_return got.error();
        auto out = passages_in(got->body);
        if (!out)
            co_return docs_error(docs_errc::protocol, "what was kept of " + name + " is damaged");
        if (out->size() > count)
            out->resize(count);
        for (auto& p : *out)
            if (!got->as_of.empty())
                p.as_of = got->as_of;
        co_return std::move(*out);
    }

    awaitable<found> resolve(std::string name, std::string text)
    {
        auto const self = shared_from_this();
        auto key = key_of("libraries", normalized(name), "", normalized(text));
        asking ask = [this, name, text] { return libraries(name, text); };
        auto got = co_await get(std::move(key), std::move(ask));
        if (got.has_error())
            co_return got.error();
        found_libraries out;
        out.text = std::move(got->body);
        out.as_of = std::move(got->as_of);
        co_return out;
    }

    std::string health() const
    {
        auto const name =
            client_.name() + " (" + mcp::sanitize_line(address_, shown_address) + ") ";
        if (auto const until = breaker_.rests(now_()); !until.empty())
            return name + "cannot be asked " + until;
        if (!asked_)
            return name + "was not asked yet";
        if (!failure_.empty())
            return name + "failed when it was asked last: " + failure_;
        auto const peer = client_.peer();
        return name + "answers: " + peer.substr(peer.rfind(' ') + 1) + ", " +
               (client_.era() == downstream_era::modern ? "2026-07-28" : "an older protocol");
    }

private:
    // A question that is being asked, by whoever waits for it.
    struct flight {
        explicit flight(asio::any_io_executor const& ex) : executor(ex), done(ex) {}
        asio::any_io_executor executor;
        std::optional<obtained> result;
        mcp::event done;
        asio::cancellation_signal cancel;
        int watchers = 0;
    };

    // The last one who stops waiting stops the request.
    class watcher {
    public:
        explicit watcher(std::shared_ptr<flight> f) : flight_(std::move(f)) { ++flight_->watchers; }
        watcher(watcher const&) = delete;
        watcher& operator=(watcher const&) = delete;
        ~watcher()
        {
            if (--flight_->watchers > 0 || flight_->result)
                return;
            // Emitted from outside the loop it is only queued, with a bare pointer to the signal's
            // memory: the flight has to last until then.
            flight_->cancel.emit(asio::cancellation_type::terminal);
            asio::post(flight_->executor, [f = flight_] {});
        }

    private:
        std::shared_ptr<flight> flight_;
    };

    // Where a library is found is not pinned: it may move.
    answer_key key_of(
        std::string_view what,
        std::string_view library,
        std::string_view version,
        std::string_view text) const
    {
        answer_key out;
        out.cached = cache_key({format, address_, service_, what, library, version, text});
        if (!text.empty())
            out.pinned = fmt::format(
                "{} {}{}{}: {}", what, library, version.empty() ? "" : "@", version, text);
        return out;
    }

    awaitable<obtained> get(answer_key key, asking ask)
    {
        auto const request = joined(key, std::move(ask));
        watcher const watching(request);
        while (!request->result)
            co_await request->done.wait();
        co_return *request->result;
    }

    std::shared_ptr<flight> joined(answer_key const& key, asking ask)
    {
        auto& slot = flights_[key.cached];
        if (slot && slot->watchers > 0)
            return slot;
        auto request = std::make_shared<flight>(executor_);
        slot = request;
        auto finished =
            [self = shared_from_this(), request, key](std::exception_ptr failure, obtained result) {
                self->landed(key.cached, *request, failure, std::move(result));
            };
        asio::co_spawn(
            executor_,
            fetch(key, std::move(ask)),
            asio::bind_cancellation_slot(request->cancel.slot(), std::move(finished)));
        return request;
    }

    void landed(
        std::string const& key, flight& request, std::exception_ptr const& failure, obtained result)
    {
        if (auto const known = flights_.find(key);
            known != flights_.end() && known->second.get() == &request)
            flights_.erase(known);
        if (failure)
            result = docs_error(docs_errc::unavailable, "the question to Context7 was cut short");
        request.result = std::move(result);
        request.done.notify();
    }

    // From what is kept, from the server, or from what is kept for too long.
    awaitable<obtained> fetch(answer_key key, asking ask)
    {
        auto const self = shared_from_this();
        auto kept = co_await find(key);
        fetched out;
        if (kept && kept->fresh) {
            out.body = std::move(kept->body);
            co_return out;
        }
        auto got = co_await asked(std::move(ask), kept.has_value());
        if (got.has_value()) {
            co_await keep(std::move(key), got->body, got->fresh_for);
            out.body = std::move(got->body);
            co_return out;
        }
        if (!kept || !nobody_answered(got.error().kind))
            co_return got.error();
        log_.info("an older answer is given: " + got.error().message);
        out.body = std::move(kept->body);
        out.as_of = iso_date(kept->stored);
        co_return out;
    }

    awaitable<reply> asked(asking ask, bool has_old)
    {
        reply got = docs_error();
        if (auto refused = breaker_.enter(now_())) {
            got = std::move(*refused);
            co_return got;
        }
        permit allowed(breaker_);
        bool waited = true;
        try {
            if (has_old)
                got = co_await mcp::with_timeout(ask(), patience_with_old);
            else
                got = co_await ask();
        } catch (boost::system::system_error const& e) {
            if (e.code() != asio::error::timed_out)
                throw;
            waited = false;
        }
        asked_ = true;
        if (!waited)
            got = docs_error(docs_errc::timed_out, "no answer within 6 s");
        allowed.tell(got, now_());
        failure_ = got.has_error() && nobody_answered(got.error().kind) ? got.error().message : "";
        co_return got;
    }

    awaitable<reply> passages(docs_query q)
    {
        auto const self = shared_from_this();
        auto const key = key_of("library", q.library, "", "");
        std::string before;
        if (!session_.found(q.library)) {
            auto const kept = co_await find(key);
            auto where = kept && kept->fresh ? place_in(kept->body) : std::nullopt;
            if (where)
                session_.remember(q.library, std::move(*where));
        }
        if (auto const* where = session_.found(q.library))
            before = written(*where);
        auto const got = co_await session_.ask(q);
        auto const* where = session_.found(q.library);
        auto const now = where ? written(*where) : std::string();
        if (got.has_error()) {
            // It may have moved: the next question searches for it.
            if (got.error().kind == docs_errc::not_found && where) {
                session_.forget(q.library);
                co_await keep(key, now, 0h);
            }
            co_return got.error();
        }
        if (where && now != before)
            co_await keep(key, now, library_time);
        answered out;
        out.body = written(*got);
        out.fresh_for = fresh_for(*got);
        co_return out;
    }

    awaitable<reply> libraries(std::string name, std::string text)
    {
        auto const self = shared_from_this();
        auto got = co_await session_.resolve(std::move(name), std::move(text));
        if (got.has_error())
            co_return got.error();
        answered out;
        out.body = std::move(*got);
        out.fresh_for = library_time;
        co_return out;
    }

    awaitable<std::optional<kept_answer>> find(answer_key key)
    {
        return kept_.find(std::move(key), kind_of_server(client_.peer()));
    }

    awaitable<void> keep(answer_key key, std::string body, std::chrono::hours fresh_for)
    {
        return kept_.keep(
            std::move(key), kind_of_server(client_.peer()), std::move(body), fresh_for);
    }

    asio::any_io_executor executor_;
    mcp::logger log_;
    std::string address_;
    std::string service_;
    mcp_client client_;
    context7_session session_;
    breaker breaker_;
    std::function<breaker::clock::time_point()> now_;
    kept_answers kept_;
    std::map<std::string, std::shared_ptr<flight>> flights_;
    bool asked_ = false;
    std::string failure_;  // of the last question
};

context7::context7(
    asio::any_io_executor ex,
    downstream_server server,
    knowledge const& known,
    mcp::logger log,
    context7_options options)
    : state_(std::make_shared<state>(
          std::move(ex), std::move(server), known, std::move(log), std::move(options)))
{
}

context7::~context7() = default;

awaitable<answer> context7::query(docs_query q)
{
    q.question = presentable(q.question);
    if (q.question.empty() || q.library.empty()) {
        auto refuse = []() -> awaitable<answer> {
            co_return docs_error(docs_errc::protocol, "a question needs a library and a text");
        };
        return refuse();
    }
    return state_->ask(std::move(q));
}

awaitable<found> context7::resolve(std::string name, std::string question)
{
    return state_->resolve(presentable(name), presentable(question));
}

std::string context7::health() const
{
    return state_->health();
}

}  // namespace agent
