#pragma once

// A source file of TypeScript, TSX or JavaScript as a tree. The parser is tree-sitter's, and this
// pair of files alone speaks with it; what comes out is a flat list of nodes in the order of the
// text, so that going through all below a node is a loop, however deep hostile text is nested.
// Pure; the text must outlive the tree. Offsets are bytes.

#include "agent/checks/rules/syntax/kinds.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace agent::checks {

class syntax_tree;

// One node: cheap to copy, valid as long as its tree, and false where there is none, which all that
// is asked of it then comes to.
class node {
public:
    node() = default;
    node(syntax_tree const& tree, std::uint32_t index) : tree_(&tree), index_(index) {}

    explicit operator bool() const { return tree_ != nullptr; }
    bool operator==(node const&) const = default;

    checks::kind kind() const;
    checks::field field() const;  // what it is to its parent
    bool is(checks::kind what) const { return *this && kind() == what; }
    template <class... Kinds>
    bool is(checks::kind what, Kinds... or_these) const
    {
        return is(what) || is(or_these...);
    }

    std::uint32_t begin() const;
    std::uint32_t end() const;
    std::string_view text() const;

    node parent() const;
    node first() const;  // child
    node next() const;   // sibling
    node child(checks::field name) const;
    node child(checks::kind what) const;  // the first
    std::size_t size() const;             // children

    // Position in the order of the text. Everything below it has the indices up to last().
    std::uint32_t index() const { return index_; }
    std::uint32_t last() const;  // one past
    bool contains(node other) const;

    syntax_tree const* tree() const { return tree_; }

private:
    syntax_tree const* tree_ = nullptr;
    std::uint32_t index_ = 0;
};

// for (node child : children(n))
class children {
public:
    explicit children(node parent) : first_(parent.first()) {}
    struct iterator {
        node at;
        node operator*() const { return at; }
        iterator& operator++()
        {
            at = at.next();
            return *this;
        }
        bool operator!=(iterator const& other) const { return at != other.at; }
    };
    iterator begin() const { return {first_}; }
    iterator end() const { return {}; }

private:
    node first_;
};

// for (node inner : below(n)): the node itself and all that is in it, in the order of the text.
class below {
public:
    explicit below(node root) : root_(root) {}
    struct iterator {
        syntax_tree const* tree;
        std::uint32_t at;
        node operator*() const { return {*tree, at}; }
        iterator& operator++()
        {
            ++at;
            return *this;
        }
        bool operator!=(iterator const& other) const { return at != other.at; }
    };
    iterator begin() const { return {root_.tree(), root_.index()}; }
    iterator end() const { return {root_.tree(), root_ ? root_.last() : 0}; }

private:
    node root_;
};

// A node's place in the text.
struct span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

class syntax_tree {
public:
    node root() const { return nodes_.empty() ? node() : node(*this, 0); }
    node at(std::uint32_t index) const { return {*this, index}; }
    std::size_t size() const { return nodes_.size(); }
    std::string_view text() const { return text_; }
    std::vector<span> const& comments() const { return comments_; }

private:
    friend class node;
    friend class parser;
    struct record {
        checks::kind kind;
        checks::field field;
        std::uint32_t begin;
        std::uint32_t end;
        std::uint32_t parent;
        std::uint32_t last;
    };
    std::string_view text_;
    std::vector<record> nodes_;
    std::vector<span> comments_;
};

enum class dialect { typescript, tsx };

enum class parse_problem { none, syntax, too_large, too_slow, too_deep };

struct parse_limits {
    std::size_t bytes = 1 << 20;
    std::size_t depth = 800;  // of the nesting of nodes
    std::uint64_t microseconds = 3'000'000;
};

struct parsed {
    syntax_tree tree;  // empty if it is too anything
    parse_problem problem = parse_problem::none;
    span where;  // of a syntax problem, the first
};

// Used again and again: to make one costs more than to parse a small file.
class parser {
public:
    explicit parser(parse_limits limits = parse_limits());
    ~parser();
    parser(parser const&) = delete;
    parser& operator=(parser const&) = delete;

    parsed parse(std::string_view text, dialect which);

private:
    struct state;

    parsed parse_as_is(std::string_view text, dialect which);

    parse_limits limits_;
    std::unique_ptr<state> state_;
};

}  // namespace agent::checks
