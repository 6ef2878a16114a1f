#include "agent/http/curl_multi.hpp"

#include "agent/http/libcurl.hpp"
#include "agent/http/transfer.hpp"
#include "agent/small_file.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>

namespace agent {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using boost::system::error_code;

// Waits on a duplicate of libcurl's socket, because libcurl may close its own at any time. Handlers
// hold it weakly: once libcurl lets go of the socket, they do nothing.
struct curl_multi::watch {
    watch(asio::any_io_executor const& ex, int socket) : fd(ex, ::fcntl(socket, F_DUPFD_CLOEXEC, 0))
    {
    }

    stream_descriptor fd;
    int interest = 0;
    bool reading = false, writing = false;
};

curl_multi::curl_multi(asio::any_io_executor ex, std::string authorities, std::string library)
    : ex_(std::move(ex)),
      authorities_(std::move(authorities)),
      library_(std::move(library)),
      timer_(ex_)
{
}

curl_multi::~curl_multi()
{
    for (auto* left : transfers_)
        left->abandon();
    if (handle_)
        curl_->multi_cleanup(handle_);
}

std::optional<std::string> curl_multi::open()
{
    if (handle_)
        return std::nullopt;
    auto loaded = load_libcurl(library_);
    if (!loaded)
        return loaded.error();
    curl_ = std::make_unique<libcurl>(*loaded);
    if (auto unusable = read_authorities())
        return unusable;
    handle_ = curl_->multi_init();
    if (!handle_)
        return "libcurl is out of memory";
    curl_->multi_setopt(handle_, CURLMOPT_SOCKETFUNCTION, &curl_multi::on_socket);
    curl_->multi_setopt(handle_, CURLMOPT_SOCKETDATA, this);
    curl_->multi_setopt(handle_, CURLMOPT_TIMERFUNCTION, &curl_multi::on_timer);
    curl_->multi_setopt(handle_, CURLMOPT_TIMERDATA, this);
    return std::nullopt;
}

// libcurl trusts one file or one text of certificates: both, put together.
std::optional<std::string> curl_multi::read_authorities()
{
    constexpr std::size_t largest = 4 << 20;
    if (authorities_.empty())
        return std::nullopt;
    auto const own = read_small_file(authorities_, largest);
    if (!own)
        return "the certificates to trust cannot be read: " + authorities_ + " " + own.error();
    if (own->find("-----BEGIN") == own->npos)
        return "the certificates to trust cannot be read: " + authorities_ + " is no PEM file";
    std::string system;
    if (auto* const easy = curl_->easy_init()) {
        char const* file = nullptr;
        curl_->easy_getinfo(easy, CURLINFO_CAINFO, &file);
        if (file)
            if (auto known = read_small_file(file, largest))
                system = std::move(*known);
        curl_->easy_cleanup(easy);
    }
    trusted_ = system + "\n" + *own;
    return std::nullopt;
}

// Called by libcurl, which must not be driven from inside its callbacks: even 0 ms goes through the
// loop.
int curl_multi::on_timer(void* /*multi*/, long ms, void* data)
{
    auto& self = *static_cast<curl_multi*>(data);
    if (ms < 0) {
        self.timer_.cancel();
        return 0;
    }
    self.timer_.expires_after(std::chrono::milliseconds(ms));
    self.timer_.async_wait([&self, alive = std::weak_ptr(self.alive_)](error_code ec) {
        if (!ec && alive.lock())
            self.drive(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
}

int curl_multi::on_socket(void* /*easy*/, int socket, int what, void* data, void* /*unused*/)
{
    auto& self = *static_cast<curl_multi*>(data);
    if (what == CURL_POLL_REMOVE) {
        self.sockets_.erase(socket);
        return 0;
    }
    try {
        auto& watched = self.sockets_[socket];
        if (!watched)
            watched = std::make_shared<watch>(self.ex_, socket);
        watched->interest = what;
        self.arm(socket, watched);
        return 0;
    } catch (std::exception const&) {
        self.sockets_.erase(socket);  // no descriptor left: libcurl fails what it was doing
        return -1;
    }
}

void curl_multi::arm(int socket, std::shared_ptr<watch> const& watched)
{
    auto one = [&](bool watch::*busy, stream_descriptor::wait_type type, int poll, int flag) {
        if (!(watched->interest & poll) || (*watched).*busy)
            return;
        (*watched).*busy = true;
        auto ready = [this, socket, busy, flag, weak = std::weak_ptr(watched)](error_code ec) {
            if (auto w = weak.lock())
                (*w).*busy = false;
            else
                return;
            drive(socket, ec ? CURL_CSELECT_ERR : flag);
            if (auto w = weak.lock())
                arm(socket, w);
        };
        watched->fd.async_wait(type, std::move(ready));
    };
    one(&watch::reading, stream_descriptor::wait_read, CURL_POLL_IN, CURL_CSELECT_IN);
    one(&watch::writing, stream_descriptor::wait_write, CURL_POLL_OUT, CURL_CSELECT_OUT);
}

void curl_multi::drive(int socket, int flags)
{
    int running = 0;
    curl_->multi_socket_action(handle_, socket, flags, &running);
    int left = 0;
    while (CURLMsg const* message = curl_->multi_info_read(handle_, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        transfer* done = nullptr;
        curl_->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
        done->finished(message->data.result);
    }
}

}  // namespace agent
