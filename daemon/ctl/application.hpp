// navettectl from its arguments to its exit code.
#pragma once

#include "daemon/ctl/command.hpp"

#include <string>
#include <vector>

namespace navette::ctl {

/// A command line taken apart: which command, its own arguments, and what stands before it.
struct Invocation {
    const Command* command = nullptr;  // null: help or version is wanted
    Arguments arguments;
    Choices choices;
    bool wants_version = false;
    std::string help;  // not empty: print it and end
};

/// Takes the arguments (without the program's name) apart. Fails as `usage`. `commands` outlives the
/// invocation.
[[nodiscard]] Result<Invocation> read_command_line(
    const Commands& commands, const std::vector<std::string>& arguments
);

/// Runs the program and returns its exit code.
int run(const std::vector<std::string>& arguments);

}  // namespace navette::ctl
