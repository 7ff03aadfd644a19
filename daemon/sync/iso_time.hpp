// ISO 8601 dates and times, as PostgreSQL and the platforms write them.
#pragma once

#include "daemon/core/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace navette::sync {

/// What a text says, before any time zone is applied.
struct IsoTime {
    std::chrono::year_month_day day;
    std::optional<std::chrono::milliseconds> time_of_day;  // nothing for a bare date
    std::optional<std::chrono::seconds> offset;  // local time minus UTC; nothing where the text says none
};

/// Reads 2024-05-15, 2024-05-15T10:30, 2024-05-15 10:30:00.123+02:00 and the like; digits beyond milliseconds
/// are dropped. Fails for other texts and for days that the calendar does not have.
[[nodiscard]] core::Result<IsoTime> parse_iso(std::string_view text);

/// "2024-05-15"
[[nodiscard]] std::string iso_day(std::chrono::year_month_day day);

/// "2024-05-15T12:30:00+02:00", with milliseconds where there are any and Z for offset 0. The offset is in
/// whole minutes.
[[nodiscard]] std::string iso_instant(
    std::chrono::sys_time<std::chrono::milliseconds> instant, std::chrono::seconds offset
);

}  // namespace navette::sync
