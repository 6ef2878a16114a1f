#include "agent/rate_gate.hpp"

namespace agent {

using std::chrono::steady_clock;

rate_gate::ticket::~ticket()
{
    if (!gate_ || !ahead_)
        return;
    gate_->somebody_ahead_ = false;  // it came to nothing: the next one tries
    gate_->changed_.notify();
}

void rate_gate::ticket::refused(std::chrono::milliseconds wait)
{
    gate_->closed_ = true;
    gate_->until_ = std::max(gate_->until_, steady_clock::now() + wait);
    gate_->changed_.notify();
}

void rate_gate::ticket::served()
{
    if (!ahead_)
        return;  // it was on its way before the gate closed
    gate_->closed_ = false;
    gate_->changed_.notify();
}

steady_clock::duration rate_gate::left() const
{
    return closed_ ? until_ - steady_clock::now() : steady_clock::duration::zero();
}

boost::asio::awaitable<rate_gate::ticket> rate_gate::pass()
{
    while (closed_) {
        auto const wait = left();
        if (wait <= steady_clock::duration::zero()) {
            if (!somebody_ahead_) {
                somebody_ahead_ = true;
                co_return ticket(*this, true);
            }
            co_await changed_.wait();
        } else {
            co_await mcp::wait_for(changed_, wait);
        }
    }
    co_return ticket(*this, false);
}

}  // namespace agent
