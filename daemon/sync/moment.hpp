// Points in time as people write them: a span from now, or a date. Pure; now is handed in.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace navette::sync {

using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2026-01-01", "2026-01-01T08:00Z", "2026-01-01 08:00+01:00"; without an offset it is UTC. Nothing for
/// other texts.
[[nodiscard]] std::optional<Moment> parse_moment(std::string_view text);

/// The same, or a span: "1h" is so long ago.
[[nodiscard]] std::optional<Moment> parse_past(std::string_view text, Moment now);

/// The same, where "10m" is so long from now.
[[nodiscard]] std::optional<Moment> parse_future(std::string_view text, Moment now);

/// ISO 8601 in UTC, for the store.
[[nodiscard]] std::string moment_text(Moment moment);

}  // namespace navette::sync
