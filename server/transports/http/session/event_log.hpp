#pragma once

// The events of one legacy session, kept for a client that lost its connection and comes back with
// Last-Event-ID (basic/transports of 2025-11-25, Resumability). Bounded in bytes, for the session
// and for all together: the oldest go first, and what is larger than that is not kept.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace server {

// Unique in its session, and says on which stream the event was: "3-17".
struct event_id {
    std::uint32_t stream = 0;
    std::uint64_t place = 0;  // on the stream; 0 is before the first

    auto operator<=>(event_id const&) const = default;
};

std::string to_text(event_id id);
std::optional<event_id> event_id_from(std::string_view text);

class event_log {
public:
    struct event {
        event_id id;
        std::string json;
    };

    // `all`: the bytes of every log that shares it.
    event_log(std::size_t limit, std::shared_ptr<std::size_t> all, std::size_t limit_of_all)
        : limit_(limit), all_(std::move(all)), limit_of_all_(limit_of_all)
    {
    }
    event_log(event_log const&) = delete;
    event_log& operator=(event_log const&) = delete;
    ~event_log() { *all_ -= bytes_; }

    void add(event_id id, std::string_view json);

    // Whether there is anything of that stream after that place, and each of it.
    bool has_after(event_id id) const;
    template <class F>
    void each_after(event_id id, F take) const
    {
        for (auto const& e : events_)
            if (e.id.stream == id.stream && e.id.place > id.place)
                take(e);
    }

    std::size_t bytes() const { return bytes_; }

private:
    void drop_oldest();

    std::size_t limit_;
    std::shared_ptr<std::size_t> all_;
    std::size_t limit_of_all_;
    std::size_t bytes_ = 0;
    std::deque<event> events_;
};

}  // namespace server
