// When an integration's accumulated work is let go. Pure: time is handed in.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/sync/zone.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace navette::sync {

/// An integration's frequency. Its moments lie on the calendar, not at a distance from the last flush, so
/// that they are the same on every node and after every restart. Cheap to copy.
class Schedule {
  public:
    using Moment = std::chrono::system_clock::time_point;

    /// realtime: nothing is held back.
    Schedule() = default;

    /// Reads realtime, hourly, daily, "daily at 02:30", "daily at 02:30 Europe/Paris", "every: 5m" or
    /// "every 5m" (1m to 7d). Fails as `invalid`, with a sentence that says what is expected.
    [[nodiscard]] static core::Result<Schedule> parse(std::string_view text);

    /// The spelling to store; parse() reads it back as the same schedule.
    [[nodiscard]] const std::string& text() const { return text_; }

    [[nodiscard]] bool is_realtime() const { return std::holds_alternative<Realtime>(rule_); }

    /// When work accumulated since `last_flush` is let go: `after` itself (at once) where a moment has passed
    /// since then, or nothing was ever flushed, or the schedule is realtime; else the next moment. A last
    /// flush in the future (a clock that was set back) counts as `after`; whoever asks again and again must
    /// remember that, or the moment is always the next.
    [[nodiscard]] Moment next(Moment after, std::optional<Moment> last_flush) const;

  private:
    struct Realtime {};
    /// At the whole multiples of a period since 1970-01-01 00:00 UTC.
    struct Periodic {
        std::chrono::milliseconds period;
    };
    /// At a time of day where the zone's clocks show it.
    struct Daily {
        std::chrono::minutes time_of_day;
        Zone zone;
    };
    using Rule = std::variant<Realtime, Periodic, Daily>;

    Schedule(Rule rule, std::string text) : rule_(rule), text_(std::move(text)) {}

    [[nodiscard]] static Moment following(Realtime rule, Moment moment);
    [[nodiscard]] static Moment following(const Periodic& rule, Moment moment);
    [[nodiscard]] static Moment following(const Daily& rule, Moment moment);

    Rule rule_;
    std::string text_{"realtime"};
};

}  // namespace navette::sync
