#pragma once

// JSON text taken apart without being rewritten: what a model sent is replayed byte for byte, and
// Boost.JSON 1.81 would respell its numbers. The text has been parsed once before, so the scanning
// here relies on its being JSON; on anything else it returns less, and reads nothing beyond it.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

// Deeper documents are refused by every parser here: Boost.JSON recurses.
inline constexpr std::size_t json_depth = 128;

using raw_member = std::pair<std::string_view, std::string_view>;  // key without quotes, value

// The members of an object, in order; keys as they are spelled.
std::vector<raw_member> raw_members(std::string_view object);

// The last member of that name; empty without one.
std::string_view raw_member_of(std::string_view object, std::string_view key);

// The elements of an array, in order.
std::vector<std::string_view> raw_elements(std::string_view array);

// `text` as a JSON string with its quotes.
std::string json_string(std::string_view text);

// Whether `text` is one JSON object and nothing else, not too deep.
bool is_json_object(std::string_view text);

}  // namespace agent
