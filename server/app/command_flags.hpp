#pragma once

// The commands beside serving, and their options: ask, runs, docs, check, install, doctor.

#include "server/app/config.hpp"

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace app {

inline constexpr std::string_view command_names[] = {
    "ask", "runs", "docs", "check", "install", "uninstall", "doctor"};

// Refers to itself once it was added: not moved, and alive while the command line is parsed.
class command_flags {
public:
    void add_to(CLI::App& cli);

    // What was asked for, into `to`; after the command line was parsed. Nothing where they were not
    // added.
    void read(config& to);

private:
    void add_ask(CLI::App& cli);
    void add_runs(CLI::App& cli);
    void add_docs(CLI::App& cli);
    void add_check(CLI::App& cli);
    void add_install(CLI::App& cli);

    CLI::App* ask_ = nullptr;
    ask_options asked_;
    std::string mode_ = "implement";
    std::string verified_;
    bool apply_ = false;
    CLI::App* runs_ = nullptr;
    runs_options kept_;
    CLI::App* docs_ = nullptr;
    docs_options documentation_;
    CLI::App* check_ = nullptr;
    check_options checked_;
    std::string check_as_ = "text";
    std::string check_level_ = "rules";
    CLI::App* install_ = nullptr;
    CLI::App* uninstall_ = nullptr;
    install_options installed_;
    bool list_hosts_ = false;
    CLI::App* doctor_ = nullptr;
};

}  // namespace app
