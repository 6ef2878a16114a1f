#pragma once

// A streamed answer as it is put together, whatever API it comes from: pure, fed with the events of
// the response by whoever reads it (model_exchange.hpp).

#include "agent/model.hpp"
#include "protocol/sse.hpp"

#include <optional>

namespace agent {

class answer_stream {
public:
    virtual ~answer_stream() = default;

    // After an error or the answer's end, events change nothing.
    virtual void feed(mcp::sse_event const& event) = 0;

    // The response is over; what it held may be a whole answer all the same.
    virtual void close() {}

    virtual bool begun() const = 0;  // something of the answer is there
    virtual bool complete() const = 0;
    virtual std::optional<model_error> const& error() const = 0;
    virtual token_usage usage() const = 0;  // as far as it was said

    // Once it is complete.
    virtual turn result() const = 0;
};

}  // namespace agent
