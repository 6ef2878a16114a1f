#include "server/transports/listen_address.hpp"

#include "protocol/names.hpp"

#include <charconv>
#include <optional>
#include <sys/un.h>

namespace server {
namespace {

using boost::asio::ip::address;
using parsed_address = boost::system::result<listen_address, std::string>;

constexpr std::string_view forms =
    "; write unix:/path/to/socket, tcp:127.0.0.1:4000, http://127.0.0.1:3000 or fd:3";

parsed_address refused(std::string_view text, std::string_view why)
{
    auto sentence = "--listen " + mcp::quoted(text) + ": " + std::string(why) + std::string(forms);
    return parsed_address(boost::system::in_place_error, std::move(sentence));
}

template <class Number>
std::optional<Number> number(std::string_view text)
{
    Number out{};
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (ec != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

// "127.0.0.1:80", "[::1]:80", "localhost:80". Other names are not looked up: whoever answers for
// the name would choose where we listen.
std::optional<tcp_address> host_and_port(std::string_view text)
{
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto const port = number<std::uint16_t>(text.substr(colon + 1));
    auto host = text.substr(0, colon);
    if (!port)
        return std::nullopt;
    if (host == "localhost")
        return tcp_address{boost::asio::ip::address_v4::loopback(), *port};
    boost::system::error_code ec;
    if (host.starts_with('[') && host.ends_with(']')) {
        auto const v6 =
            boost::asio::ip::make_address_v6(std::string(host.substr(1, host.size() - 2)), ec);
        return ec ? std::nullopt : std::optional(tcp_address{v6, *port});
    }
    auto const v4 = boost::asio::ip::make_address_v4(std::string(host), ec);
    return ec ? std::nullopt : std::optional(tcp_address{v4, *port});
}

std::string host_and_port(address const& host, std::uint16_t port)
{
    auto const name = host.is_v6() ? "[" + host.to_string() + "]" : host.to_string();
    return name + ":" + std::to_string(port);
}

bool take(std::string_view& text, std::string_view prefix)
{
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

parsed_address unix_path(std::string_view text, std::string_view path)
{
    constexpr auto longest = sizeof(sockaddr_un::sun_path) - 1;
    if (path.empty() || path.find('\0') != std::string_view::npos)
        return refused(text, "the path is missing");
    if (path.size() > longest)
        return refused(
            text,
            "the path has " + std::to_string(path.size()) + " bytes, and a socket's path at most " +
                std::to_string(longest));
    return listen_address(unix_address{std::string(path)});
}

parsed_address http_url(std::string_view text, std::string_view rest)
{
    auto const slash = rest.find('/');
    auto const at = host_and_port(rest.substr(0, slash));
    if (!at)
        return refused(text, "the host must be an address or localhost, with a port");
    std::string path;
    if (slash != std::string_view::npos && slash + 1 < rest.size())
        path = rest.substr(slash);
    return listen_address(http_address{at->host, at->port, std::move(path)});
}

parsed_address inherited(std::string_view text, std::string_view digits, bool http)
{
    auto const fd = number<int>(digits);
    if (!fd || *fd < 3)
        return refused(text, "the descriptor must be 3 or more");
    return listen_address(inherited_address{*fd, http});
}

struct writer {
    std::string operator()(unix_address const& a) const { return "unix:" + a.path; }
    std::string operator()(tcp_address const& a) const
    {
        return "tcp:" + host_and_port(a.host, a.port);
    }
    std::string operator()(http_address const& a) const
    {
        return "http://" + host_and_port(a.host, a.port) + a.path;
    }
    std::string operator()(inherited_address const& a) const
    {
        return (a.http ? "http+fd:" : "fd:") + std::to_string(a.fd);
    }
};

}  // namespace

parsed_address parse_listen_address(std::string_view text)
{
    auto rest = text;
    if (take(rest, "unix:"))
        return unix_path(text, rest);
    if (take(rest, "http://"))
        return http_url(text, rest);
    if (take(rest, "fd:"))
        return inherited(text, rest, false);
    if (take(rest, "http+fd:"))
        return inherited(text, rest, true);
    if (!take(rest, "tcp:"))
        return refused(text, "not an address");
    if (auto const at = host_and_port(rest))
        return listen_address(*at);
    return refused(text, "the host must be an address or localhost, with a port");
}

std::string to_text(listen_address const& address)
{
    return std::visit(writer(), address);
}

}  // namespace server
