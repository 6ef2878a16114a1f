#pragma once

// What a server may ask for in the middle of a call: in the modern era by a result that is no
// answer yet, in the legacy one by a request. Pure.
// Sources: basic/patterns/mrtr, basic/index (ResultType).

#include "agent/downstream/downstream_server.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agent {

struct wanted_input {
    boost::json::object requests;             // by the key under which each is to be answered
    std::optional<boost::json::value> state;  // to be given back exactly as it came
};

// Nothing for a complete result: an absent type means complete. Throws transport_error for a result
// that is neither, or that asks where it must not.
std::optional<wanted_input>
input_required(downstream_era era, std::string_view method, boost::json::value const& result);

struct input_question {
    std::string method;
    boost::json::object params;
};

// One of the requests, which have no id of their own. Throws transport_error.
input_question question_in(boost::json::value const& request);

// Whether a client with these capabilities can be asked it.
bool is_offered(boost::json::object const& capabilities, std::string_view method);

}  // namespace agent
