// When a record was changed. Dolibarr tells it by the clock of its database, read as if that stood in the
// zone of its PHP: where the two zones differ, as in most containers (PHP in Europe/Paris, the database in
// UTC), every change seems to be hours too early or too late. Times of creation are written by PHP and are
// right. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <span>

namespace navette::dolibarr {

/// A record's two times as Dolibarr tells them.
struct ToldTimes {
    std::chrono::sys_seconds created;
    std::chrono::sys_seconds changed;
};

/// By how much the site's times of change are ahead of the truth (negative: behind), where these records
/// prove it; nothing where they say nothing, which is no proof that the zones agree.
///  - A record that was changed before it was made: the times are behind.
///  - A record that is changed in the future: they are ahead.
/// `newest`: records changed lately. `now`: by the site's clock, or ours. `zone`: how far PHP's clock is
/// ahead of UTC; none where the site hides it. A database in UTC is taken for likelier than one in a third
/// zone.
[[nodiscard]] std::optional<std::chrono::seconds> proven_shift(
    std::span<const ToldTimes> newest, std::chrono::sys_seconds now, std::optional<std::chrono::seconds> zone
);

}  // namespace navette::dolibarr
