#include "agent/runs/run_log.hpp"
#include "agent/tools/ask_user.hpp"
#include "tests/support.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace ask_user_test {

using boost::asio::awaitable;

namespace {

agent::tool_answer ask(agent::ask_user& tool, std::string const& input)
{
    agent::tool_answer out;
    test::run([](agent::ask_user& t, std::string text, agent::tool_answer& o) -> awaitable<void> {
        auto object = boost::json::parse(text).as_object();
        o = co_await t.run(std::move(object));
    }(tool, input, out));
    return out;
}

std::string const two =
    R"({"questions":[{"question":"Which ORM?","options":["drizzle","prisma"]},{"question":"Who\nmay?"}]})";

}  // namespace

TEST_CASE("a question has no answer yet, and waits for one")
{
    agent::run_log const log;
    agent::ask_user tool(log, agent::run_limits());
    auto const answer = ask(tool, two);
    CHECK(answer.pending);
    CHECK(!answer.is_error);
    REQUIRE(tool.open().size() == 2);
    CHECK(tool.open()[0].options->at(1) == "prisma");
    CHECK(tool.open()[1].question.find('\n') == std::string::npos);
}

TEST_CASE("questions are counted in rounds, and after the last the model decides")
{
    agent::run_log const log;
    agent::run_limits limits;
    limits.questions = 1;
    agent::ask_user tool(log, limits);
    tool.restore(true);
    auto const answer = ask(tool, two);
    CHECK(answer.is_error);
    CHECK(answer.text.find("Decide yourself") != std::string::npos);
    CHECK(tool.open().empty());
}

TEST_CASE("what asks nothing, or too much, is told what is expected")
{
    agent::run_log const log;
    agent::ask_user tool(log, agent::run_limits());
    for (auto const* input :
         {"{}",
          R"({"questions":[]})",
          R"({"questions":"which?"})",
          R"({"questions":[{"options":[]}]})"})
        CHECK(ask(tool, input).is_error);
    CHECK(tool.open().empty());
}

}  // namespace ask_user_test
