#include "agent/checks/rules/source/file_reader.hpp"

#include <algorithm>
#include <utility>

namespace agent::checks {

namespace {

bool has(node n, kind word)
{
    return static_cast<bool>(n.child(word));
}

// Where a let, const, class or function can be seen: the block that it stands in.
node block_around(node declaration)
{
    auto parent = declaration.parent();
    while (parent && !parent.is(
                         kind::statement_block,
                         kind::program,
                         kind::for_statement,
                         kind::switch_body,
                         kind::class_body))
        parent = parent.parent();
    return parent;
}

// The directive at the beginning of a file or of a function's body.
directive directive_in(node body)
{
    if (!body.is(kind::program, kind::statement_block))
        return directive::none;
    for (auto const statement : children(body)) {
        if (!statement.is(kind::expression_statement) || !statement.first().is(kind::string))
            break;
        auto const found = directive_of(string_value(statement.first()));
        if (found != directive::none)
            return found;
    }
    return directive::none;
}

node without_wrapping_calls(node value)
{
    value = bare(value);
    for (int depth = 0; depth < 4 && value.is(kind::call_expression); ++depth)
        for (auto const inner : children(value.child(field::arguments)))
            if (auto const plain = bare(inner);
                is_function(plain) || plain.is(kind::call_expression))
                value = plain;
    return value;
}

}  // namespace

void file_reader::read()
{
    out_.directive_ = directive_in(out_.root());
    for (auto const n : below(out_.root())) {
        switch (n.kind()) {
        case kind::import_statement:
            import_statement(n);
            break;
        case kind::export_statement:
            export_statement(n);
            break;
        case kind::lexical_declaration:
        case kind::variable_declaration:
            variables(n);
            break;
        case kind::for_in_statement: {
            binding like;
            like.scope = n;
            pattern(n.child(field::left), like);
            break;
        }
        case kind::catch_clause: {
            binding like;
            like.scope = n;
            pattern(n.child(field::parameter), like);
            break;
        }
        case kind::class_declaration:
        case kind::enum_declaration: {
            binding like;
            like.scope = block_around(n);
            like.value = n;
            like.constant = true;
            bind(n.child(field::name), like);
            break;
        }
        case kind::call_expression:
        case kind::new_expression:
            call_node(n);
            break;
        default:
            if (is_function(n))
                function_node(n);
        }
    }
    std::stable_sort(
        out_.bindings_.begin(), out_.bindings_.end(), [](binding const& a, binding const& b) {
            return std::pair(a.name, a.scope.index()) < std::pair(b.name, b.scope.index());
        });
    for (auto& c : out_.calls_)
        c.target = out_.resolve(c.callee);
    finish_exports();
}

void file_reader::bind(node identifier, binding like)
{
    if (!identifier)
        return;
    like.name = identifier.text();
    like.at = identifier;
    out_.bindings_.push_back(like);
}

void file_reader::import_statement(node n)
{
    auto const source = n.child(field::source);
    if (!source)
        return;
    binding like;
    like.scope = out_.root();
    like.constant = true;
    like.from.module = string_value(source);
    like.type_only = has(n, kind::type);
    for (auto const part : children(n.child(kind::import_clause))) {
        if (part.is(kind::identifier)) {
            like.from.name = "default";
            bind(part, like);
        } else if (part.is(kind::namespace_import)) {
            like.from.name = "*";
            bind(part.first(), like);
        } else if (part.is(kind::named_imports)) {
            for (auto const one : children(part)) {
                if (!one.is(kind::import_specifier))
                    continue;
                auto named = like;
                named.from.name = one.child(field::name).text();
                named.type_only = like.type_only || has(one, kind::type);
                auto const alias = one.child(field::alias);
                bind(alias ? alias : one.child(field::name), named);
            }
        }
    }
}

void file_reader::export_statement(node n)
{
    bool const type_only = has(n, kind::type);
    auto const source = string_value(n.child(field::source));
    if (has(n, kind::default_)) {
        export_entry entry;
        entry.name = "default";
        entry.at = n;
        auto const declaration = n.child(field::declaration);
        entry.value = declaration ? declaration : n.child(field::value);
        entry.type_only = entry.value.is(kind::interface_declaration);
        out_.exports_.push_back(entry);
        return;
    }
    if (auto const clause = n.child(kind::export_clause)) {
        for (auto const one : children(clause)) {
            if (!one.is(kind::export_specifier))
                continue;
            export_entry entry;
            auto const alias = one.child(field::alias);
            entry.at = alias ? alias : one.child(field::name);
            entry.name = entry.at.text();
            entry.module = source;
            entry.type_only = type_only || has(one, kind::type);
            if (source.empty())
                entry.value = one.child(field::name);
            out_.exports_.push_back(entry);
        }
        return;
    }
    if (!source.empty()) {
        export_entry entry;
        entry.name = "*";
        entry.at = n;
        entry.module = source;
        entry.type_only = type_only;
        out_.exports_.push_back(entry);
        return;
    }
    declare(n.child(field::declaration), n, type_only);
}

void file_reader::declare(node declaration, node statement, bool type_only)
{
    if (!declaration)
        return;
    export_entry entry;
    entry.type_only = type_only;
    if (declaration.is(kind::lexical_declaration, kind::variable_declaration)) {
        for (auto const one : children(declaration)) {
            auto const name = one.child(field::name);
            if (!one.is(kind::variable_declarator))
                continue;
            if (name.is(kind::identifier)) {
                entry.name = name.text();
                entry.at = name;
                entry.value = one.child(field::value);
                out_.exports_.push_back(entry);
                continue;
            }
            // export const { GET, POST } = handlers
            for (auto const inner : below(name))
                if (inner.is(kind::shorthand_property_identifier_pattern) ||
                    (inner.is(kind::identifier) && inner.field() != field::right)) {
                    entry.name = inner.text();
                    entry.at = inner;
                    entry.value = {};
                    out_.exports_.push_back(entry);
                }
        }
        return;
    }
    bool const value =
        is_function(declaration) || declaration.is(kind::class_declaration, kind::enum_declaration);
    entry.at = declaration.child(field::name);
    if (!entry.at)
        entry.at = statement;
    entry.name = declaration.child(field::name).text();
    entry.value = declaration;
    entry.type_only = type_only || !value;
    out_.exports_.push_back(entry);
}

void file_reader::variables(node declaration)
{
    binding like;
    like.scope = block_around(declaration);
    like.constant = declaration.child(field::kind).text() == "const";
    for (auto const one : children(declaration)) {
        if (!one.is(kind::variable_declarator))
            continue;
        like.value = one.child(field::value);
        pattern(one.child(field::name), like);
    }
}

// Every name that a pattern makes. Iterative: patterns nest, too.
void file_reader::pattern(node target, binding like)
{
    if (!target)
        return;
    if (target.is(kind::identifier)) {
        bind(target, like);
        return;
    }
    like.destructured = true;
    for (auto const inner : below(target)) {
        auto const parent = inner.parent();
        auto one = like;
        if (inner.is(kind::shorthand_property_identifier_pattern)) {
            one.key = inner.text();
        } else if (inner.is(kind::identifier)) {
            bool const bound =
                (parent.is(kind::pair_pattern) && inner.field() == field::value) ||
                (parent.is(kind::assignment_pattern) && inner.field() == field::left) ||
                parent.is(kind::array_pattern, kind::rest_pattern);
            if (!bound)
                continue;
            if (parent.is(kind::pair_pattern))
                one.key = parent.child(field::key).text();
        } else {
            continue;
        }
        auto outer = parent;
        while (outer.is(kind::object_assignment_pattern, kind::pair_pattern))
            outer = outer.parent();
        if (outer != target)
            one.key = "*";  // of something that is a part itself
        bind(inner, one);
    }
}

void file_reader::function_node(node n)
{
    function f;
    f.at = n;
    f.body = n.child(field::body);
    f.parameters = n.child(field::parameters);
    if (!f.parameters)
        f.parameters = n.child(field::parameter);
    f.asynchronous = has(n, kind::async);
    f.directive = directive_in(f.body);
    f.name = n.child(field::name).text();
    auto outer = n.parent();
    while (
        outer.is(kind::parenthesized_expression, kind::as_expression, kind::satisfies_expression))
        outer = outer.parent();
    if (outer.is(kind::variable_declarator))
        f.name = outer.child(field::name).text();
    else if (outer.is(kind::pair))
        f.name = outer.child(field::key).text();
    out_.functions_.push_back(f);

    binding own;
    own.value = n;
    own.constant = true;
    bool const declared = n.is(kind::function_declaration, kind::generator_function_declaration);
    own.scope = declared ? block_around(n) : n;
    if (declared || n.is(kind::function_expression, kind::generator_function))
        bind(n.child(field::name), own);

    binding parameter;
    parameter.scope = n;
    parameter.parameter = true;
    if (f.parameters.is(kind::identifier))
        bind(f.parameters, parameter);
    else
        for (auto const one : children(f.parameters)) {
            auto target = one.child(field::pattern);
            if (target.is(kind::rest_pattern))
                target = target.first();
            pattern(target, parameter);
        }
}

void file_reader::call_node(node n)
{
    call c;
    c.at = n;
    c.callee = bare(n.child(n.is(kind::new_expression) ? field::constructor : field::function));
    c.arguments = n.child(field::arguments);
    out_.calls_.push_back(c);
}

void file_reader::finish_exports()
{
    for (auto& entry : out_.exports_) {
        auto value = bare(entry.value);
        if (value.is(kind::identifier)) {
            auto const* named = out_.lookup(value);
            if (named && named->type_only)
                entry.type_only = true;
            if (named && named->value && !named->destructured)
                entry.value = value = bare(named->value);
        }
        auto const inner = without_wrapping_calls(value);
        auto const* found = out_.function_at(inner);
        if (!found)
            continue;
        auto& exported = out_.functions_[static_cast<std::size_t>(found - out_.functions_.data())];
        exported.exported = entry.name;
        exported.wrapped = inner != value;
    }
}

}  // namespace agent::checks
