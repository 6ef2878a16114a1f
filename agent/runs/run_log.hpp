#pragma once

// What a run has done so far, and where it writes down what it does next. The engineer, the loop
// and the toolbox take every answer of the outside world from here before they ask for it: a run
// that was interrupted, or that goes on with another task, goes its recorded way again without
// asking a model or running a tool, and from there on for real. So there is one way through a run,
// and the conversation that a model sees again is the one it saw, byte for byte.
//
// A record is durable before its writer returns, and only then is the next step begun.

#include "agent/conversation.hpp"
#include "agent/docs/lookups.hpp"
#include "agent/toolbox.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/json/value.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace agent {

// Everything that was found out before the first turn.
struct opened_record {
    static constexpr std::string_view kind = "opened";
    std::string project;  // its folder; empty: without one
    std::string package_manager;
    std::string model;
    std::vector<std::string> system;
    std::string first_message;
    std::vector<lookup> documentation;
};
BOOST_DESCRIBE_STRUCT(
    opened_record, (), (project, package_manager, model, system, first_message, documentation))

struct turn_record {
    static constexpr std::string_view kind = "turn";
    turn answer;
    std::string note;                // of the tool results that this turn answers
    int retries = 0;                 // of the run, up to here
    token_usage lost;                // on broken answers, up to here
    std::int64_t time_ms = 0;        // that the run has worked, up to here
    std::optional<double> cost_usd;  // of this turn, as it was estimated then
    // Why the models before the one that answered are not used any more.
    std::optional<std::vector<std::string>> fallbacks;
};
BOOST_DESCRIBE_STRUCT(turn_record, (), (answer, note, retries, lost, time_ms, cost_usd, fallbacks))

struct tool_record {
    static constexpr std::string_view kind = "tool";
    std::size_t call = 0;  // which of its turn, from 0
    tool_outcome outcome;
    tool_report report;
    boost::json::value effect;
};
BOOST_DESCRIBE_STRUCT(tool_record, (), (call, outcome, report, effect))

// To the questions of the turn before it.
struct answer_record {
    static constexpr std::string_view kind = "answer";
    std::string text;
};
BOOST_DESCRIBE_STRUCT(answer_record, (), (text))

// Said to a run that had ended.
struct follow_up_record {
    static constexpr std::string_view kind = "follow_up";
    std::string task;
};
BOOST_DESCRIBE_STRUCT(follow_up_record, (), (task))

class run_log {
public:
    // Returns when it is durable. `payload` is JSON.
    using writer =
        std::function<boost::asio::awaitable<void>(std::string_view kind, std::string payload)>;

    // A run that nobody remembers.
    run_log() = default;
    explicit run_log(writer write) : write_(std::move(write)) {}

    // For each record of an earlier time, in order. Throws decode_error for what is not one.
    void recall(std::string_view kind, std::string_view payload);

    // Taken in the order in which a run meets them; nothing where it is on its own.
    std::optional<opened_record> opened();
    std::optional<turn_record> next_turn();
    std::optional<tool_record> tool(std::size_t call);  // of the turn taken last
    std::optional<std::string> answer() const;          // to the questions of that turn
    std::optional<std::string> follow_up();             // what comes next is this

    // Whether what comes next was done already.
    bool recalls() const { return !ahead_.empty(); }

    template <class Record>
    boost::asio::awaitable<void> write(Record const& record);

private:
    struct recorded_turn {
        turn_record turn;
        std::map<std::size_t, tool_record> tools;
        std::optional<answer_record> answer;
    };

    writer write_;
    std::optional<opened_record> opened_;
    std::deque<std::variant<recorded_turn, follow_up_record>> ahead_;
    recorded_turn last_;
};

extern template boost::asio::awaitable<void> run_log::write(opened_record const&);
extern template boost::asio::awaitable<void> run_log::write(turn_record const&);
extern template boost::asio::awaitable<void> run_log::write(tool_record const&);

// As the log reads them back: {kind, JSON}.
std::pair<std::string_view, std::string> encoded(answer_record const& record);
std::pair<std::string_view, std::string> encoded(follow_up_record const& record);

}  // namespace agent
