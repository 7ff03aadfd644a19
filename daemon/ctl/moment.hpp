// Points in time as people write and read them. Pure; now is handed in.
#pragma once

#include "daemon/ctl/failure.hpp"
#include "daemon/sync/moment.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace navette::ctl {

using sync::Moment;

[[nodiscard]] Moment current_moment();

/// "2026-11-21 08:15:33Z" for ISO 8601 in UTC, as the store gives it; empty for an empty text.
[[nodiscard]] std::string shown_moment(std::string_view iso);

/// "3m ago", "in 2h"; empty for an empty text. Two units at most: "2d 4h ago".
[[nodiscard]] std::string shown_age(std::string_view iso, Moment now);

/// "1h" (so long ago), "2026-01-01", "2026-01-01T08:00Z", "2026-01-01 08:00+01:00" as ISO 8601 in UTC;
/// without an offset it is UTC. Fails as `usage`, naming the option.
[[nodiscard]] Result<std::string> parse_past(std::string_view option, std::string_view text, Moment now);

/// The same, where "10m" is so long from now.
[[nodiscard]] Result<std::string> parse_future(std::string_view option, std::string_view text, Moment now);

}  // namespace navette::ctl
