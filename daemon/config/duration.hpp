// Durations as they are written in YAML: 250ms, 30s, 5m, 12h, 30d.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace navette::config {

/// Nothing when the text is not a whole number with a unit, or is longer than ten years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest exact spelling, such as "5m" for 300,000 ms.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace navette::config
