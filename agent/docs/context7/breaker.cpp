#include "agent/docs/context7/breaker.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>
#include <utility>

namespace agent {

using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr seconds most_named = 24h;
constexpr std::size_t nearby = 24;  // characters between "try again" and its number

std::optional<seconds> unit_at(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    auto const letters =
        std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c); });
    auto const word = text.substr(0, static_cast<std::size_t>(letters - text.begin()));
    constexpr std::array<std::pair<std::string_view, int>, 4> units{
        {{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}}};
    if (word.empty())
        return seconds(1);
    if (word == "min" || word == "mins")
        return seconds(60);
    for (auto const& [name, length] : units)
        if (word == name.substr(0, 1) || word.starts_with(name.substr(0, 3)))
            return seconds(length);
    return std::nullopt;
}

std::optional<seconds> relative(std::string_view text)
{
    for (std::string_view const mark : {"try again", "retry", "resets in", "wait"})
        for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
            auto rest = text.substr(at + mark.size());
            auto const digit = rest.find_first_of("0123456789");
            if (digit == rest.npos || digit > nearby)
                continue;
            rest.remove_prefix(digit);
            long long count = 0;
            auto const [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
            rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
            auto const unit = unit_at(rest);
            // "2026-12-01" is no number of seconds.
            if (ec != std::errc() || !unit || rest.starts_with('-') || rest.starts_with(':'))
                continue;
            return seconds(std::min<long long>(count, 86400) * unit->count());
        }
    return std::nullopt;
}

std::optional<seconds> absolute(std::string_view text, breaker::clock::time_point now)
{
    for (auto at = text.find("20"); at != text.npos; at = text.find("20", at + 1)) {
        std::tm date{};
        std::string const copy(text.substr(at, 20));
        auto const* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M", &date);
        if (!end)
            continue;
        if (*end == ':')
            ::strptime(end, ":%S", &date);
        // In seconds: a clock of nanoseconds ends in 2262, and texts do not.
        auto const wait = ::timegm(&date) - breaker::clock::to_time_t(now);
        if (wait > 0)
            return seconds(wait);
    }
    return std::nullopt;
}

seconds doubled(seconds first, int times, seconds most)
{
    for (int i = 0; i < times && first < most; ++i)
        first *= 2;
    return std::min(first, most);
}

// "Access denied" is about one library, and no reason to leave the others alone.
bool about_the_key(docs_error const& why)
{
    return why.kind == docs_errc::authentication &&
           mcp::lower(why.message).find("access denied") == std::string::npos;
}

}  // namespace

std::optional<std::chrono::seconds>
named_wait(std::string_view text, std::chrono::system_clock::time_point now)
{
    auto const lower = mcp::lower(text);
    auto wait = relative(lower);
    if (!wait)
        wait = absolute(text, now);
    if (!wait || *wait <= 0s)
        return std::nullopt;
    return std::min(*wait, most_named);
}

std::string clock_time(breaker::clock::time_point time, breaker::clock::time_point now)
{
    auto const t = breaker::clock::to_time_t(time);
    auto const n = breaker::clock::to_time_t(now);
    std::tm then{}, today{};
    ::localtime_r(&t, &then);
    ::localtime_r(&n, &today);
    bool const same_day = then.tm_yday == today.tm_yday && then.tm_year == today.tm_year;
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), same_day ? "%H:%M" : "%Y-%m-%d %H:%M", &then);
    return text.data();
}

bool breaker::resting(clock::time_point now) const
{
    // A clock that was set back must not make it rest for a year.
    return why_ && since_ <= now && now < until_;
}

void breaker::open(docs_error const& why, clock::time_point now, clock::time_point until)
{
    why_ = why;
    since_ = now;
    until_ = until;
    trial_ = false;
    in_a_row_ = 0;
}

std::optional<docs_error> breaker::enter(clock::time_point now)
{
    if (!why_ || (!resting(now) && !std::exchange(trial_, true)))
        return std::nullopt;
    if (resting(now))
        return docs_error(
            why_->kind, "not asked, since " + clock_time(since_, now) + " and " + rests(now));
    return docs_error(
        why_->kind,
        "not asked while it is tried out whether it answers again; it failed at " +
            clock_time(since_, now) + ": " + why_->message);
}

std::string breaker::rests(clock::time_point now) const
{
    if (!resting(now))
        return {};
    auto const until =
        until_ == clock::time_point::max() ? "this program is restarted" : clock_time(until_, now);
    return "until " + until + ": " + why_->message;
}

void breaker::answered()
{
    *this = breaker(policy_);
}

void breaker::abandoned()
{
    trial_ = false;
}

void breaker::failed(docs_error const& why, clock::time_point now)
{
    bool const slow = why.kind == docs_errc::unavailable || why.kind == docs_errc::timed_out;
    bool const quota = why.kind == docs_errc::quota;
    if (!policy_.opens)
        return;
    if (resting(now) && !about_the_key(why))
        return;  // asked before the rest began
    if (about_the_key(why))
        return open(why, now, clock::time_point::max());
    if (quota) {
        auto const usual = doubled(policy_.quota, quotas_++, policy_.most_quota);
        return open(why, now, now + named_wait(why.message, now).value_or(usual));
    }
    // What is not ready yet says nothing about the others.
    if (why.kind == docs_errc::pending)
        return abandoned();
    if (!slow)
        return answered();
    bool const again = why_.has_value();
    if (++in_a_row_ >= policy_.failures || again)
        open(why, now, now + doubled(policy_.rest, rests_++, policy_.most_rest));
}

}  // namespace agent
