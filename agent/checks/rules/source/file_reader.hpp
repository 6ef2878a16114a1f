#pragma once

// The one pass that fills a source_file.

#include "agent/checks/rules/source/source_file.hpp"

namespace agent::checks {

class file_reader {
public:
    explicit file_reader(source_file& out) : out_(out) {}

    void read();

private:
    void import_statement(node n);
    void export_statement(node n);
    void declare(node declaration, node statement, bool type_only);
    void variables(node declaration);
    void pattern(node target, binding like);
    void function_node(node n);
    void call_node(node n);
    void bind(node identifier, binding like);
    void finish_exports();

    source_file& out_;
};

}  // namespace agent::checks
