#include "agent/models/model_errors.hpp"

#include "agent/models/json_members.hpp"
#include "protocol/ascii.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

namespace agent {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t longest_message = 500;

// What the peer says about an error, in whichever of the known shapes.
struct stated_error {
    std::string type, message, code, request_id;
    int status = 0;  // that it is said to be like; 0: none was said
};

stated_error read_error(std::string_view body)
{
    auto const value = parsed(body);
    stated_error stated;
    auto const* object = value ? value->if_object() : nullptr;
    if (!object)
        return stated;
    stated.request_id = one_line(string_in(*object, "request_id"), 100);
    auto const* inner = object->if_contains("error");
    auto const& error = inner && inner->is_object() ? inner->get_object() : *object;
    stated.type = one_line(string_in(error, "type"), 60);
    stated.message = one_line(string_in(error, "message"), longest_message);
    if (inner && inner->is_string())  // Ollama
        stated.message = one_line(inner->get_string(), longest_message);
    if (auto const* detail = error.if_contains("detail"); detail && stated.message.empty())
        stated.message = one_line(  // FastAPI: a sentence, or a list of complaints
            detail->is_string() ? std::string(detail->get_string()) : json::serialize(*detail),
            longest_message);
    stated.code = string_in(error, "code");
    if (auto const* details = error.if_contains("details"); details && details->is_object())
        stated.code = string_in(details->get_object(), "error_code");
    if (auto const* code = error.if_contains("code"); code && code->is_int64())
        stated.status = int(std::clamp<std::int64_t>(code->get_int64(), 0, 999));
    return stated;
}

bool is_spend_limit(stated_error const& e)
{
    return e.code.ends_with("spend_limit_reached") || e.code == "insufficient_quota" ||
           mcp::has(e.message, "credit balance is too low");
}

bool is_overflow(stated_error const& e)
{
    if (mcp::has(e.message, "max_tokens"))
        return false;  // the answer does not fit, but a shorter one may
    return e.type == "exceed_context_size_error" || e.code == "context_length_exceeded" ||
           mcp::has(e.message, "prompt is too long") ||
           mcp::has(e.message, "exceeds the available context size") ||
           mcp::has(e.message, "maximum context length");
}

struct verdict {
    model_errc kind;
    bool retryable;
};

verdict by_status(int status)
{
    switch (status) {
    case 401:
        return {model_errc::authentication, false};
    case 402:
        return {model_errc::billing, false};
    case 403:
        return {model_errc::permission, false};
    case 404:
        return {model_errc::not_found, false};
    case 408:
    case 504:
        return {model_errc::timed_out, true};
    case 409:
        return {model_errc::server_error, true};
    case 413:
        return {model_errc::too_large, false};
    case 429:
        return {model_errc::rate_limited, true};
    case 501:
        return {model_errc::invalid_request, false};
    case 529:
        return {model_errc::overloaded, true};
    default:
        break;
    }
    if (status >= 500)
        return {model_errc::server_error, true};
    if (status >= 400)
        return {model_errc::invalid_request, false};
    return {model_errc::broken_stream, false};  // a 2xx that is no answer
}

verdict by_type(std::string_view type)
{
    static constexpr std::pair<std::string_view, int> types[] = {
        {"invalid_request_error", 400},
        {"authentication_error", 401},
        {"billing_error", 402},
        {"permission_error", 403},
        {"not_found_error", 404},
        {"conflict_error", 409},
        {"request_too_large", 413},
        {"rate_limit_error", 429},
        {"api_error", 500},
        {"server_error", 500},
        {"unavailable_error", 503},
        {"timeout_error", 504},
        {"overloaded_error", 529},
        {"not_supported_error", 501},
    };
    for (auto const& [name, status] : types)
        if (name == type)
            return by_status(status);
    return {model_errc::server_error, true};
}

verdict by_words(stated_error const& stated)
{
    return stated.status >= 400 ? by_status(stated.status) : by_type(stated.type);
}

verdict refine(verdict v, stated_error const& stated)
{
    if (is_spend_limit(stated))
        return {model_errc::billing, false};
    if (is_overflow(stated))
        return {model_errc::context_overflow, false};
    if (v.kind == model_errc::server_error && stated.type == "overloaded_error")
        v.kind = model_errc::overloaded;
    return v;
}

std::string sentence(model_errc kind, int status, stated_error const& stated, credential const& key)
{
    auto const said = stated.message.empty() ? std::string() : ": " + stated.message;
    switch (kind) {
    case model_errc::authentication:
        // What the server says here may quote the key.
        if (key.source.empty())
            return fmt::format("The model API wants a key ({}): set {}.", status, key.wanted);
        return fmt::format("The model API refused the key ({}): check {}.", status, key.source);
    case model_errc::billing:
        return fmt::format(
            "The model API's account has no credit or has reached its limit ({}){}", status, said);
    case model_errc::permission:
        return fmt::format("The key may not do this ({}){}", status, said);
    case model_errc::not_found:
        return fmt::format(
            "The model API has no such model or address ({}){}: check the model and the base URL",
            status,
            said);
    case model_errc::context_overflow:
        return fmt::format("The conversation is too long for the model ({}){}", status, said);
    case model_errc::too_large:
        return fmt::format("The request is too large for the model API ({}){}", status, said);
    default:
        break;
    }
    auto const type = stated.type.empty() ? std::string() : ", " + stated.type;
    return fmt::format("The model API answered with an error ({}{}){}", status, type, said);
}

}  // namespace

model_error classify(
    failed_response const& response,
    credential const& key,
    std::chrono::system_clock::time_point now)
{
    auto const stated = read_error(response.body);
    auto const [kind, retryable] = refine(by_status(response.status), stated);
    model_error error(kind, sentence(kind, response.status, stated, key));
    error.status = response.status;
    error.retryable = retryable;
    if (kind != model_errc::billing && response.should_retry == "true")
        error.retryable = true;
    else if (response.should_retry == "false")
        error.retryable = false;
    error.retry_after = parse_retry_after(response.retry_after_ms, response.retry_after, now);
    error.request_id = one_line(response.request_id, 100);
    if (error.request_id.empty())
        error.request_id = stated.request_id;
    return error;
}

model_error classify_stream_error(std::string_view data)
{
    auto const stated = read_error(data);
    auto const [kind, retryable] = refine(by_words(stated), stated);
    auto const type = stated.type.empty() ? "error" : stated.type;
    auto const said = stated.message.empty() ? std::string() : ": " + stated.message;
    model_error error(kind, fmt::format("The model API broke off its answer ({}){}", type, said));
    error.retryable = retryable;
    error.streaming = true;
    error.request_id = stated.request_id;
    return error;
}

model_error missing_key(credential const& key)
{
    return model_error(
        model_errc::authentication,
        key.wanted + " is not set: put it into the env block of the host, or give a key file.");
}

std::string one_line(std::string_view text, std::size_t limit)
{
    std::string out;
    for (std::size_t i = 0; i < text.size() && out.size() < limit;) {
        auto const c = static_cast<unsigned char>(text[i]);
        std::size_t const length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        auto const character = text.substr(i, length);
        i += length;
        bool const c1 = character.starts_with('\xC2') && character.size() == 2 &&
                        static_cast<unsigned char>(character[1]) < 0xA0;
        // U+200B to U+200F, U+2028 to U+202E, U+2066 to U+2069: invisible, or turn text around.
        bool const turning = (character.starts_with("\xE2\x80") && character.size() == 3 &&
                              ((character[2] >= '\x8B' && character[2] <= '\x8F') ||
                               (character[2] >= '\xA8' && character[2] <= '\xAE'))) ||
                             (character.starts_with("\xE2\x81") && character.size() == 3 &&
                              character[2] >= '\xA6' && character[2] <= '\xA9');
        if (c < 0x20 || c == 0x7F || c1) {
            if (!out.empty() && out.back() != ' ')
                out += ' ';
        } else if (!turning && out.size() + character.size() <= limit) {
            out += character;
        } else if (!turning) {
            break;
        }
    }
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view ms, std::string_view value, std::chrono::system_clock::time_point now)
{
    auto bounded = [](double milliseconds) {
        double const week = 7 * 24 * 3600 * 1000.0;
        return std::chrono::milliseconds(std::int64_t(std::clamp(milliseconds, 0.0, week)));
    };
    auto number = [](std::string_view text, double& out) {
        auto const end = text.data() + text.size();
        auto [stop, failure] = std::from_chars(text.data(), end, out, std::chars_format::fixed);
        return failure == std::errc() && stop == end && std::isfinite(out) && out >= 0;
    };
    double count = 0;
    if (number(ms, count))
        return bounded(count);
    if (number(value, count))
        return bounded(count * 1000);
    std::istringstream in{std::string(value)};
    in.imbue(std::locale::classic());
    std::tm date{};
    in >> std::get_time(&date, "%a, %d %b %Y %H:%M:%S GMT");
    bool const whole = value.size() == std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size();
    if (!whole || in.fail())
        return std::nullopt;
    auto const at = std::chrono::system_clock::from_time_t(::timegm(&date));
    return bounded(std::chrono::duration<double, std::milli>(at - now).count());
}

}  // namespace agent
