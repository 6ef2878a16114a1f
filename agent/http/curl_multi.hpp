#pragma once

// Drives libcurl's multi interface from the loop: its sockets and its one timer. One per program,
// handed down by reference; transfers that are under way at its end are broken off.
// Single-threaded, as the loop is. Source: libcurl-multi(3), reference/style-anchors 2.3. CURLM and
// CURL are void in libcurl's own headers, so that this one needs none of them.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace agent {

struct libcurl;
class transfer;

class curl_multi {
public:
    // Nothing is loaded before the first transfer. `authorities`: a PEM file of certificates to
    // trust beside the system's, as a company's own are; empty: none.
    explicit curl_multi(
        boost::asio::any_io_executor ex,
        std::string authorities = {},
        std::string library = "libcurl.so.4");
    ~curl_multi();
    curl_multi(curl_multi const&) = delete;
    curl_multi& operator=(curl_multi const&) = delete;

    boost::asio::any_io_executor get_executor() const { return ex_; }

    // Sockets that are being waited on; idle connections of the pool are not.
    std::size_t watched() const { return sockets_.size(); }

private:
    friend class transfer;
    struct watch;

    // Loads libcurl unless that has been done. Why it cannot be used, or nothing.
    std::optional<std::string> open();
    std::optional<std::string> read_authorities();
    void drive(int socket, int flags);
    void arm(int socket, std::shared_ptr<watch> const& watched);
    static int on_timer(void* multi, long ms, void* data);
    static int on_socket(void* easy, int socket, int what, void* data, void* unused);

    boost::asio::any_io_executor ex_;
    std::string authorities_;  // the file
    std::string trusted_;      // where there is such a file: its certificates and the system's
    std::string library_;
    std::unique_ptr<libcurl> curl_;
    void* handle_ = nullptr;
    boost::asio::steady_timer timer_;
    std::unordered_map<int, std::shared_ptr<watch>> sockets_;
    std::unordered_set<transfer*> transfers_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace agent
