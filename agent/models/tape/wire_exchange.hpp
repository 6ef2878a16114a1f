#pragma once

// One exchange with a model API as bytes, to be kept and played again. What a bug report needs, and
// no key: of the headers only those that decide something are kept.

#include "agent/http/transfer.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <vector>

namespace agent {

BOOST_DESCRIBE_ENUM(
    http_errc,
    none,
    library_missing,
    refused,
    unreachable,
    timed_out,
    broken,
    redirected,
    too_large)

struct wire_header {
    std::string name, value;
};
BOOST_DESCRIBE_STRUCT(wire_header, (), (name, value))

// How an answer ended that did not end by itself.
struct wire_failure {
    http_errc kind = http_errc::none;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(wire_failure, (), (kind, message))

struct wire_exchange {
    std::string url;
    std::string request;  // its body
    int status = 0;       // 0: there was no response
    std::vector<wire_header> headers;
    std::string response;                 // its body, as far as it was read
    std::optional<wire_failure> failure;  // after that
};
BOOST_DESCRIBE_STRUCT(wire_exchange, (), (url, request, status, headers, response, failure))

}  // namespace agent
