#include "agent/models/credentials.hpp"

#include "agent/small_file.hpp"
#include "protocol/ascii.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <sys/stat.h>

namespace agent {

namespace asio = boost::asio;
using boost::system::result;

namespace {

// A key is sent as a header value, so it must be able to be one.
result<secret, std::string> as_key(std::string_view text, std::string const& source)
{
    auto const key = mcp::trimmed(text);
    if (key.empty())
        return source + " holds no key";
    auto const odd = [](unsigned char c) { return c <= ' ' || c >= 0x7F; };
    if (std::ranges::any_of(key, odd))
        return source + " holds something else than one key: it must be a single word";
    return secret::holding(std::string(key));
}

result<credential, std::string>
made(result<secret, std::string> key, credential_variable const& variable, std::string source)
{
    if (!key)
        return key.error();
    return credential{std::move(*key), variable.sent_as, std::move(source), variable.name};
}

result<credential, std::string>
from_environment(std::vector<credential_variable> const& variables, environment const& getenv)
{
    for (auto const& variable : variables)
        if (auto const value = getenv(variable.name); value && !mcp::trimmed(*value).empty())
            return made(as_key(*value, variable.name), variable, variable.name);
    credential none;
    none.wanted = variables.front().name;
    return none;
}

}  // namespace

std::string secret::hidden_in(std::string text) const
{
    if (!text_.empty())
        for (auto at = text.find(text_); at != std::string::npos; at = text.find(text_, at + 3))
            text.replace(at, text_.size(), "***");
    return text;
}

asio::awaitable<result<credential, std::string>>
find_credential(credential_sources sources, environment getenv, run_command run, warning warn)
{
    auto const& usual = sources.variables.front();
    if (!sources.key_file.empty())
        co_return made(
            read_key_file(sources.key_file, warn), usual, "the key file " + sources.key_file);
    if (sources.key_command.empty())
        co_return from_environment(sources.variables, getenv);

    auto words = split_words(sources.key_command);
    if (!words)
        co_return words.error();
    std::string failure;
    try {
        auto const printed = co_await run(std::move(*words));
        co_return made(as_key(printed, "the key command's output"), usual, "the key command");
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::operation_aborted)
            throw;
        failure = e.code().message();
    } catch (std::exception const& e) {
        failure = e.what();
    }
    co_return "the key command failed: " + failure;
}

result<secret, std::string> read_key_file(std::string const& path, warning const& warn)
{
    constexpr std::size_t largest = std::size_t(64) << 10;
    unsigned mode = 0;
    auto text = read_small_file(path, largest, &mode);
    if (!text)
        return "the key file " + path + " " + text.error();
    if (warn && (mode & (S_IRGRP | S_IROTH)))
        warn("the key file " + path + " can be read by others: chmod 600 it");
    return as_key(*text, "the key file " + path);
}

result<std::vector<std::string>, std::string> split_words(std::string_view text)
{
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
            word += text[++i];
            in_word = true;
        } else if (quote) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_word = true;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (std::exchange(in_word, false))
                words.push_back(std::exchange(word, {}));
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote)
        return std::string("the key command has a quote that is not closed");
    if (in_word)
        words.push_back(std::move(word));
    if (words.empty() || words.front().empty())
        return std::string("the key command names no program");
    return words;
}

}  // namespace agent
