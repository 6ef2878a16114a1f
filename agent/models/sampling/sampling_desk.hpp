#pragma once

// Where a run leaves what it wants to know of a client's model, and finds the answer: the run waits
// here, and whoever watches it for a client that samples takes the question there. A client that
// leaves takes nothing away: the question stays open for the next. On the loop's thread alone.
// Source: client/sampling, reference/model-apis.md 3.

#include "agent/model.hpp"
#include "protocol/input.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace agent {

class sampling_desk {
public:
    // `on_question` is told when there is one to be taken.
    sampling_desk(boost::asio::any_io_executor const& ex, std::function<void()> on_question);

    // Whether somebody may come who has a model to offer: not known of a run of an earlier time.
    bool offered = true;

    // For the run. Waits for the answer. Throws operation_aborted when cancelled.
    boost::asio::awaitable<boost::system::result<turn, model_error>>
    ask(model_request const& request, std::string_view hint);

    // For whoever watches: the open question, by its number in the run; 0: there is none.
    std::int64_t open() const { return number_; }
    // CreateMessageRequestParams of it. `tools`: the client samples with tools.
    boost::json::object params(bool tools) const;
    // Nothing happens where that question is no longer open. An answer that cannot be read is an
    // error of the model.
    void answer(std::int64_t number, mcp::CreateMessageResult const& result);
    void refuse(std::int64_t number, std::string const& why);

private:
    std::function<void()> on_question_;
    mcp::event answered_;
    std::int64_t number_ = 0;
    model_request const* request_ = nullptr;  // while it is open
    std::string hint_;
    std::optional<boost::system::result<turn, model_error>> came_;
};

}  // namespace agent
