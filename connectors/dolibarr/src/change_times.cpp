#include "change_times.hpp"

#include <algorithm>

namespace navette::dolibarr {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Clocks of two machines may differ by so much; zones differ by more.
constexpr minutes kTolerance{5};
// All zones are whole quarters of an hour apart.
constexpr minutes kQuarter{15};
// A zone moves twice a year: what was made before the last move proves nothing of today.
constexpr std::chrono::days kLately{20};

seconds to_quarter(seconds shift) {
    const auto half = shift < seconds(0) ? -kQuarter / 2 : kQuarter / 2;
    return (shift + half) / kQuarter * kQuarter;
}

seconds up_to_half_hour(seconds shift) {
    constexpr minutes kHalfHour{30};
    return (shift + kHalfHour - seconds(1)) / kHalfHour * kHalfHour;
}

}  // namespace

std::optional<seconds> proven_shift(
    std::span<const ToldTimes> newest, std::chrono::sys_seconds now, std::optional<seconds> zone
) {
    // The shift is at most the time from making to changing, and at least the time by which a change lies
    // ahead.
    auto most = seconds::max();
    auto least = seconds::min();
    for (const auto& times : newest) {
        if (times.created > now - kLately) {
            most = std::min(most, times.changed - times.created);
        }
        least = std::max(least, times.changed - now);
    }
    if (most < -kTolerance) {
        // Changed since it was made, it shows a part of the shift only.
        const bool is_utc = zone && *zone > seconds(0) && most >= -*zone - kTolerance;
        return is_utc ? -*zone : to_quarter(most);
    }
    if (!newest.empty() && least > kTolerance) {
        const bool is_utc = zone && *zone < seconds(0) && least <= -*zone + kTolerance;
        if (is_utc) {
            return -*zone;
        }
        return most != seconds::max() && most >= least && most < std::chrono::hours(27)
                   ? to_quarter(most)
                   : up_to_half_hour(least);
    }
    return std::nullopt;
}

}  // namespace navette::dolibarr
