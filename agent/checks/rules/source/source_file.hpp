#pragma once

// One source file as the rules see it: its tree, and what one pass over that has found: imports and
// every other name with what it stands for, exports, functions with their directives, calls. Pure;
// path and text must outlive it.

#include "agent/checks/rules/source/file_role.hpp"
#include "agent/checks/rules/syntax/syntax_tree.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace agent::checks {

// A name of a module: {"next/cache", "updateTag"}; "default" and "*" as they are.
struct symbol {
    std::string_view module;
    std::string_view name;

    explicit operator bool() const { return !module.empty(); }
    bool is(std::string_view of, std::string_view called) const
    {
        return module == of && name == called;
    }
};

// A name, what it stands for, and where.
struct binding {
    std::string_view name;
    node at;               // the identifier
    node scope;            // where it can be seen
    node value;            // what it was made from: initializer, function, class; if anything
    std::string_view key;  // the property of `value` that a pattern took, if it took one
    symbol from;           // of an import
    bool type_only = false;
    bool constant = false;   // const, function, class, import
    bool parameter = false;  // of a function, itself or a part of one
    bool destructured = false;
};

enum class directive {
    none,
    use_client,
    use_server,
    use_cache,  // and 'use cache: remote', and those of handlers of one's own
    use_cache_private,
};

struct function {
    node at;
    node body;
    node parameters;            // formal_parameters, or the one identifier of an arrow function
    std::string_view name;      // its own, or that of what it is assigned to
    std::string_view exported;  // as; "default" as well
    bool wrapped = false;       // it is an argument of the call that is exported
    bool asynchronous = false;
    checks::directive directive = directive::none;
};

struct export_entry {
    std::string_view name;  // "*" of export * from
    node at;
    node value;               // declaration or expression, if it is in this file
    std::string_view module;  // of export … from
    bool type_only = false;
};

struct call {
    node at;         // call_expression or new_expression
    node callee;     // without parentheses and !
    node arguments;  // may be none
    symbol target;   // if an import tells
};

// Where code runs.
enum class place {
    unknown,  // a function that anybody may call
    module,   // outside of functions
    handler,  // of a route
    action,
    render,  // of a page or a layout
    proxy,
    cached,
    cached_private,
};

class source_file {
public:
    source_file(std::string_view path, parsed tree);
    source_file(source_file const&) = delete;
    source_file& operator=(source_file const&) = delete;

    std::string_view path() const { return path_; }
    std::string_view text() const { return parsed_.tree.text(); }
    syntax_tree const& tree() const { return parsed_.tree; }
    node root() const { return parsed_.tree.root(); }
    file_role role() const { return role_; }
    checks::directive directive() const { return directive_; }

    std::vector<binding> const& bindings() const { return bindings_; }
    std::vector<export_entry> const& exports() const { return exports_; }
    std::vector<function> const& functions() const { return functions_; }
    std::vector<call> const& calls() const { return calls_; }

    // What an identifier stands for there; null for a global.
    binding const* lookup(node identifier) const;

    // What an expression names of another module: an import, a member of a namespace import, and
    // the same of require() and import().
    symbol resolve(node expression) const;

    // The value of a constant that an identifier stands for, else the expression itself; without
    // parentheses, `as` and the like.
    node value_of(node expression) const;

    // The innermost function around a node; null at the top of the file.
    function const* function_of(node n) const;
    function const* function_at(node n) const;  // that is this node

    place place_of(node n) const;

    // The body of the function around it that decides place_of; none at the top.
    function const* deciding_function(node n) const;

private:
    friend class file_reader;
    std::string_view path_;
    checks::parsed parsed_;
    file_role role_;
    checks::directive directive_ = directive::none;
    std::vector<binding> bindings_;  // in name order
    std::vector<export_entry> exports_;
    std::vector<function> functions_;  // in the order of the text
    std::vector<call> calls_;
};

bool is_function(node n);
bool is_http_method(std::string_view name);

// Without parentheses, as, satisfies and !.
node bare(node expression);

// And without await.
node awaited(node expression);

// The text of a string without its quotes (escapes as written), and of a template without holes.
// Nothing else has one.
std::string_view string_value(node n);

// "a.b.c" → a; a call is gone through as well. None if it does not begin with a name.
node root_of(node expression);

// The last name of a callee: "updateTag" of cache.updateTag.
std::string_view called_name(node callee);

// The nth argument, from 0.
node argument(call const& c, std::size_t n);

// The value of a property of an object literal by its (plain) key.
node property(node object, std::string_view key);

// The directive that a string is, if any.
directive directive_of(std::string_view text);

}  // namespace agent::checks
