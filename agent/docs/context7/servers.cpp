#include "agent/docs/context7/context7.hpp"
#include "agent/downstream/process/node_path.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent {

downstream_server context7_at(std::string url, std::string const& key, curl_multi& transfers)
{
    constexpr std::string_view hosted = "https://mcp.context7.com";
    auto const rest = url.starts_with(hosted) ? url.substr(hosted.size()) : std::string("?");
    downstream_server out;
    out.name = "Context7";
    // It runs already: there is nothing to download first.
    out.probe_limit = std::chrono::seconds(10);
    out.start_limit = std::chrono::seconds(10);
    out.endpoint.emplace();
    // Not a longer name that only begins like it.
    if (!key.empty() && (rest.empty() || rest.front() == '/'))
        out.endpoint->headers.emplace_back("Authorization", "Bearer " + key);
    out.endpoint->url = std::move(url);
    out.endpoint->transfers = &transfers;
    return out;
}

std::vector<std::string> context7_environment(char const* const* environment)
{
    constexpr std::array<std::string_view, 12> names{
        "HOME",
        "TMPDIR",
        "LANG",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "NO_PROXY",
        "no_proxy",
        "NODE_EXTRA_CA_CERTS",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR"};
    std::vector<std::string> kept;
    std::string path;
    std::string home;
    for (; environment && *environment; ++environment) {
        std::string_view const entry = *environment;
        auto const name = entry.substr(0, entry.find('='));
        if (name == "HOME")
            home = entry.substr(entry.find('=') + 1);
        if (name == "PATH") {
            path = entry.substr(entry.find('=') + 1);
            continue;
        }
        if (entry.starts_with("CONTEXT7_") ||
            std::find(names.begin(), names.end(), name) != names.end())
            kept.emplace_back(entry);
    }
    kept.push_back("PATH=" + path_with_node(std::move(path), home));
    return kept;
}

}  // namespace agent
