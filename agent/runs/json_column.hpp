#pragma once

// Described structs as JSON text, which is how a run is kept in a store.

#include "protocol/json.hpp"
#include "protocol/json_text.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <string_view>

namespace agent {

template <class T>
std::string to_column(T const& value)
{
    std::string out;
    mcp::append_json(out, mcp::encode(value));
    return out;
}

// Throws mcp::decode_error.
template <class T>
T from_column(std::string_view text, std::string_view what)
{
    boost::system::error_code bad;
    auto const value = boost::json::parse(text, bad);
    if (bad)
        throw mcp::decode_error(std::string(what) + ": not JSON");
    return mcp::decode<T>(value, {what});
}

}  // namespace agent
