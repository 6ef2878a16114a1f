#include "server/transports/http/session/sessions.hpp"

#include "server/transports/http/endpoint.hpp"
#include "server/transports/http/session/session.hpp"

#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <sys/random.h>
#include <vector>

namespace server {
namespace {

std::string random_id()
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, 16> bytes{};
    // Up to 256 bytes come whole, or not at all.
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw boost::system::system_error(errno, boost::system::system_category(), "getrandom");
    std::string out;
    for (auto const b : bytes) {
        out += digits[b >> 4];
        out += digits[b & 15];
    }
    return out;
}

}  // namespace

http_sessions::http_sessions(http_endpoint& endpoint) : endpoint_(endpoint) {}

http_sessions::~http_sessions() = default;

std::shared_ptr<http_session> http_sessions::prepare(std::string_view principal, time_point now)
{
    if (!make_room(now))
        return nullptr;
    auto out =
        std::make_shared<http_session>(endpoint_, random_id(), std::string(principal), logged_);
    out->use(now);
    return out;
}

void http_sessions::open(std::shared_ptr<http_session> session)
{
    auto id = session->id();
    open_.emplace(std::move(id), std::move(session));
}

std::shared_ptr<http_session> http_sessions::passing(std::string_view principal)
{
    return std::make_shared<http_session>(endpoint_, "", std::string(principal), logged_);
}

std::shared_ptr<http_session>
http_sessions::find(std::string_view id, std::string_view principal) const
{
    auto const found = open_.find(std::string(id));
    if (found == open_.end() || found->second->state().principal() != principal)
        return nullptr;
    return found->second;
}

void http_sessions::end(std::string const& id)
{
    if (auto const node = open_.extract(id))
        node.mapped()->end();
}

void http_sessions::end_all()
{
    auto const all = std::exchange(open_, {});
    for (auto const& [id, session] : all)
        session->end();
}

bool http_sessions::make_room(time_point now)
{
    auto const& limits = endpoint_.limits();
    if (open_.size() < limits.sessions)
        return true;
    auto oldest = open_.end();
    for (auto it = open_.begin(); it != open_.end(); ++it)
        if (!it->second->is_busy() && now - it->second->used() >= limits.session_spared &&
            (oldest == open_.end() || it->second->used() < oldest->second->used()))
            oldest = it;
    if (oldest == open_.end())
        return false;
    end(std::string(oldest->first));
    return true;
}

void http_sessions::tick(time_point now)
{
    std::vector<std::string> expired;
    for (auto const& [id, session] : open_)
        if (now - session->used() >= endpoint_.limits().session_idle)
            expired.push_back(id);
    for (auto const& id : expired)
        end(id);
}

}  // namespace server
