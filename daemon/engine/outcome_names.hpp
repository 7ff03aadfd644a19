// The words that an attempt's row in the log may end with. Pure.
#pragma once

#include <string>
#include <vector>

namespace navette::engine {

/// "done", "skipped", ...: what a connector may say, and what the engine says by itself.
[[nodiscard]] std::vector<std::string> outcome_names();

}  // namespace navette::engine
