#include "agent/docs/lookups.hpp"

#include "protocol/rpc/async.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace agent {

using boost::asio::awaitable;

lookups::lookups(
    std::vector<documentation*> sources,
    std::function<std::string(std::string_view)> installed,
    std::chrono::steady_clock::duration limit)
    : sources_(std::move(sources)), installed_(std::move(installed)), limit_(limit)
{
}

awaitable<lookup> lookups::ask_one(documentation& source, docs_query q)
{
    lookup out;
    try {
        auto answer = co_await mcp::with_timeout(source.query(q), limit_);
        if (answer)
            out.passages = std::move(*answer);
        else if (auto error = answer.error(); error.kind != docs_errc::not_found)
            out.failures.push_back({std::string(source.name()), std::move(error)});
    } catch (boost::system::system_error const& e) {
        if (e.code() != boost::asio::error::timed_out)
            throw;
        auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(limit_).count();
        out.failures.push_back(
            {std::string(source.name()),
             {docs_errc::timed_out, "no answer within " + std::to_string(seconds) + " s"}});
    }
    co_return out;
}

awaitable<lookup> lookups::look_up(std::string library, std::string question, int max_passages)
{
    auto const known = std::ranges::find_if(all_, [&](lookup const& l) {
        return l.library == library && l.question == question && l.failures.empty();
    });
    if (known != all_.end())
        co_return *known;

    docs_query q(library, question, installed_ ? installed_(library) : std::string(), max_passages);
    std::vector<awaitable<lookup>> asked;
    for (auto* source : sources_)
        asked.push_back(ask_one(*source, q));
    auto answers = co_await mcp::when_all(std::move(asked));

    lookup out;
    out.library = std::move(library);
    out.question = std::move(question);
    for (auto& answer : answers) {
        std::ranges::move(answer.passages, std::back_inserter(out.passages));
        std::ranges::move(answer.failures, std::back_inserter(out.failures));
    }
    all_.push_back(out);
    co_return out;
}

bool lookups::covers(std::string_view package, knowledge const& known) const
{
    return std::ranges::any_of(
        all_, [&](lookup const& l) { return known.documents(l.library, package); });
}

std::vector<passage> best_passages(std::vector<lookup> const& from, std::size_t bytes)
{
    std::vector<passage> out;
    std::set<std::pair<std::string, std::string>> seen;
    std::size_t deepest = 0;
    for (auto const& l : from)
        deepest = std::max(deepest, l.passages.size());
    for (std::size_t rank = 0; rank < deepest; ++rank)
        for (auto const& l : from) {
            if (rank >= l.passages.size())
                continue;
            auto const& p = l.passages[rank];
            if (p.text.size() > bytes || !seen.emplace(p.source, p.title).second)
                continue;
            bytes -= p.text.size();
            out.push_back(p);
        }
    return out;
}

std::vector<docs_failure> unique_failures(std::vector<lookup> const& from)
{
    std::vector<docs_failure> out;
    std::set<std::pair<std::string, std::string>> seen;
    for (auto const& l : from)
        for (auto const& f : l.failures)
            if (seen.emplace(f.origin, f.error.message).second)
                out.push_back(f);
    return out;
}

}  // namespace agent
