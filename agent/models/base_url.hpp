#pragma once

// The parts of a model API's base URL that decide something.

#include <string_view>

namespace agent {

// "https://user@host:1/v1" is at "host".
inline std::string_view host_of(std::string_view url)
{
    if (auto const scheme = url.find("://"); scheme != std::string_view::npos)
        url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find_first_of("/?#"));
    if (auto const user = url.rfind('@'); user != std::string_view::npos)
        url.remove_prefix(user + 1);
    return url.substr(0, url.find(':'));
}

}  // namespace agent
