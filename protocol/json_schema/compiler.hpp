#pragma once

// The text of a schema into its nodes. First every subschema is read, and named by its $id and
// anchors; then references are looked up among those names, and what they point at is read too if
// it was not yet. Throws invalid_schema; json_schema::compile() catches it.

#include "protocol/json_schema/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcp::json_schema {

class compiler {
public:
    explicit compiler(document& out) : out_(out) {}

    void run();

private:
    struct reference {
        node* from;
        std::string_view keyword;
        std::string uri;  // absolute as far as the document has a base
    };

    // Where the reader is, for the texts of errors.
    class step {
    public:
        step(compiler& c, std::string_view name) : path_(c.path_) { path_.emplace_back(name); }
        step(compiler& c, std::size_t index) : step(c, std::to_string(index)) {}
        ~step() { path_.pop_back(); }
        step(step const&) = delete;
        step& operator=(step const&) = delete;

    private:
        std::vector<std::string>& path_;
    };

    [[noreturn]] void fail(std::string const& why) const;
    void check_dialect(json::object const& text);

    node* read(json::value const& text, resource* home);
    resource* identify(json::object const& text, json::value const& whole, node& n, resource* home);
    void name_anchors(json::object const& text, node& n, resource* home);
    resource* new_resource(std::string uri, json::value const& root);
    void refer(json::object const& text, node& n, resource const* home);

    // Readers of keywords, one for each vocabulary.
    void assertions(json::object const& text, node& n);
    void number_assertions(json::object const& text, node& n);
    void object_assertions(json::object const& text, node& n);
    void types(json::value const& value, node& n);
    void strings(json::object const& text, node& n);
    void logic(json::object const& text, node& n, resource* home);
    void arrays(json::object const& text, node& n, resource* home);
    void objects(json::object const& text, node& n, resource* home);
    void definitions(json::object const& text, resource* home);
    void dependencies(json::object const& text, node& n, resource* home);

    // The values of keywords; nothing or null if it is not there, a failure if it is of a wrong
    // kind.
    json::value const* number(json::object const& text, std::string_view keyword);
    std::optional<std::uint64_t> count(json::object const& text, std::string_view keyword);
    json::object const* object(json::object const& text, std::string_view keyword);
    json::array const* array(json::object const& text, std::string_view keyword);
    json::string const* string(json::object const& text, std::string_view keyword);
    std::vector<std::string_view> names(json::value const& value);
    node const* child(json::object const& text, std::string_view keyword, resource* home);
    std::vector<node const*>
    list(json::object const& text, std::string_view keyword, resource* home);
    std::vector<named_node> map(json::object const& text, std::string_view keyword, resource* home);
    pattern expression(std::string_view source);

    void resolve(reference const& r);
    node const* find(reference const& r);
    node const* by_pointer(resource const& in, std::string_view pointer);

    document& out_;
    std::vector<std::string> path_;
    std::vector<reference> references_;
    std::size_t depth_ = 0;
};

}  // namespace mcp::json_schema
