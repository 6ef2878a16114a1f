#pragma once

// The head of an HTTP request, as the rules read it: field lines in the order they came, names in
// any case. Kept from one request to the next, so that a request allocates nothing for it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server {

// Both of ASCII, in any case.
bool same_name(std::string_view a, std::string_view b);

class header_fields {
public:
    void clear();

    // The value without white space around it.
    void add(std::string_view name, std::string_view value);

    struct found {
        std::string_view value;  // of the first; valid until the next add() or clear()
        std::size_t count = 0;   // how often the field was sent

        explicit operator bool() const { return count > 0; }
        bool is_repeated() const { return count > 1; }
    };
    found find(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;

    std::size_t size() const { return lines_.size(); }

private:
    struct line {
        std::uint32_t name, name_size, value, value_size;  // in text_
    };
    std::string_view name(line const& l) const { return {text_.data() + l.name, l.name_size}; }
    std::string_view value(line const& l) const { return {text_.data() + l.value, l.value_size}; }

    std::string text_;
    std::vector<line> lines_;
};

struct http_head {
    std::string method;
    std::string target;
    bool http_1_0 = false;
    bool keep_alive = true;
    std::optional<std::uint64_t> content_length;  // nothing: chunked, or no body
    header_fields fields;

    // The target without its query.
    std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }

    void clear();
};

}  // namespace server
