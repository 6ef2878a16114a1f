#include "agent/docs/context7/kept/question.hpp"

#include "protocol/json.hpp"
#include "protocol/json_text.hpp"
#include "protocol/sha256.hpp"
#include "protocol/text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

namespace agent {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t longest_address = 8192;

template <class T>
std::string as_json(T const& value)
{
    std::string out;
    mcp::append_json(out, mcp::encode(value));
    return out;
}

template <class T>
std::optional<T> from_json(std::string_view body)
{
    boost::system::error_code ec;
    auto const value = boost::json::parse(body, ec);
    if (ec)
        return std::nullopt;
    try {
        return mcp::decode<T>(value, {"answer"});
    } catch (mcp::decode_error const&) {
        return std::nullopt;
    }
}

}  // namespace

std::string presentable(std::string_view question)
{
    std::string text;
    for (char const c : mcp::redactor()(mcp::sanitize(question))) {
        bool const space = c == ' ' || c == '\n' || c == '\t';
        if (!space)
            text += c;
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
    }
    if (text.ends_with(' '))
        text.pop_back();
    return text;
}

std::string normalized(std::string_view question)
{
    std::string out;
    for (char const c : question) {
        auto const u = static_cast<unsigned char>(c);
        // What tells C++ from C# is more than punctuation.
        if (std::isalnum(u) || u >= 0x80 || c == '+' || c == '#')
            out += static_cast<char>(std::tolower(u));
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (out.ends_with(' '))
        out.pop_back();
    return out.empty() ? std::string(question) : out;
}

std::string address_of(downstream_server const& server)
{
    if (server.endpoint) {
        auto url = server.endpoint->url;
        // A password belongs to nobody who reads this.
        auto const start = url.find("://");
        auto const host_end = start == url.npos ? start : url.find('/', start + 3);
        if (auto const at = url.rfind('@', host_end); start != url.npos && at != url.npos)
            url.erase(start + 3, at - start - 2);
        return mcp::redactor()(mcp::sanitize_line(url.substr(0, url.find('?')), longest_address));
    }
    std::string line;
    for (auto const& word : server.command.argv)
        line += (line.empty() ? "" : " ") + word;
    return mcp::redactor()(mcp::sanitize_line(line, longest_address));
}

std::string service_of(downstream_server const& server)
{
    constexpr std::string_view variable = "CONTEXT7_API_URL=";
    for (auto const& entry : server.command.environment)
        if (entry.starts_with(variable))
            return entry.substr(variable.size());
    return {};
}

std::string cache_key(std::initializer_list<std::string_view> parts)
{
    std::string all;
    for (auto const part : parts)
        all += std::to_string(part.size()) + ":" + std::string(part);
    return mcp::sha256_hex(all);
}

std::string kind_of_server(std::string_view peer)
{
    auto const space = peer.rfind(' ');
    if (space == peer.npos)
        return std::string(peer);
    auto const version = peer.substr(space);
    return std::string(peer.substr(0, space)) + std::string(version.substr(0, version.find('.')));
}

std::string iso_date(std::chrono::system_clock::time_point time)
{
    auto const t = std::chrono::system_clock::to_time_t(time);
    std::tm date{};
    ::gmtime_r(&t, &date);
    std::array<char, 16> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &date);
    return text.data();
}

std::chrono::hours fresh_for(std::vector<passage> const& passages)
{
    bool const exact = std::all_of(
        passages.begin(), passages.end(), [](passage const& p) { return is_release(p.version); });
    return exact ? 7 * 24h : 24h;
}

std::string written(std::vector<passage> const& passages)
{
    return as_json(passages);
}

std::string written(library_place const& where)
{
    return as_json(where);
}

std::optional<std::vector<passage>> passages_in(std::string_view body)
{
    auto out = from_json<std::vector<passage>>(body);
    return out && !out->empty() ? out : std::nullopt;
}

std::optional<library_place> place_in(std::string_view body)
{
    return from_json<library_place>(body);
}

}  // namespace agent
