#include "agent/models/credentials.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace credentials_test {

using agent::credential;
using boost::system::result;
namespace asio = boost::asio;

namespace {

struct temporary_file {
    std::string path;
    explicit temporary_file(std::string const& content, mode_t mode = 0600)
    {
        std::string name = (std::filesystem::temp_directory_path() / "nbe-key-XXXXXX").string();
        ::close(::mkstemp(name.data()));
        path = name;
        std::ofstream(path) << content;
        ::chmod(path.c_str(), mode);
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file() { std::remove(path.c_str()); }
};

struct found {
    result<credential, std::string> value{credential{}};
    std::vector<std::string> command;
};

asio::awaitable<void> find(
    found& out,
    agent::credential_sources sources,
    agent::environment env,
    std::string printed,
    std::exception_ptr failure)
{
    agent::run_command run = [&](std::vector<std::string> words) -> asio::awaitable<std::string> {
        out.command = std::move(words);
        if (failure)
            std::rethrow_exception(failure);
        co_return printed;
    };
    agent::warning none;
    out.value = co_await agent::find_credential(sources, env, run, none);
}

found find(
    agent::credential_sources sources,
    std::map<std::string, std::string> variables = {},
    std::string printed = {},
    std::exception_ptr failure = {})
{
    found out;
    auto env = [&](char const* name) -> std::optional<std::string> {
        auto const at = variables.find(name);
        if (at == variables.end())
            return std::nullopt;
        return at->second;
    };
    test::run(find(out, std::move(sources), env, std::move(printed), failure));
    return out;
}

}  // namespace

TEST_CASE("a secret is printed as stars and hidden in texts")
{
    auto const key = agent::secret::holding("sk-1");
    CHECK(fmt::format("{} {}", key, agent::secret()) == "*** ***");
    CHECK(key.hidden_in("a sk-1 b sk-1") == "a *** b ***");
    CHECK(agent::secret::holding("*").hidden_in("**") == "******");
    CHECK(agent::secret().hidden_in("text") == "text");
}

TEST_CASE("the API key comes before the token, and each is sent its own way")
{
    auto const both =
        find({}, {{"ANTHROPIC_API_KEY", " k1\n"}, {"ANTHROPIC_AUTH_TOKEN", "t1"}}).value;
    CHECK(both->key.reveal() == "k1");
    CHECK(both->sent_as == credential::scheme::api_key);
    CHECK(both->source == "ANTHROPIC_API_KEY");
    auto const token = find({}, {{"ANTHROPIC_API_KEY", ""}, {"ANTHROPIC_AUTH_TOKEN", "t1"}}).value;
    CHECK(token->sent_as == credential::scheme::bearer);
    CHECK(token->source == "ANTHROPIC_AUTH_TOKEN");
    CHECK(find({}).value->key.empty());
    auto const bad = find({}, {{"ANTHROPIC_API_KEY", "se\r\nvil: cret"}}).value;
    REQUIRE(!bad);
    CHECK(bad.error().find("cret") == std::string::npos);
}

TEST_CASE("a key file is trimmed, regular and small, and one that others can read is warned about")
{
    std::string warned;
    agent::warning const warn = [&](std::string_view text) { warned = text; };
    temporary_file const good("  sk-file\n");
    CHECK(agent::read_key_file(good.path, warn)->reveal() == "sk-file");
    CHECK(warned.empty());
    temporary_file const shared("sk-file", 0644);
    CHECK(agent::read_key_file(shared.path, warn)->reveal() == "sk-file");
    CHECK(warned.find("chmod 600") != std::string::npos);

    temporary_file const large(std::string(70'000, 'x'));
    temporary_file const blank(" \n");
    temporary_file const several("SECRETONE\nSECRETTWO");
    auto const fifo = good.path + ".fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    for (auto const& path :
         {large.path,
          blank.path,
          several.path,
          fifo,
          std::string("/nonexistent"),
          std::string("/tmp"),
          std::string("/dev/zero")}) {
        auto const key = agent::read_key_file(path, warn);
        REQUIRE(!key);
        CHECK(key.error().find(path) != std::string::npos);
        CHECK(key.error().find("SECRET") == std::string::npos);
    }
    std::remove(fifo.c_str());
    agent::credential_sources sources;
    sources.key_file = good.path;
    CHECK(find(sources, {{"ANTHROPIC_API_KEY", "other"}}).value->key.reveal() == "sk-file");
}

TEST_CASE("a key command is split into words, and what it prints is the key")
{
    agent::credential_sources sources;
    sources.key_command = "pass show 'my key' a\\ b \"c \\\" d\" ''";
    auto const ok = find(sources, {}, "sk-cmd\n");
    CHECK(ok.value->key.reveal() == "sk-cmd");
    CHECK(ok.command == std::vector<std::string>{"pass", "show", "my key", "a b", "c \" d", ""});
    CHECK(!find(sources, {}, "").value);
    auto const failed = find(
        sources, {}, "", std::make_exception_ptr(std::runtime_error("it took longer than 10 s")));
    CHECK(failed.value.error() == "the key command failed: it took longer than 10 s");
    for (auto text : {"", "  ", "pass 'open", "'' x"}) {
        CHECK(!agent::split_words(text));
    }
}

}  // namespace credentials_test
