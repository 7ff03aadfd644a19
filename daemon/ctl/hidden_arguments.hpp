// Keeps what somebody wrote on the command line, against all advice, out of ps.
#pragma once

#include <span>

namespace navette::ctl {

/// Overwrites the values of --secret (not file names), and of --database where it holds a password, in the
/// process's own arguments, which every user of the machine can read. Their lengths stay. Copy them before.
void hide_arguments(std::span<char*> arguments);

}  // namespace navette::ctl
