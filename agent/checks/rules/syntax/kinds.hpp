#pragma once

// The parts of TypeScript's syntax that something here asks for, as the grammar of
// tree-sitter-typescript names them; a word that C++ keeps for itself has an underscore behind it.
// Everything else is `other`.

#include <cstdint>

namespace agent::checks {

// clang-format off
#define NBE_KINDS(X) \
    X(other) X(program) X(arguments) X(array) X(array_pattern) X(arrow_function) \
    X(as_expression) X(assignment_expression) X(assignment_pattern) X(async) \
    X(augmented_assignment_expression) X(await_expression) X(binary_expression) \
    X(call_expression) X(catch_clause) X(class_) X(class_body) X(class_declaration) \
    X(computed_property_name) X(default_) X(do_statement) X(enum_declaration) X(export_clause) \
    X(export_specifier) X(export_statement) X(expression_statement) X(false_) X(finally_clause) \
    X(for_in_statement) X(for_statement) X(formal_parameters) X(function_declaration) \
    X(function_expression) X(generator_function) X(generator_function_declaration) \
    X(generic_type) X(identifier) X(if_statement) X(import) X(import_clause) X(import_specifier) \
    X(import_statement) X(interface_declaration) X(jsx_attribute) X(jsx_element) \
    X(jsx_expression) X(jsx_opening_element) X(jsx_self_closing_element) X(lexical_declaration) \
    X(literal_type) X(member_expression) X(method_definition) X(named_imports) \
    X(namespace_export) X(namespace_import) X(new_expression) X(non_null_expression) X(null) \
    X(number) X(object) X(object_assignment_pattern) X(object_pattern) X(object_type) X(pair) \
    X(pair_pattern) X(parenthesized_expression) X(property_identifier) X(property_signature) \
    X(regex) X(required_parameter) X(optional_parameter) X(rest_pattern) X(return_statement) \
    X(satisfies_expression) X(shorthand_property_identifier) \
    X(shorthand_property_identifier_pattern) X(spread_element) X(statement_block) X(string) \
    X(string_fragment) X(subscript_expression) X(switch_body) X(template_string) \
    X(template_substitution) X(ternary_expression) X(this_) X(throw_statement) X(true_) \
    X(try_statement) X(type) X(type_alias_declaration) X(type_annotation) X(type_arguments) \
    X(type_identifier) X(unary_expression) X(undefined) X(variable_declaration) \
    X(variable_declarator) X(while_statement)


#define NBE_FIELDS(X) \
    X(none) X(alias) X(alternative) X(argument) X(arguments) X(body) X(condition) X(consequence) \
    X(constructor) X(declaration) X(finalizer) X(function) X(handler) X(key) X(kind) X(left) \
    X(name) X(object) X(operator_) X(optional_chain) X(parameter) X(parameters) X(pattern) \
    X(property) X(right) X(source) X(type) X(value) X(index)

// clang-format on

#define NBE_ENUMERATOR(name) name,
enum class kind : std::uint8_t { NBE_KINDS(NBE_ENUMERATOR) };
enum class field : std::uint8_t { NBE_FIELDS(NBE_ENUMERATOR) };
#undef NBE_ENUMERATOR

}  // namespace agent::checks
