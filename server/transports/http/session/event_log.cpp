#include "server/transports/http/session/event_log.hpp"

#include <algorithm>
#include <charconv>

namespace server {
namespace {

// What an event costs besides its text.
constexpr std::size_t overhead = sizeof(event_log::event) + 32;

template <class Number>
bool read(std::string_view text, Number& out)
{
    auto const* end = text.data() + text.size();
    auto const [at, ec] = std::from_chars(text.data(), end, out);
    return ec == std::errc() && at == end;
}

}  // namespace

std::string to_text(event_id id)
{
    return std::to_string(id.stream) + '-' + std::to_string(id.place);
}

std::optional<event_id> event_id_from(std::string_view text)
{
    event_id out;
    auto const dash = text.find('-');
    if (dash == std::string_view::npos || !read(text.substr(0, dash), out.stream) ||
        !read(text.substr(dash + 1), out.place))
        return std::nullopt;
    return out;
}

void event_log::add(event_id id, std::string_view json)
{
    auto const size = json.size() + overhead;
    while (!events_.empty() && (bytes_ + size > limit_ || *all_ + size > limit_of_all_))
        drop_oldest();
    if (size > limit_ || *all_ + size > limit_of_all_)
        return;
    events_.push_back({id, std::string(json)});
    bytes_ += size;
    *all_ += size;
}

void event_log::drop_oldest()
{
    auto const size = events_.front().json.size() + overhead;
    events_.pop_front();
    bytes_ -= size;
    *all_ -= size;
}

bool event_log::has_after(event_id id) const
{
    return std::ranges::any_of(events_, [id](event const& e) {
        return e.id.stream == id.stream && e.id.place > id.place;
    });
}

}  // namespace server
