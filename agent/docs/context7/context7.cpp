#include "agent/docs/context7/context7.hpp"

#include "agent/docs/context7/session.hpp"
#include "agent/downstream/process/node_path.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;
using answer = boost::system::result<std::vector<passage>, docs_error>;

namespace {

constexpr std::size_t max_answers = 256;

using question_key = std::tuple<std::string, std::string, std::string>;

// One line, single spaces, no keys.
std::string presentable(std::string_view question)
{
    std::string text;
    for (char const c : mcp::redactor()(mcp::sanitize(question))) {
        bool const space = c == ' ' || c == '\n' || c == '\t';
        if (!space)
            text += c;
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
    }
    if (text.ends_with(' '))
        text.pop_back();
    return text;
}

answer first_of(std::vector<passage> passages, int count)
{
    auto const wanted = static_cast<std::size_t>(std::max(count, 1));
    if (passages.size() > wanted)
        passages.resize(wanted);
    return passages;
}

}  // namespace

// Held by the requests under way, which outlive whoever asked.
class context7::state : public std::enable_shared_from_this<state> {
public:
    state(
        asio::any_io_executor ex,
        downstream_server server,
        knowledge const& known,
        mcp::logger log,
        std::chrono::milliseconds limit)
        : executor_(ex),
          client_(ex, std::move(server), std::move(log)),
          session_(client_, known, limit)
    {
    }

    awaitable<answer> ask(docs_query q)
    {
        auto const self = shared_from_this();
        question_key const key(q.library, q.version, q.question);
        if (auto const kept = answers_.find(key); kept != answers_.end())
            co_return first_of(kept->second, q.max_passages);
        auto const count = q.max_passages;
        auto const request = joined(key, std::move(q));
        watcher const watching(request);
        while (!request->outcome)
            co_await request->done.wait();
        if (request->outcome->has_error())
            co_return request->outcome->error();
        co_return first_of(**request->outcome, count);
    }

private:
    // A question that is being asked, by whoever waits for it.
    struct flight {
        explicit flight(asio::any_io_executor const& ex) : executor(ex), done(ex) {}
        asio::any_io_executor executor;
        std::optional<answer> outcome;
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
            if (--flight_->watchers > 0 || flight_->outcome)
                return;
            // Emitted from outside the loop it is only queued, with a bare pointer to the signal's
            // memory: the flight has to last until then.
            flight_->cancel.emit(asio::cancellation_type::terminal);
            asio::post(flight_->executor, [f = flight_] {});
        }

    private:
        std::shared_ptr<flight> flight_;
    };

    std::shared_ptr<flight> joined(question_key const& key, docs_query q)
    {
        auto& slot = flights_[key];
        if (slot && slot->watchers > 0)
            return slot;
        auto request = std::make_shared<flight>(executor_);
        slot = request;
        auto finished =
            [self = shared_from_this(), request, key](std::exception_ptr failure, answer outcome) {
                self->landed(key, *request, failure, std::move(outcome));
            };
        asio::co_spawn(
            executor_,
            session_.ask(std::move(q)),
            asio::bind_cancellation_slot(request->cancel.slot(), std::move(finished)));
        return request;
    }

    void landed(
        question_key const& key, flight& request, std::exception_ptr const& failure, answer outcome)
    {
        if (auto const found = flights_.find(key);
            found != flights_.end() && found->second.get() == &request)
            flights_.erase(found);
        if (failure)
            outcome = docs_error(docs_errc::unavailable, "the question to Context7 was cut short");
        else if (outcome.has_value())
            keep(key, *outcome);
        request.outcome = std::move(outcome);
        request.done.notify();
    }

    void keep(question_key const& key, std::vector<passage> const& passages)
    {
        if (!answers_.insert_or_assign(key, passages).second)
            return;
        order_.push_back(key);
        if (order_.size() > max_answers) {
            answers_.erase(order_.front());
            order_.pop_front();
        }
    }

    asio::any_io_executor executor_;
    mcp_client client_;
    context7_session session_;
    std::map<question_key, std::shared_ptr<flight>> flights_;
    std::map<question_key, std::vector<passage>> answers_;
    std::deque<question_key> order_;  // of the answers, oldest first
};

context7::context7(
    asio::any_io_executor ex,
    downstream_server server,
    knowledge const& known,
    mcp::logger log,
    std::chrono::milliseconds limit)
    : state_(
          std::make_shared<state>(std::move(ex), std::move(server), known, std::move(log), limit))
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

downstream_server context7_at(std::string url, std::string const& key, curl_multi& transfers)
{
    constexpr std::string_view hosted = "https://mcp.context7.com";
    auto const rest = url.starts_with(hosted) ? url.substr(hosted.size()) : std::string("?");
    downstream_server out;
    out.name = "Context7";
    // It runs already: there is nothing to download first.
    out.probe_limit = std::chrono::seconds(10);
    out.start_limit = std::chrono::seconds(10);
    out.endpoint.emplace();
    // Not a longer name that only begins like it.
    if (!key.empty() && (rest.empty() || rest.front() == '/'))
        out.endpoint->headers.emplace_back("Authorization", "Bearer " + key);
    out.endpoint->url = std::move(url);
    out.endpoint->transfers = &transfers;
    return out;
}

std::vector<std::string> context7_environment(char const* const* environment)
{
    constexpr std::array<std::string_view, 12> names{
        "HOME",
        "TMPDIR",
        "LANG",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "NO_PROXY",
        "no_proxy",
        "NODE_EXTRA_CA_CERTS",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR"};
    std::vector<std::string> kept;
    std::string path;
    std::string home;
    for (; environment && *environment; ++environment) {
        std::string_view const entry = *environment;
        auto const name = entry.substr(0, entry.find('='));
        if (name == "HOME")
            home = entry.substr(entry.find('=') + 1);
        if (name == "PATH") {
            path = entry.substr(entry.find('=') + 1);
            continue;
        }
        if (entry.starts_with("CONTEXT7_") ||
            std::find(names.begin(), names.end(), name) != names.end())
            kept.emplace_back(entry);
    }
    kept.push_back("PATH=" + path_with_node(std::move(path), home));
    return kept;
}

}  // namespace agent
