#include "server/transports/http/write_queue.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace server {

namespace asio = boost::asio;

namespace {

constexpr std::size_t bytes_kept = std::size_t(16) << 10;  // bytes that an idle connection keeps

}  // namespace

std::string& write_queue::bytes()
{
    if (waiting() == 0)
        took_ = std::chrono::steady_clock::now();
    return bytes_;
}

write_queue::outcome write_queue::send()
{
    while (sent_ < bytes_.size()) {
        boost::system::error_code ec;
        auto const rest = asio::buffer(bytes_.data() + sent_, bytes_.size() - sent_);
        auto const n = socket_.write_some(rest, ec);
        if (ec == asio::error::would_block || ec == asio::error::try_again) {
            if (sent_ > bytes_kept) {
                bytes_.erase(0, sent_);
                sent_ = 0;
            }
            return outcome::waits;
        }
        if (ec)
            return outcome::broken;
        sent_ += n;
        took_ = std::chrono::steady_clock::now();
    }
    drop();
    return outcome::all_sent;
}

void write_queue::drop()
{
    bytes_.clear();
    sent_ = 0;
    if (bytes_.capacity() > bytes_kept)
        bytes_.shrink_to_fit();
}

}  // namespace server
