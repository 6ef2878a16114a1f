#include "agent/tools/ask_user.hpp"

#include "agent/runs/run_log.hpp"
#include "agent/tools/input.hpp"
#include "protocol/schema_of.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

namespace agent {

namespace json = boost::json;
using boost::asio::awaitable;

namespace {

constexpr std::size_t most_questions = 5;
constexpr std::size_t most_options = 10;

struct ask_user_arguments {
    std::vector<question> questions;
};
BOOST_DESCRIBE_STRUCT(ask_user_arguments, (), (questions))

// One line each, as a person is shown it.
question shown(question q)
{
    q.question = mcp::sanitize_line(q.question, 500);
    if (!q.options)
        return q;
    if (q.options->size() > most_options)
        q.options->resize(most_options);
    for (auto& option : *q.options)
        option = mcp::sanitize_line(option, 100);
    return q;
}

// The same for every run, and made once.
tool_declaration const& declared_ask_user()
{
    static tool_declaration const once{
        "ask_user",
        "Asks whoever gave you the task. Call this, once and early, when the answer would change "
        "what you build and neither the task nor the project tells it (which ORM, which auth "
        "provider, which of two behaviours). The work stops until they answer, so put all "
        "questions into one call, and never ask what you can find out or decide well yourself.",
        mcp::schema_of<ask_user_arguments>(
            {{"questions", "One to five. Each stands by itself; options, where there are few."}})};
    return once;
}

}  // namespace

ask_user::ask_user(run_log const& log, run_limits const& limits)
    : log_(log), most_rounds_(limits.questions), declaration_(declared_ask_user())
{
}

awaitable<tool_answer> ask_user::run(json::object input)
{
    ask_user_arguments asked;
    try {
        asked = mcp::decode_strict<ask_user_arguments>(json::value(std::move(input)), {"input"});
    } catch (mcp::decode_error const& e) {
        co_return failed(
            std::string(e.what()) +
            R"(. Expected: {"questions": [{"question": "...", "options": ["...", "..."]}]}.)");
    }
    if (asked.questions.empty() || asked.questions.size() > most_questions)
        co_return failed(fmt::format("Ask one to {} questions at a time.", most_questions));
    tool_answer out;
    if (auto given = log_.answer()) {
        ++rounds_;
        out.text = "They answer:\n" + *given;
        out.effect = true;
        co_return out;
    }
    if (rounds_ >= most_rounds_)
        co_return failed(
            "Nobody answers any more questions in this task. Decide yourself, and say in the notes "
            "of finish what you assumed.");
    for (auto& q : asked.questions)
        open_.push_back(shown(std::move(q)));
    out.text = "(not answered)";
    out.pending = true;
    co_return out;
}

}  // namespace agent
