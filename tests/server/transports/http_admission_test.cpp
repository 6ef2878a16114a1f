#include "server/transports/http/rules/admission.hpp"
#include "server/transports/secret.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace http_admission_test {

using server::http_admission;
using server::http_gate;
using server::http_head;
using door = http_admission::door;
using lines = std::vector<std::pair<std::string, std::string>>;

namespace {

http_gate::rules rules()
{
    http_gate::rules out;
    out.hosts = {"127.0.0.1:80", "localhost:80", "[::1]:80"};
    out.origins = {"http://127.0.0.1:80", "https://app.example.com"};
    out.body_limit = 100;
    return out;
}

// What is not said is as it should be; a line with the value "-" is left out.
http_head head(std::string method, std::string target, lines more)
{
    http_head out;
    out.method = std::move(method);
    out.target = std::move(target);
    lines all{
        {"Host", "127.0.0.1:80"},
        {"Content-Type", "application/json"},
        {"Accept", "application/json, text/event-stream"}};
    for (auto const& other : more)
        std::erase_if(all, [&](auto const& l) { return server::same_name(l.first, other.first); });
    for (auto const& l : more)
        all.push_back(l);
    for (auto const& [name, value] : all)
        if (value != "-")
            out.fields.add(name, value);
    return out;
}

int status(http_gate::rules r, http_head const& h)
{
    http_gate const gate(std::move(r));
    auto const admission = gate.admit(h);
    return admission.refused ? admission.refused->status : 0;
}

int post(lines more)
{
    return status(rules(), head("POST", "/mcp", std::move(more)));
}

}  // namespace

TEST_CASE("a message comes in by every name of this machine, with the port, and by no other")
{
    CHECK(post({}) == 0);
    for (auto const* good : {"localhost:80", "LOCALHOST:80", "[::1]:80"})
        CHECK(post({{"Host", good}}) == 0);
    for (auto const* evil :
         {"evil.example.com",
          "evil.example.com:80",
          "127.0.0.1",
          "127.0.0.1:81",
          "127.0.0.1:80.evil.example.com",
          "localhost:80@evil.example.com",
          "localhost.:80",
          "0.0.0.0:80",
          ""})
        CHECK_MESSAGE(post({{"Host", evil}}) == 403, evil);
    CHECK(post({{"Host", "-"}}) == 400);
    CHECK(post({{"Host", "127.0.0.1:80"}, {"host", "127.0.0.1:80"}}) == 400);
}

TEST_CASE("an Origin is one of the allowed ones or keeps everything out")
{
    for (auto const* good : {"http://127.0.0.1:80", "https://app.example.com"})
        CHECK(post({{"Origin", good}}) == 0);
    for (auto const* evil :
         {"null",
          "http://evil.example.com",
          "https://app.example.com.evil.example.com",
          "http://app.example.com",
          "https://app.example.com:8443",
          "http://127.0.0.1:81",
          ""})
        CHECK_MESSAGE(post({{"Origin", evil}}) == 403, evil);
    CHECK(post({{"Origin", "http://127.0.0.1:80"}, {"Origin", "http://127.0.0.1:80"}}) == 403);
    auto with_null = rules();
    with_null.origins.push_back("null");
    CHECK(status(with_null, head("POST", "/mcp", {{"Origin", "null"}})) == 403);
    http_gate const gate(rules());
    CHECK(
        gate.admit(head("POST", "/mcp", {{"Origin", "HTTPS://app.example.com"}})).origin ==
        "https://app.example.com");
}

TEST_CASE("with a token nothing is served without it but the health and a preflight")
{
    auto r = rules();
    r.token = "secret-token";
    auto const asked = [&](lines more) { return status(r, head("POST", "/mcp", std::move(more))); };
    CHECK(asked({{"Authorization", "Bearer secret-token"}}) == 0);
    CHECK(asked({{"Authorization", "bearer  secret-token"}}) == 0);
    for (auto const* bad :
         {"Bearer secret-toke",
          "Bearer secret-token2",
          "Bearer",
          "Bearer ",
          "Basic secret-token",
          "secret-token",
          "Bearer secret-token secret-token",
          ""})
        CHECK_MESSAGE(asked({{"Authorization", bad}}) == 401, bad);
    CHECK(asked({{"Authorization", "Bearer secret-token"}, {"Authorization", "Bearer x"}}) == 401);
    CHECK(status(r, head("POST", "/mcp?access_token=secret-token", {})) == 401);
    CHECK(status(r, head("GET", "/nothing", {})) == 401);
    CHECK(status(r, head("GET", "/health", {})) == 0);
    CHECK(status(r, head("OPTIONS", "/mcp", {{"Origin", "https://app.example.com"}})) == 0);
    CHECK(status(r, head("OPTIONS", "/mcp", {})) == 401);
    http_gate const gate(r);
    auto const none = gate.admit(head("POST", "/mcp", {}));
    CHECK(none.refused->headers == "WWW-Authenticate: Bearer\r\n");
    auto const wrong = gate.admit(head("POST", "/mcp", {{"Authorization", "Bearer x"}}));
    CHECK(wrong.refused->headers == "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
    CHECK(
        gate.admit(head("POST", "/mcp", {{"Authorization", "Bearer secret-token"}})).principal ==
        "bearer");
}

TEST_CASE("the comparison of secrets is exact")
{
    CHECK(server::same_secret("abc", "abc"));
    CHECK(server::same_secret("", ""));
    for (auto const* other : {"", "a", "ab", "abd", "abcabc", "abca"})
        CHECK_FALSE(server::same_secret(other, "abc"));
    CHECK_FALSE(server::same_secret("abc", ""));
}

TEST_CASE("the path and the method choose the door")
{
    http_gate const gate(rules());
    auto const to = [&](std::string method, std::string target) {
        auto const out = gate.admit(head(std::move(method), std::move(target), {}));
        return out.refused ? door(-1) : out.to;
    };
    CHECK(to("POST", "/mcp") == door::message);
    CHECK(to("POST", "/mcp?x=1") == door::message);
    CHECK(to("GET", "/mcp") == door::stream);
    CHECK(to("DELETE", "/mcp") == door::end_of_session);
    CHECK(to("GET", "/health") == door::health);
    CHECK(to("HEAD", "/health") == door::health);
    auto const refused = [&](std::string method, std::string target) {
        return status(rules(), head(std::move(method), std::move(target), {}));
    };
    for (auto const* path :
         {"/", "/mcp/", "/MCP", "/mcp2", "/.well-known/oauth-protected-resource"})
        CHECK_MESSAGE(refused("POST", path) == 404, path);
    for (auto const* target : {"http://127.0.0.1:80/mcp", "mcp", "*", "127.0.0.1:80"})
        CHECK_MESSAGE(refused("POST", target) == 400, target);
    for (auto const* method : {"PUT", "PATCH", "TRACE", "HEAD", "OPTIONS", "post"})
        CHECK_MESSAGE(refused(method, "/mcp") == 405, method);
    CHECK(refused("POST", "/health") == 405);
    CHECK(gate.admit(head("PUT", "/mcp", {})).refused->headers == "Allow: POST, GET, DELETE\r\n");
}

TEST_CASE("a body is JSON as it is, and says so")
{
    for (auto const* good :
         {"application/json",
          "Application/JSON",
          "application/json; charset=utf-8",
          "application/json;charset=\"UTF-8\"; x=y"})
        CHECK_MESSAGE(post({{"Content-Type", good}}) == 0, good);
    for (auto const* bad :
         {"text/plain",
          "application/json-rpc",
          "application/x-www-form-urlencoded",
          "application/json; charset=utf-16",
          "text/plain; application/json",
          "",
          "-"})
        CHECK_MESSAGE(post({{"Content-Type", bad}}) == 415, bad);
    CHECK(post({{"Content-Type", "application/json"}, {"Content-Type", "text/plain"}}) == 415);
    CHECK(post({{"Content-Encoding", "gzip"}}) == 415);
    CHECK(post({{"Content-Encoding", "identity"}}) == 0);
}

TEST_CASE("Accept is read leniently, and refused only if it leaves nothing to send")
{
    http_gate const gate(rules());
    auto const forms = [&](std::string accept) {
        auto const out = gate.admit(head("POST", "/mcp", {{"Accept", std::move(accept)}}));
        return out.refused ? std::string("406")
                           : std::string(out.takes_json ? "json " : "") +
                                 (out.takes_stream ? "stream" : "");
    };
    for (auto const* both :
         {"-",
          "",
          "*/*",
          "text/event-stream, application/json",
          "application/json;q=0.9,text/event-stream",
          "text/html, */*;q=0.1"})
        CHECK_MESSAGE(forms(both) == "json stream", both);
    CHECK(forms("application/json") == "json ");
    CHECK(forms("application/*") == "json ");
    CHECK(forms("text/event-stream") == "stream");
    CHECK(forms("text/html") == "406");
    auto const get = [&](std::string accept) {
        return status(rules(), head("GET", "/mcp", {{"Accept", std::move(accept)}}));
    };
    CHECK(get("text/event-stream") == 0);
    CHECK(get("application/json, text/event-stream") == 0);
    for (auto const* bad : {"application/json", "*/*", "-", "text/html"})
        CHECK_MESSAGE(get(bad) == 406, bad);
}

TEST_CASE("a body that is announced too large is refused before it comes")
{
    auto large = head("POST", "/mcp", {});
    large.content_length = 101;
    CHECK(status(rules(), large) == 413);
    large.content_length = 100;
    CHECK(status(rules(), large) == 0);
}

TEST_CASE("the rungs are judged in order: who may not come in learns nothing of what is inside")
{
    auto r = rules();
    r.token = "t";
    lines wrong{
        {"Host", "evil"},
        {"Origin", "null"},
        {"Content-Type", "text/plain"},
        {"Accept", "text/html"}};
    CHECK(status(r, head("PUT", "/x", wrong)) == 403);
    wrong[0].second = "localhost:80";
    CHECK(status(r, head("PUT", "/x", wrong)) == 403);
    wrong.erase(wrong.begin() + 1);
    CHECK(status(r, head("PUT", "/x", wrong)) == 401);
    wrong.emplace_back("Authorization", "Bearer t");
    CHECK(status(r, head("PUT", "/x", wrong)) == 404);
    CHECK(status(r, head("PUT", "/mcp", wrong)) == 405);
    CHECK(status(r, head("POST", "/mcp", wrong)) == 415);
}

TEST_CASE("header fields are found in any case, and trimmed")
{
    server::header_fields f;
    f.add("Mcp-Name", " \t echo ");
    f.add("MCP-NAME", "other");
    f.add("Empty", "");
    CHECK(f.find("mcp-name").value == "echo");
    CHECK(f.find("mcp-name").is_repeated());
    CHECK(f.all("mcp-name") == std::vector<std::string>{"echo", "other"});
    CHECK(f.find("Empty").count == 1);
    CHECK_FALSE(f.find("Mcp-Nam"));
    f.clear();
    CHECK(f.size() == 0);
}

}  // namespace http_admission_test
