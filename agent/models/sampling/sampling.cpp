#include "agent/models/sampling/sampling.hpp"

#include <chrono>

namespace agent {

using boost::asio::awaitable;
using boost::system::result;

namespace {

// A person may have to agree first. Who never comes back must not keep others from working.
constexpr auto longest_wait = std::chrono::minutes(10);

}  // namespace

awaitable<result<turn, model_error>> sampling::complete(model_request request, text_sink)
{
    try {
        co_return co_await mcp::with_timeout(desk_.ask(request, hint_), longest_wait);
    } catch (boost::system::system_error const& e) {
        if (e.code() != boost::asio::error::timed_out)
            throw;
    }
    co_return model_error(
        model_errc::timed_out, "The client's model did not answer within 10 minutes.");
}

}  // namespace agent
