// The times that a site tells of its records, and its own clock.
#pragma once

#include "change_times.hpp"
#include "exchange.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace navette::dolibarr {

using Seconds = std::chrono::sys_seconds;

struct SiteClock {
    Seconds now;                               // ours, where the site does not tell
    std::optional<std::chrono::seconds> zone;  // how far PHP is ahead of UTC; none: the site hides it
};

[[nodiscard]] Task<std::expected<SiteClock, Outcome>> clock_of(Session& session);

/// When the object was changed, as Dolibarr tells it (change_times.hpp).
[[nodiscard]] std::optional<Seconds> changed_at(const json::object& object);

/// What an object tells of its times, without the rest of it.
[[nodiscard]] json::object times_in(const json::object& object);

/// Of the rows that tell both times.
[[nodiscard]] std::vector<ToldTimes> times_of(const json::array& rows);

/// Asks for a list; an empty one where there are none.
[[nodiscard]] Task<std::expected<json::array, Outcome>> list(Session& session, sdk::HttpRequest request);

/// Asks for the times of the records that were changed last.
[[nodiscard]] sdk::HttpRequest newest_of(std::string path);

/// By how much the site's times of change are ahead, for shift_for() of the same session.
void remember_shift(Session& session, std::chrono::seconds shift);

/// The shift of a record that was fetched and tells these times (times_in()): what this site proved before,
/// else what its newest records and this one prove; nothing where the time may be hours off, so that it must
/// not be compared with others. What pulls remember is not known here: they run beside live work.
[[nodiscard]] Task<std::expected<std::optional<std::chrono::seconds>, Outcome>> shift_for(
    Session& session, std::string path, json::object times
);

}  // namespace navette::dolibarr
