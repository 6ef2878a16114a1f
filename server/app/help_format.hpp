#pragma once

// How --help is laid out: what can be said on the left, what it means beside it, 80 columns in all.

#include <CLI/CLI.hpp>
#include <string>

namespace app {

class help_format final : public CLI::Formatter {
public:
    // `home` is shown as ~ in what is meant where nothing is said.
    explicit help_format(std::string home) : home_(std::move(home)) {}

    std::string make_option(CLI::Option const* option, bool is_positional) const override;
    std::string make_subcommand(CLI::App const* command) const override;
    std::string make_description(CLI::App const* command) const override;
    std::string make_footer(CLI::App const* command) const override;

private:
    std::string home_;
};

}  // namespace app
