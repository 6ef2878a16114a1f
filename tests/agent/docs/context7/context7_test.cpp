#include "agent/docs/context7/context7.hpp"
#include "agent/http/curl_multi.hpp"
#include "tests/agent/docs/context7/journal_server.hpp"

#include <doctest/doctest.h>

namespace context7_test {

namespace asio = boost::asio;
using namespace agent;
using namespace std::chrono_literals;
using asio::awaitable;
using test::answer;
using test::found;
using test::server_with_journal;
using test::told;

namespace {

template <class Body>
void with_docs(server_with_journal const& fake, Body body)
{
    test::run([](downstream_server started, Body& body) -> awaitable<void> {
        context7_options options;
        options.rest.opens = false;
        context7 docs(
            co_await asio::this_coro::executor,
            std::move(started),
            knowledge(),
            mcp::logger(),
            options);
        co_await body(docs);
    }(fake.server, body));
}

}  // namespace

TEST_CASE("a known library is asked for the installed version, without a search")
{
    server_with_journal fake("*/vercel/next.js/v16.4.6*) " + found("v16.4.6"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        docs_query q("next", "caching", "16.4.6", 1);
        auto const a = co_await docs.query(std::move(q));
        REQUIRE(a.has_value());
        REQUIRE(a->size() == 1);
        CHECK(a->at(0).title == "Title");
        CHECK(a->at(0).text == "Body");
        CHECK(a->at(0).source == "https://github.com/o/r/blob/v16.4.6/docs/x.mdx");
        CHECK(a->at(0).library == "next");
        CHECK(a->at(0).version == "16.4.6");
        CHECK(a->at(0).origin == "Context7");
    });
    CHECK(fake.asked() == "/vercel/next.js/v16.4.6");
}

TEST_CASE("a version that is not there gives way to the nearest one, which is remembered")
{
    server_with_journal fake(
        R"(*next.js/v16.4.6*) text 'Tag \"v16.4.6\" not found for library \"/vercel/next.js\". Available tags: v15.1.8, v16.1.6';;
*next.js/v16.1.6*) )" +
        found("v16.1.6"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        docs_query q("next", "caching", "16.4.6");
        CHECK(told(co_await docs.query(q)) == "Title 16.1.6");
        q.question = "cookies";
        CHECK(told(co_await docs.query(q)) == "Title 16.1.6");
    });
    CHECK(
        fake.asked() == "/vercel/next.js/v16.4.6 /vercel/next.js/v16.1.6 /vercel/next.js/v16.1.6");
}

TEST_CASE("where no version is near, the library is asked without one")
{
    server_with_journal fake(
        R"(*next.js/v16.4.6*) text 'Tag \"v16.4.6\" not found for library \"/vercel/next.js\". Available tags: v13.1.0';;
*next.js*) )" +
        found("canary"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        docs_query q("next", "caching", "16.4.6");
        CHECK(told(co_await docs.query(std::move(q))) == "Title canary");
    });
}

TEST_CASE("an unknown package is searched for, and the version chosen among those it has")
{
    server_with_journal fake(
        R"(*resolve-library-id*) text 'Available Libraries:\n\n- Title: Arctic Rescue\n- Context7-compatible library ID: /games/rescue\n- Source Reputation: High\n----------\n- Title: Arctic\n- Context7-compatible library ID: /pilcrow/arctic\n- Code Snippets: 20\n- Versions: v2.0.0, v3.7.0';;
*/pilcrow/arctic/v3.7.0*) )" +
        found("v3.7.0"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        docs_query q("arctic", "google", "3.7.2");
        CHECK(told(co_await docs.query(std::move(q))) == "Title 3.7.0");
        docs_query again("arctic", "github", "3.7.2");
        CHECK(told(co_await docs.query(std::move(again))) == "Title 3.7.0");
    });
    CHECK(fake.asked() == "arctic /pilcrow/arctic/v3.7.0 /pilcrow/arctic/v3.7.0");
}

TEST_CASE(
    "a package that the search does not know is not answered with another one's documentation")
{
    server_with_journal fake(
        R"(*resolve-library-id*) text 'Available Libraries:\n\n- Title: Something Else\n- Context7-compatible library ID: /some/thing\n- Source Reputation: High';;
)");
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        auto const a = co_await docs.query(docs_query("left-pad", "padding"));
        REQUIRE(a.has_error());
        CHECK(a.error().kind == docs_errc::not_found);
        CHECK(a.error().message.find("left-pad") != std::string::npos);
    });
}

TEST_CASE("a redirect is followed once, with the version")
{
    server_with_journal fake(
        R"(*/colinhacks/zod*) text 'Library /colinhacks/zod has been redirected to this library: /zod/zod.';;
*/zod/zod/v4.6.7*) )" +
        found("v4.6.7"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        docs_query q("zod", "email", "4.6.7");
        CHECK(told(co_await docs.query(std::move(q))) == "Title 4.6.7");
    });
    server_with_journal loop(
        R"(*query-docs*) text 'Library /a/b has been redirected to this library: /a/b.';;
)");
    with_docs(loop, [](context7& docs) -> awaitable<void> {
        auto const a = co_await docs.query(docs_query("zod", "email"));
        REQUIRE(a.has_error());
        CHECK(a.error().kind == docs_errc::not_found);
    });
    CHECK(loop.asked() == "/colinhacks/zod /a/b");
}

TEST_CASE("a known library that has moved away is searched for")
{
    server_with_journal fake(
        R"(*/colinhacks/zod*) text 'Library \"/colinhacks/zod\" not found. Please check the library ID.';;
*resolve-library-id*) text 'Available Libraries:\n\n- Title: Zod\n- Context7-compatible library ID: /websites/zod_dev';;
*/websites/zod_dev*) )" +
        found("main"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        docs_query q("zod", "email", "4.6.7");
        CHECK(told(co_await docs.query(std::move(q))) == "Title main");
    });
    CHECK(fake.asked() == "/colinhacks/zod/v4.6.7 /colinhacks/zod zod /websites/zod_dev");
}

TEST_CASE("failures keep their kind, say what to do, and are asked again")
{
    server_with_journal fake(
        R"(*quota*) text 'Monthly quota exceeded. Create a free API key.';;
*denied*) text 'Invalid API key. Please check your API key.';;
*busy*) text 'Request failed with status 503. Please try again later.';;
*soon*) text 'library_not_finalized';;
*odd*) text 'Library name is required';;
*own*) reply '{"isError":true,"content":[{"type":"text","text":"Input validation error"}]}';;
*refused*) fail -32602;;
*silent*) :;;
)");
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        struct expectation {
            std::string question;
            docs_errc kind;
            std::string text;
        };
        std::vector<expectation> const expectations{
            {"quota", docs_errc::quota, "CONTEXT7_API_KEY"},
            {"denied", docs_errc::authentication, "Invalid API key"},
            {"busy", docs_errc::unavailable, "503"},
            {"soon", docs_errc::pending, "finalized"},
            {"odd", docs_errc::protocol, "Library name is required"},
            {"own", docs_errc::protocol, "Input validation error"},
            {"refused", docs_errc::protocol, "refused the call"}};
        for (auto const& e : expectations) {
            docs_query q("next", e.question);
            auto const a = co_await docs.query(std::move(q));
            REQUIRE(a.has_error());
            CHECK(a.error().kind == e.kind);
            CHECK(a.error().message.find(e.text) != std::string::npos);
        }
        docs_query again("next", "quota");
        CHECK((co_await docs.query(std::move(again))).has_error());
    });
    auto const asked = fake.text();
    CHECK(asked.find("quota") != asked.rfind("quota"));
}

TEST_CASE("equal questions at once are one request, and an answer is kept")
{
    server_with_journal fake("*query-docs*) sleep 0.1; " + found("main"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        std::vector<awaitable<answer>> asked;
        asked.reserve(5);
        for (int i = 0; i < 5; ++i)
            asked.push_back(docs.query(docs_query("next", " same\n question ", {}, 1 + i)));
        auto const answers = co_await mcp::when_all(std::move(asked));
        CHECK(answers[0]->size() == 1);
        CHECK(answers[4]->size() == 2);
        CHECK((co_await docs.query(docs_query("next", "same question"))).has_value());
    });
    CHECK(fake.asked() == "/vercel/next.js");
}

TEST_CASE("the one who gives up does not take the answer from the one who waits")
{
    server_with_journal fake("*query-docs*) sleep 0.2; " + found("main"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        auto impatient = [](context7& docs) -> awaitable<bool> {
            try {
                co_await mcp::with_timeout(docs.query(docs_query("next", "q")), 50ms);
            } catch (boost::system::system_error const&) {
                co_return true;
            }
            co_return false;
        };
        auto patient = [](context7& docs) -> awaitable<bool> {
            co_return (co_await docs.query(docs_query("next", "q"))).has_value();
        };
        std::vector<awaitable<bool>> both;
        both.push_back(impatient(docs));
        both.push_back(patient(docs));
        auto const outcome = co_await mcp::when_all(std::move(both));
        CHECK(outcome[0]);
        CHECK(outcome[1]);
    });
    CHECK(fake.asked() == "/vercel/next.js");
}

TEST_CASE("when all give up the request is cancelled, and a new question is a new request")
{
    server_with_journal fake("*query-docs*) sleep 0.1; " + found("main"));
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        CHECK((co_await docs.query(docs_query("next", "to start the server"))).has_value());
        bool gave_up = false;
        try {
            co_await mcp::with_timeout(docs.query(docs_query("next", "q")), 50ms);
        } catch (boost::system::system_error const&) {
            gave_up = true;
        }
        CHECK(gave_up);
        CHECK((co_await docs.query(docs_query("next", "q"))).has_value());
    });
    CHECK(fake.asked() == "/vercel/next.js /vercel/next.js /vercel/next.js");
}

TEST_CASE("keys do not leave with a question, hidden characters do not come with an answer")
{
    server_with_journal fake(
        R"(*query-docs*) text '### T\u202eitle\n\nSource: https://x.dev\n\n\u001b[31mBody\u200b';;
)");
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        docs_query q("next", "use ctx7sk-0123456789abcdef0123456789 here");
        auto const a = co_await docs.query(std::move(q));
        REQUIRE(a.has_value());
        CHECK(a->at(0).title == "Title");
        CHECK(a->at(0).text == "[31mBody");
    });
    CHECK(fake.text().find("0123456789abcdef") == std::string::npos);
    CHECK(fake.text().find("here") != std::string::npos);
}

TEST_CASE("a Context7 server that demands an unknown argument is not used, and the argument named")
{
    server_with_journal fake("");
    fake.server = test::fake_server(
        test::discovered +
        R"(*tools/list*) reply '{"tools":[{"name":"resolve-library-id","inputSchema":{"properties":{"libraryName":{}},"required":["libraryName","tenant"]}},{"name":"query-docs","inputSchema":{"properties":{"libraryId":{}}}}]}';;
)");
    with_docs(fake, [](context7& docs) -> awaitable<void> {
        auto const a = co_await docs.query(docs_query("next", "q"));
        REQUIRE(a.has_error());
        CHECK(a.error().kind == docs_errc::unavailable);
        CHECK(a.error().message.find("tenant") != std::string::npos);
    });
}

TEST_CASE("a Context7 server is given the way out and its own variables, no other secret")
{
    char const* const environment[] = {
        "PATH=/bin",
        "HOME=/root",
        "OPENAI_API_KEY=x",
        "CONTEXT7_API_KEY=k",
        "CONTEXT7_API_URL=u",
        "https_proxy=p",
        "NODE_OPTIONS=--inspect",
        "PATHOLOGY=x",
        "NOVALUE",
        nullptr};
    auto kept = context7_environment(environment);
    REQUIRE(!kept.empty());
    CHECK(kept.back().starts_with("PATH=/bin"));
    kept.pop_back();
    CHECK(
        kept == std::vector<std::string>{
                    "HOME=/root", "CONTEXT7_API_KEY=k", "CONTEXT7_API_URL=u", "https_proxy=p"});
    CHECK(context7_environment(nullptr).size() == 1);
}

TEST_CASE("only the hosted Context7 is given the key")
{
    asio::io_context ctx;
    curl_multi transfers(ctx.get_executor());
    auto const headers = [&](std::string url, std::string const& key) {
        return context7_at(std::move(url), key, transfers).endpoint->headers;
    };
    std::vector<std::pair<std::string, std::string>> const bearer{
        {"Authorization", "Bearer ctx7sk-a"}};
    CHECK(headers("https://mcp.context7.com/mcp", "ctx7sk-a") == bearer);
    CHECK(headers("https://mcp.context7.com", "ctx7sk-a") == bearer);
    CHECK(headers("https://mcp.context7.com/mcp", "").empty());
    for (auto const* other :
         {"http://127.0.0.1:3000/mcp",
          "http://mcp.context7.com/mcp",
          "https://mcp.context7.com.evil.dev/mcp",
          "https://mcp.context7.com@evil.dev/mcp",
          "https://mcp.context7.com:8443/mcp",
          "https://docs.example.com/mcp"})
        CHECK(headers(other, "ctx7sk-a").empty());
}

}  // namespace context7_test
