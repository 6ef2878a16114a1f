#pragma once

// What the benchmark says, and whether what it hears is right. The calls are all of one length, so
// that no run differs from another by its ids.

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

inline constexpr std::uint64_t first_id = 1'000'000;
inline constexpr std::uint64_t last_id = 9'999'999;

enum class era { modern, legacy };

class messages {
public:
    // `payload`: bytes of the text that is echoed.
    messages(era which, std::size_t payload);

    // server/discover, or initialize: the first request of a connection.
    std::string_view opening() const { return opening_; }
    std::string_view opening_method() const;
    static std::string_view initialized();

    // tools/call of `echo`. Valid until the next call().
    std::string_view call(std::uint64_t id);
    // tools/call of a tool that stays away for a minute.
    std::string held(std::uint64_t id) const;

    // The id of an answer to a call: of a result whose text is exactly what was sent. 0: it is
    // anything else.
    std::uint64_t checked(std::string_view answer);

    era which() const { return era_; }

private:
    std::string request(std::uint64_t id, std::string_view method, std::string params) const;
    std::string tool_call(std::uint64_t id, std::string_view name, std::string arguments) const;

    era era_;
    std::string payload_;
    std::string opening_;
    std::string call_;
    std::size_t call_id_;  // where the digits of its id are
    // An answer that was read as JSON and found right. What differs from it in the id alone is
    // right, too, and is found so without another parse.
    std::string known_;
    std::size_t known_id_ = 0;
};

// Whether `text` is a JSON-RPC result with this id.
bool is_result(std::string_view text, std::uint64_t id);

// A log line, say: nothing that was asked for.
bool is_notification(std::string_view text);

}  // namespace bench
