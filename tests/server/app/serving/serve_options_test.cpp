#include "server/app/config.hpp"
#include "server/app/serving/serve_options.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace serve_options_test {

namespace {

using variables = std::map<std::string, std::string>;

app::serve_options serving(std::vector<char const*> words, variables values = {})
{
    words.insert(words.begin(), "nextjs-backend-engineer");
    auto const env = [&](char const* name) -> std::optional<std::string> {
        auto const found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
    return app::read_config(static_cast<int>(words.size()), words.data(), env).serving;
}

std::string refusal(std::vector<char const*> words, variables values = {})
{
    try {
        serving(std::move(words), std::move(values));
    } catch (app::config_error const& e) {
        return e.what();
    }
    return "accepted";
}

bool says(std::string const& text, std::string_view words)
{
    return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("stdio is served, unless there is somewhere else and it is not asked for")
{
    CHECK(serving({}).stdio);
    CHECK(serving({"--stdio"}).stdio);
    CHECK(!serving({"--listen", "unix:/s"}).stdio);
    CHECK(serving({"--stdio", "--listen", "unix:/s", "--listen", "unix:/t"}).listen.size() == 2);
    CHECK(serving({"--stdio", "--listen", "unix:/s"}).stdio);
}

TEST_CASE("TCP needs a token, from a flag, a file or the environment")
{
    std::string const token = "0123456789abcdef";
    auto const without = refusal({"--listen", "tcp:127.0.0.1:0"});
    CHECK(says(without, "--token-file"));
    CHECK(says(without, "openssl rand -hex 32"));
    CHECK(serving({"--listen", "tcp:127.0.0.1:0", "--token", token.c_str()}).token == token);
    CHECK(
        serving({"--listen", "tcp:[::1]:0"}, {{"NEXTJS_BACKEND_ENGINEER_TOKEN", token}}).token ==
        token);
    CHECK(says(refusal({"--token", "short"}), "16 to 1024"));
    CHECK(says(refusal({"--token", "with spaces in the middle"}), "visible ASCII"));
    CHECK(!says(refusal({"--token", "short"}), "short"));

    auto const path =
        (std::filesystem::temp_directory_path() / ("nbe-token-" + std::to_string(::getpid())))
            .string();
    std::ofstream(path) << token << "\n";
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    CHECK(serving({"--token-file", path.c_str()}).token == token);
    CHECK(says(refusal({"--token-file", path.c_str(), "--token", token.c_str()}), "one of them"));
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    CHECK(says(refusal({"--token-file", path.c_str()}), "chmod 600"));
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    std::ofstream(path) << "";
    CHECK(says(refusal({"--token-file", path.c_str()}), "16 to 1024"));
    std::filesystem::remove(path);
    CHECK(says(refusal({"--token-file", path.c_str()}), "cannot be opened"));
}

TEST_CASE("an address that other machines reach must be allowed")
{
    variables const token{{"NEXTJS_BACKEND_ENGINEER_TOKEN", "0123456789abcdef"}};
    for (auto const* at : {"tcp:0.0.0.0:0", "tcp:[::]:0", "http://192.168.0.1:80"}) {
        CHECK_MESSAGE(says(refusal({"--listen", at}, token), "--allow-remote"), at);
        CHECK_MESSAGE(says(refusal({"--listen", at, "--allow-remote"}), "needs a token"), at);
        CHECK_MESSAGE(refusal({"--listen", at, "--allow-remote"}, token) == "accepted", at);
    }
    CHECK(refusal({"--listen", "http://127.0.0.1:0"}) == "accepted");
}

TEST_CASE("sockets that were handed over are served without being asked for")
{
    variables const handed_over{{"LISTEN_PID", std::to_string(::getpid())}, {"LISTEN_FDS", "1"}};
    auto const taken = serving({}, handed_over);
    REQUIRE(taken.listen.size() == 1);
    CHECK(to_text(taken.listen[0]) == "fd:3");
    CHECK(!taken.stdio);
    CHECK(to_text(serving({"--listen", "unix:/s"}, handed_over).listen.at(0)) == "unix:/s");
}

TEST_CASE("limits are set by name, within what makes sense")
{
    auto const set = serving({"--limit", "message_bytes=8192", "--limit", "drain_ms=0"}).limits;
    CHECK(set.stream.line == 8192);
    CHECK(set.sockets.drain.count() == 0);
    CHECK(says(refusal({"--limit", "message_bytes=1"}), "from 1024 to 67108864"));
    CHECK(says(refusal({"--limit", "message_bytes=1e6"}), "must be a number"));
    CHECK(says(refusal({"--limit", "message_bytes"}), "NAME=NUMBER"));
    CHECK(says(refusal({"--limit", "mesage_bytes=8192"}), "message_bytes"));
    CHECK(says(refusal({"--limit", "json_depth=257"}), "8 to 256"));
    try {
        serving({"--limit", "requests=7", "--help-limits"});
        FAIL("not printed");
    } catch (app::print_and_exit const& p) {
        CHECK(says(p.text, "message_bytes"));
        CHECK(says(p.text, "4194304"));
        CHECK(says(p.text, "        7  1 - 10000"));
    }
}

}  // namespace serve_options_test
