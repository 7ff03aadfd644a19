// Asks a person at the terminal for a value that nobody is to see.
#pragma once

#include "daemon/ctl/failure.hpp"

#include <string>
#include <string_view>

namespace navette::ctl {

/// Asks on the process's terminal, whatever the standard streams are, and reads one line without echo. Fails
/// where there is no terminal, or the line is empty.
[[nodiscard]] Result<std::string> ask_hidden(std::string_view what);

}  // namespace navette::ctl
