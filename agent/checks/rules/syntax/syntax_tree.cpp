#include "agent/checks/rules/syntax/syntax_tree.hpp"

#include "agent/checks/rules/syntax/misread.hpp"

#include <array>
#include <map>
#include <new>
#include <tree_sitter/api.h>

extern "C" {
TSLanguage const* tree_sitter_typescript();
TSLanguage const* tree_sitter_tsx();
}

namespace agent::checks {

namespace {

#define NBE_NAME(name) #name,
constexpr std::array kind_spellings{NBE_KINDS(NBE_NAME)};
constexpr std::array field_spellings{NBE_FIELDS(NBE_NAME)};
#undef NBE_NAME

template <class Enum, std::size_t Size>
std::map<std::string_view, Enum> by_name(std::array<char const*, Size> const& spellings)
{
    std::map<std::string_view, Enum> out;
    for (std::size_t i = 0; i < Size; ++i) {
        std::string_view name = spellings[i];
        if (name.ends_with('_'))
            name.remove_suffix(1);
        out.emplace(name, static_cast<Enum>(i));
    }
    return out;
}

// What the numbers of a grammar mean here.
struct vocabulary {
    TSLanguage const* language = nullptr;
    std::vector<kind> kinds;
    std::vector<field> fields;
    TSSymbol comment = 0;
    TSSymbol hash_bang = 0;

    explicit vocabulary(TSLanguage const* of) : language(of)
    {
        auto const kind_names = by_name<kind>(kind_spellings);
        auto const field_names = by_name<field>(field_spellings);
        auto const symbols = ts_language_symbol_count(of);
        kinds.resize(symbols, kind::other);
        for (TSSymbol symbol = 0; symbol < symbols; ++symbol) {
            std::string_view const name = ts_language_symbol_name(of, symbol);
            bool const named = ts_language_symbol_type(of, symbol) == TSSymbolTypeRegular;
            // `type` and `async` are asked for as words, and a word like `string` never is.
            bool const wanted =
                named || name == "async" || name == "type" || name == "default" || name == "import";
            auto const found = kind_names.find(name);
            if (wanted && found != kind_names.end())
                kinds[symbol] = found->second;
            if (named && name == "comment")
                comment = symbol;
            if (named && name == "hash_bang_line")
                hash_bang = symbol;
        }
        fields.resize(ts_language_field_count(of) + 1, field::none);
        for (std::size_t id = 1; id < fields.size(); ++id) {
            auto const found =
                field_names.find(ts_language_field_name_for_id(of, static_cast<TSFieldId>(id)));
            if (found != field_names.end())
                fields[id] = found->second;
        }
    }
};

struct owned_tree {
    explicit owned_tree(TSTree* t) : tree(t) {}
    ~owned_tree() { ts_tree_delete(tree); }
    owned_tree(owned_tree const&) = delete;
    owned_tree& operator=(owned_tree const&) = delete;
    TSTree* tree;
};

struct cursor {
    explicit cursor(TSNode root) : at(ts_tree_cursor_new(root)) {}
    ~cursor() { ts_tree_cursor_delete(&at); }
    cursor(cursor const&) = delete;
    cursor& operator=(cursor const&) = delete;
    TSTreeCursor at;
};

bool is_error(TSNode n)
{
    return ts_node_symbol(n) == static_cast<TSSymbol>(-1) || ts_node_is_missing(n);
}

}  // namespace

struct parser::state {
    TSParser* parser = ts_parser_new();
    std::array<vocabulary, 2> languages{
        vocabulary(tree_sitter_typescript()), vocabulary(tree_sitter_tsx())};

    state() = default;
    ~state() { ts_parser_delete(parser); }
    state(state const&) = delete;
    state& operator=(state const&) = delete;
};

parser::parser(parse_limits limits) : limits_(limits), state_(std::make_unique<state>())
{
    if (!state_->parser)
        throw std::bad_alloc();
    ts_parser_set_timeout_micros(state_->parser, limits_.microseconds);
}

parser::~parser() = default;

// A second time if the grammar may be what is wrong. Places are the same, and so is the text that
// the nodes show.
parsed parser::parse(std::string_view text, dialect which)
{
    auto out = parse_as_is(text, which);
    if (out.problem != parse_problem::syntax)
        return out;
    auto const other = without_misread(text, which == dialect::tsx);
    if (!other)
        return out;
    auto again = parse_as_is(*other, which);
    if (again.problem != parse_problem::none)
        return out;
    again.tree.text_ = text;
    return again;
}

parsed parser::parse_as_is(std::string_view text, dialect which)
{
    parsed out;
    if (text.size() > limits_.bytes) {
        out.problem = parse_problem::too_large;
        return out;
    }
    auto const& words = state_->languages[which == dialect::tsx ? 1 : 0];
    ts_parser_set_language(state_->parser, words.language);
    owned_tree const held(ts_parser_parse_string(
        state_->parser, nullptr, text.data(), static_cast<std::uint32_t>(text.size())));
    if (!held.tree) {
        ts_parser_reset(state_->parser);
        out.problem = parse_problem::too_slow;
        return out;
    }
    auto const root = ts_tree_root_node(held.tree);
    bool const faulty = ts_node_has_error(root);
    auto& tree = out.tree;
    tree.text_ = text;
    tree.nodes_.reserve(text.size() / 6 + 16);
    cursor c(root);
    std::vector<std::uint32_t> open;  // the nodes that we are inside of; those left out as well
    constexpr auto left_out = static_cast<std::uint32_t>(-1);
    std::uint32_t parent = 0;
    for (bool up = false;;) {
        if (!up) {
            auto const n = ts_tree_cursor_current_node(&c.at);
            auto const symbol = ts_node_symbol(n);
            auto const begin = ts_node_start_byte(n);
            auto const end = ts_node_end_byte(n);
            if (faulty && out.problem == parse_problem::none && is_error(n)) {
                out.problem = parse_problem::syntax;
                out.where = {begin, end};
            }
            auto const what = symbol < words.kinds.size() ? words.kinds[symbol] : kind::other;
            auto const as = words.fields[ts_tree_cursor_current_field_id(&c.at)];
            auto index = left_out;
            if (symbol == words.comment)
                tree.comments_.push_back({begin, end});
            else if (
                symbol != words.hash_bang &&
                (what != kind::other || as != field::none || ts_node_is_named(n))) {
                index = static_cast<std::uint32_t>(tree.nodes_.size());
                tree.nodes_.push_back({what, as, begin, end, parent, index + 1});
            }
            if (ts_tree_cursor_goto_first_child(&c.at)) {
                open.push_back(index);
                if (index != left_out)
                    parent = index;
                if (open.size() > limits_.depth) {
                    out.tree = {};
                    out.problem = parse_problem::too_deep;
                    out.where = {begin, begin};
                    return out;
                }
                continue;
            }
        }
        if (ts_tree_cursor_goto_next_sibling(&c.at)) {
            up = false;
            continue;
        }
        if (!ts_tree_cursor_goto_parent(&c.at))
            break;
        up = true;
        if (auto const closed = open.back(); closed != left_out) {
            tree.nodes_[closed].last = static_cast<std::uint32_t>(tree.nodes_.size());
            parent = tree.nodes_[closed].parent;
        }
        open.pop_back();
    }
    if (faulty && out.problem == parse_problem::none)
        out.problem = parse_problem::syntax;
    return out;
}

kind node::kind() const
{
    return tree_ ? tree_->nodes_[index_].kind : checks::kind::other;
}

field node::field() const
{
    return tree_ ? tree_->nodes_[index_].field : checks::field::none;
}

std::uint32_t node::begin() const
{
    return tree_ ? tree_->nodes_[index_].begin : 0;
}

std::uint32_t node::end() const
{
    return tree_ ? tree_->nodes_[index_].end : 0;
}

std::string_view node::text() const
{
    return tree_ ? tree_->text_.substr(begin(), end() - begin()) : std::string_view();
}

std::uint32_t node::last() const
{
    return tree_ ? tree_->nodes_[index_].last : 0;
}

node node::parent() const
{
    return tree_ && index_ != 0 ? node(*tree_, tree_->nodes_[index_].parent) : node();
}

node node::first() const
{
    return tree_ && index_ + 1 < last() ? node(*tree_, index_ + 1) : node();
}

node node::next() const
{
    return tree_ && index_ != 0 && last() < parent().last() ? node(*tree_, last()) : node();
}

node node::child(checks::field name) const
{
    for (auto at = first(); at; at = at.next())
        if (at.field() == name)
            return at;
    return {};
}

node node::child(checks::kind what) const
{
    for (auto at = first(); at; at = at.next())
        if (at.kind() == what)
            return at;
    return {};
}

std::size_t node::size() const
{
    std::size_t count = 0;
    for (auto at = first(); at; at = at.next())
        ++count;
    return count;
}

bool node::contains(node other) const
{
    return tree_ && other.tree_ == tree_ && other.index_ >= index_ && other.index_ < last();
}

}  // namespace agent::checks
