#pragma once

// JSON values as JSON Schema compares them: 1 and 1.0 are the same number, the order of members
// does not matter. Numbers are compared as long double, which on 64-bit Linux holds every int64,
// uint64 and double exactly.

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace mcp::json_schema {

namespace json = boost::json;

std::optional<long double> as_number(json::value const& value);

// Whether it is a number without a fraction: 1.0 is.
bool is_integer(json::value const& value);

bool is_multiple(json::value const& value, json::value const& divisor);

// Each value looked at is taken from `steps`; once that is used up the answer is `false` and
// `steps` is 0.
bool equal(json::value const& a, json::value const& b, std::size_t& steps);
bool all_differ(json::array const& elements, std::size_t& steps);

}  // namespace mcp::json_schema
