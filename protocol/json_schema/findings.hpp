#pragma once

// What a validation found: where, and why, in the words of the rest of the program ("missing",
// "must be one of", "no member"; protocol/schema_of.hpp). Never holds a value of the instance.

#include "protocol/json_schema/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcp::json_schema {

// A place in the instance: a chain of stack frames, spelled out only to report an error.
struct place {
    std::string_view name;
    place const* parent = nullptr;

    // "arguments.files.0.path"; a long one without its middle.
    std::string text() const;
};

struct finding {
    std::string where;
    std::string why;
    bool misfit = false;  // not even of the right kind: says little about what was meant

    std::string text() const { return where + ": " + why; }
};

// The first few. An evaluation without any is only asked for yes or no.
class findings {
public:
    explicit findings(std::size_t most) : most_(most) {}

    bool full() const { return list_.size() >= most_; }
    void add(finding f);
    void add(findings const& others);
    std::size_t most() const { return most_; }
    std::vector<finding> const& list() const { return list_; }

    // How far the instance is from what was asked for, to choose among alternatives.
    std::size_t distance() const;
    bool misfit() const;

private:
    std::size_t most_;
    std::vector<finding> list_;
};

// "expected a string or null, got a number"
std::string wrong_kind(std::uint8_t expected, json::value const& got);

// "must be one of plan, review; did you mean "plan"?"
std::string not_a_choice(std::vector<json::value const*> const& choices, json::value const& got);

// A value of the schema, short.
std::string shown(json::value const& value);

// "1 character", "2 characters"
std::string counted(std::uint64_t n, std::string_view what);

}  // namespace mcp::json_schema
