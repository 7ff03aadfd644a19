// The outcomes that --status takes. Pure.
#pragma once

#include "daemon/ctl/failure.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace navette::ctl {

/// "retry,rejected" taken apart; empty for an empty text. Fails as `usage`, naming the word that is no
/// outcome.
[[nodiscard]] Result<std::vector<std::string>> parse_statuses(std::string_view text);

/// "done, skipped, ..., failed (every dead letter)" for --help.
[[nodiscard]] std::string status_list();

}  // namespace navette::ctl
