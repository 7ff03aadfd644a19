// The daemon's command line.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

namespace navette::main {

struct Options {
    std::filesystem::path config{"/etc/navette/navette.yaml"};
    bool check_config = false;
};

/// A text to print instead of running, and the exit code to end with.
struct Farewell {
    std::string text;
    int exit_code = 0;
};

/// Never throws: a mistake on the command line is a farewell with exit code 2.
[[nodiscard]] std::variant<Options, Farewell> read_options(int argc, const char* const* argv);

}  // namespace navette::main
