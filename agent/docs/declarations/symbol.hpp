#pragma once

// What is said about one symbol: its documentation, its signature, its members in order.
// `declarations.cpp` drives it.

#include "agent/docs/declarations/section_packer.hpp"
#include "agent/docs/declarations/typescript/scanner.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace agent {

// One line, without the documented members.
std::string signature_of(
    typescript::declaration_file const& file,
    typescript::declaration const& declaration,
    std::size_t limit);

// Overloads say the same again and again.
class overloads {
public:
    // What the documentation of one more says that the ones before it have not said. Nothing: it
    // is to be left out. That is from the fifth on, unless it has more to say than what another
    // parameter means.
    std::optional<std::string> add(std::string_view text);

    std::size_t left_out() const { return left_out_; }

private:
    std::string news(std::string_view text);
    void split(std::string_view text, std::string* fresh);

    std::size_t count_ = 0;
    std::size_t left_out_ = 0;
    std::string first_;
    std::unordered_set<std::string> said_;
};

class symbol_text {
public:
    symbol_text(typescript::declaration_file const& file, std::size_t size, section_packer& section)
        : file_(file), size_(size), section_(section)
    {
    }

    // A declaration of the symbol, by its index, and what its JSDoc says; more than once for a
    // function that has overloads.
    void add(std::uint32_t index, std::string_view doc);

    void finish();

    // Whether there is something in it that is more than the symbol's existence.
    bool tells() const { return tells_; }

private:
    void append_news(std::string_view news);
    void members(std::uint32_t of, std::string const& path);
    void member(std::uint32_t index, std::string const& path);
    void shape(typescript::declaration const& d, std::string const& path, std::string line);
    void flush_shape();

    typescript::declaration_file const& file_;
    std::size_t size_;
    section_packer& section_;
    overloads overloads_;
    std::string doc_;
    std::string signatures_;
    std::vector<std::uint32_t> shown_;
    bool tells_ = false;

    // Members that nobody documents, until one comes that somebody does.
    std::string lines_;
    std::string first_;
    std::vector<std::string_view> names_;
    std::size_t spent_ = 0;

    std::string_view last_name_;  // of the documented member before
    overloads member_overloads_;
};

}  // namespace agent
