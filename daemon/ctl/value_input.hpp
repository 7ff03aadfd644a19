// Values that a command line names instead of holding: @FILE, - for standard input, ? for the terminal.
#pragma once

#include "daemon/ctl/failure.hpp"

#include <string>
#include <string_view>

namespace navette::ctl {

/// "@FILE" is the file's content, "-" standard input's, without its last line break; "?" asks at the terminal
/// without echo; anything else is the text itself. `what` names the option in the sentence of a failure.
[[nodiscard]] Result<std::string> read_value(std::string_view what, const std::string& text);

/// Whether the value itself stands on the command line, for everybody to see in ps.
[[nodiscard]] bool is_literal(std::string_view text);

/// "key=value" taken apart; fails as `usage` without quoting the value.
[[nodiscard]] Result<std::pair<std::string, std::string>> split_assignment(
    std::string_view what, const std::string& text
);

}  // namespace navette::ctl
