#pragma once

// The key of a model API: found once at start-up, sent to the configured host, printed nowhere.
// Errors are sentences for the user and never hold a part of what was read.

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Text that must not be shown. Formatting it prints ***; streams and comparisons do not exist.
class secret {
public:
    secret() = default;
    static secret holding(std::string text)
    {
        secret made;
        made.text_ = std::move(text);
        return made;
    }

    bool empty() const { return text_.empty(); }
    std::string const& reveal() const { return text_; }  // for the one header that carries it

    // `text` with every occurrence of the secret replaced by ***.
    std::string hidden_in(std::string text) const;

private:
    std::string text_;
};

struct credential {
    enum class scheme { api_key, bearer };  // x-api-key, or Authorization: Bearer

    secret key;
    scheme sent_as = scheme::api_key;
    std::string source;  // "ANTHROPIC_API_KEY", "the key file /home/…": to name in messages
    std::string wanted;  // the variable that it is usually in
};

struct credential_variable {
    char const* name;
    credential::scheme sent_as;
};

// Where to look. A file or a command is somebody's explicit choice and comes before the
// environment, where the first variable that is set counts. A key from elsewhere is sent as that
// variable's would be.
struct credential_sources {
    std::string key_file;
    std::string key_command;  // words as a shell would split them, but no shell runs it
    std::vector<credential_variable> variables{
        {"ANTHROPIC_API_KEY", credential::scheme::api_key},
        {"ANTHROPIC_AUTH_TOKEN", credential::scheme::bearer}};
};

using environment = std::function<std::optional<std::string>(char const* name)>;
// Runs a program and returns what it printed; throws if it fails. Its time-out is its own.
using run_command = std::function<boost::asio::awaitable<std::string>(std::vector<std::string>)>;
using warning = std::function<void(std::string_view)>;

// A credential with an empty key if there is none anywhere. Throws only operation_aborted.
boost::asio::awaitable<boost::system::result<credential, std::string>>
find_credential(credential_sources sources, environment getenv, run_command run, warning warn);

// A regular file of at most 64 KiB, trimmed. Warns if others on this machine can read it.
boost::system::result<secret, std::string>
read_key_file(std::string const& path, warning const& warn);

// Splits at white space; '…' and "…" hold a word together and \ takes the next character as it is.
boost::system::result<std::vector<std::string>, std::string> split_words(std::string_view text);

}  // namespace agent

template <>
struct fmt::formatter<agent::secret> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(agent::secret const&, Context& context) const
    {
        return fmt::formatter<std::string_view>::format("***", context);
    }
};
