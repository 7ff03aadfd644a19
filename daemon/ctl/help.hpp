// The texts of --help, made of the commands' own declarations.
#pragma once

#include "daemon/ctl/command.hpp"

#include <string>
#include <vector>

namespace navette::ctl {

/// The options that every command takes, before or after its name.
[[nodiscard]] std::vector<Option> options_of_all();

[[nodiscard]] std::string program_help(const Commands& commands);
[[nodiscard]] std::string command_help(const Command& command);
/// Of the commands that begin with one word, such as `queue`.
[[nodiscard]] std::string group_help(const Commands& commands);

}  // namespace navette::ctl
