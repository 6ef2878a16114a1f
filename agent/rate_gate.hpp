#pragma once

// Holds the requests of one credential back while its provider asks to wait, so that one refusal is
// enough for all runs that share the credential (model-apis 6.2 item 32). When the time is up, one
// request goes ahead; the others follow once it was served.

#include "protocol/rpc/async.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace agent {

class rate_gate {
public:
    explicit rate_gate(boost::asio::any_io_executor const& ex) : changed_(ex) {}
    rate_gate(rate_gate const&) = delete;
    rate_gate& operator=(rate_gate const&) = delete;

    // Of one request. Given back when it is over, whatever it came to.
    class ticket {
    public:
        ticket(rate_gate& gate, bool ahead) : gate_(&gate), ahead_(ahead) {}
        ticket(ticket&& other) noexcept
            : gate_(std::exchange(other.gate_, nullptr)), ahead_(other.ahead_)
        {
        }
        ticket& operator=(ticket&&) = delete;
        ~ticket();

        // The provider asks to wait. The longest wait of all requests counts.
        void refused(std::chrono::milliseconds wait);
        void served();

    private:
        rate_gate* gate_;
        bool ahead_;  // of the others
    };

    // How long it stays closed; zero or less: it is open, or one request is ahead.
    std::chrono::steady_clock::duration left() const;
    bool closed() const { return closed_; }

    // Returns when a request may be made. Throws operation_aborted when cancelled.
    boost::asio::awaitable<ticket> pass();

private:
    bool closed_ = false;
    bool somebody_ahead_ = false;
    std::chrono::steady_clock::time_point until_{};
    mcp::event changed_;
};

}  // namespace agent
