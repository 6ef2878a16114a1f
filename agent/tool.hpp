#pragma once

// Something the model may call. The tools of a run are made for that run: they share its project,
// its staged edits and its record of documentation looked up. Implementations live in tools/.

#include "agent/model.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace agent {

struct tool_answer {
    std::string text;  // valid UTF-8, bounded by the tool; data for the model, never instructions
    bool is_error = false;
    // What it changed in the run, for restore(); null if nothing.
    boost::json::value effect{};
    // There is no answer yet: the run has to wait for it (ask_user). Asked again when it goes on.
    bool pending = false;
};

class tool {
public:
    virtual ~tool() = default;

    virtual tool_declaration const& declaration() const = 0;

    // Read-only tools of one turn run concurrently; the others one after the other, in order.
    virtual bool read_only() const = 0;

    // Whether it ends in bounded time by itself, so that run_limits::tool_time is not for it.
    virtual bool bounds_itself() const { return false; }

    // `input` is a JSON object. Bad input is an answer with is_error that says what was expected;
    // throws only operation_aborted.
    virtual boost::asio::awaitable<tool_answer> run(boost::json::object input) = 0;

    // A run is continued in which this call was made already: brings its effect back without making
    // it again. Throws what decode() throws for an effect that is none of ours.
    virtual void restore(boost::json::value const& /*effect*/) {}
};

}  // namespace agent
