#include "agent/models/recovery.hpp"

#include "agent/models/raw_json.hpp"
#include "protocol/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace agent {

namespace {

// The number at the start of `text`, which is moved past it.
std::optional<long> take_number(std::string_view& text)
{
    long number = 0;
    auto const end = text.data() + text.size();
    auto [stop, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc() || number < 0)
        return std::nullopt;
    text.remove_prefix(std::size_t(stop - text.data()));
    return number;
}

bool take(std::string_view& text, std::string_view word)
{
    if (!text.starts_with(word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

// "messages.3.content.1: Invalid `signature` in `thinking` block. …"
std::optional<stripped_thinking> bound_elsewhere(std::string_view message, std::size_t size)
{
    if (!mcp::has(message, "`signature`") || !mcp::has(message, "thinking"))
        return std::nullopt;
    auto const at = message.find("messages.");
    if (at == std::string_view::npos)
        return std::nullopt;
    message.remove_prefix(at);
    take(message, "messages.");
    auto const index = take_number(message);
    if (!index || !take(message, ".content."))
        return std::nullopt;
    auto const block = take_number(message);
    if (!block || std::size_t(*index) >= size)
        return std::nullopt;
    return stripped_thinking{std::size_t(*index), std::size_t(*block), size};
}

// "max_tokens: 200000 > 128000, which is …", "(32000 > 8192 - 500)", "must be at most 4096"
int stated_limit(std::string_view message, int current)
{
    constexpr long least = 256;
    auto const at = message.find("max_tokens");
    if (at == std::string_view::npos)
        return 0;
    message.remove_prefix(at);
    if (auto const more = message.find("> "); more != std::string_view::npos) {
        auto rest = message.substr(more + 2);
        long limit = take_number(rest).value_or(0);
        if (take(rest, " - "))
            limit -= take_number(rest).value_or(limit);
        if (limit >= least && limit < current)
            return int(limit);
    }
    long best = 0;
    while (!message.empty()) {
        auto const digit = message.find_first_of("0123456789");
        if (digit == std::string_view::npos)
            break;
        message.remove_prefix(digit);
        auto const number = take_number(message);
        if (!number)
            break;  // too long to be a limit
        if (*number < current)
            best = std::max(best, *number);
    }
    return best >= least ? int(best) : 0;
}

// The optional field that a server says it does not take.
std::string refused_field(std::string_view message)
{
    static constexpr std::string_view complaints[] = {
        "not permitted",
        "not supported",
        "not support",
        "nsupported",
        "nknown",
        "nexpected",
        "nrecognized",
        "Extra",
        "extra"};
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"cache_control", "cache_control"},
        {"output_config", "output_config"},
        {"effort", "output_config"},
        {"strict", "strict"},
        {"is_error", "is_error"},
        {"stream_options", "stream_options"},
        {"max_tokens", "max_tokens"},
        {"max_completion_tokens", "max_completion_tokens"},
        {"reasoning_effort", "reasoning_effort"},
        {"reasoning_content", "reasoning_content"},
    };
    if (std::ranges::none_of(complaints, [&](auto words) { return mcp::has(message, words); }))
        return {};
    auto is_part = [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    // "Use 'max_completion_tokens' instead" comes after the one that is meant.
    auto first = std::string_view::npos;
    std::string_view found;
    for (auto const& [name, field] : names)
        for (auto at = message.find(name); at < first; at = message.find(name, at + 1)) {
            auto const end = at + name.size();
            if ((at != 0 && is_part(message[at - 1])) ||
                (end != message.size() && is_part(message[end])))
                continue;
            first = at;
            found = field;
            break;
        }
    return std::string(found);
}

std::string without_thinking(std::string_view content, std::size_t from)
{
    std::string kept;
    std::size_t index = 0;
    for (auto const& block : raw_elements(content)) {
        auto const type = raw_member_of(block, "type");
        if (index++ >= from && (type == R"("thinking")" || type == R"("redacted_thinking")"))
            continue;
        kept.append(kept.empty() ? "" : ",").append(block);
    }
    if (kept.empty())  // an empty turn may not be replayed
        kept = R"({"type":"text","text":"..."})";
    return "[" + kept + "]";
}

}  // namespace

std::string recovery::text() const
{
    switch (what) {
    case kind::strip_thinking:
        return "without the thinking that the model API no longer accepts";
    case kind::lower_max_tokens:
        return fmt::format("with max_tokens lowered to {}", max_tokens);
    case kind::omit_field:
        return fmt::format("without {}, which the host does not take", field);
    case kind::none:
        break;
    }
    return {};
}

recovery recovery_for(model_error const& error, model_request const& request)
{
    recovery found;
    if (error.kind != model_errc::invalid_request || error.streaming)
        return found;
    if (auto const bound = bound_elsewhere(error.message, request.messages.size())) {
        found.what = recovery::kind::strip_thinking;
        found.strip = *bound;
    } else if (int const limit = stated_limit(error.message, request.max_tokens)) {
        found.what = recovery::kind::lower_max_tokens;
        found.max_tokens = limit;
    } else if (auto field = refused_field(error.message);
               !field.empty() && std::ranges::find(request.omit, field) == request.omit.end()) {
        found.what = recovery::kind::omit_field;
        found.field = std::move(field);
    }
    return found;
}

void remember(recovery const& found, learned_limits& learned)
{
    switch (found.what) {
    case recovery::kind::strip_thinking:
        learned.stripped.push_back(found.strip);
        break;
    case recovery::kind::lower_max_tokens:
        learned.max_tokens = found.max_tokens;
        break;
    case recovery::kind::omit_field:
        learned.omit.push_back(found.field);
        break;
    case recovery::kind::none:
        break;
    }
}

model_request
amended(model_request const& request, learned_limits const& learned, conversation& storage)
{
    int const limit = learned.max_tokens ? learned.max_tokens : request.max_tokens;
    auto omit = request.omit;
    omit.insert(omit.end(), learned.omit.begin(), learned.omit.end());
    if (!learned.stripped.empty()) {
        storage = request.messages;
        for (auto const& strip : learned.stripped)
            for (auto i = strip.message; i < std::min(strip.end, storage.size()); ++i)
                if (auto* answer = std::get_if<turn>(&storage[i]);
                    answer && answer->content.starts_with('['))
                    answer->content =
                        without_thinking(answer->content, i == strip.message ? strip.block : 0);
    }
    return model_request{
        request.system,
        request.tools,
        learned.stripped.empty() ? request.messages : storage,
        std::min(limit, request.max_tokens),
        request.effort,
        std::move(omit)};
}

}  // namespace agent
