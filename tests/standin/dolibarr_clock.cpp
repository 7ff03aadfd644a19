#include "tests/standin/dolibarr_clock.hpp"

#include <date/tz.h>

#include <chrono>
#include <cstdio>
#include <exception>

namespace navette::standin {

namespace {

using std::chrono::seconds;

template <class Time>
std::string formatted(Time time) {
    return date::format("%F %T", date::floor<seconds>(time));
}

std::optional<int> number(std::string_view text, std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(std::min(at, text.size()), length)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return at + length <= text.size() ? std::optional(value) : std::nullopt;
}

std::optional<date::year_month_day> calendar_day(std::string_view text) {
    const auto year = number(text, 0, 4);
    const auto month = number(text, 5, 2);
    const auto day = number(text, 8, 2);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    const date::year_month_day date(
        date::year(*year), date::month(static_cast<unsigned>(*month)), date::day(static_cast<unsigned>(*day))
    );
    return date.ok() ? std::optional(date) : std::nullopt;
}

}  // namespace

std::optional<std::string> leading_day(std::string_view text) {
    return calendar_day(text) ? std::optional(std::string(text.substr(0, 10))) : std::nullopt;
}

core::Result<DolibarrClock> DolibarrClock::in_zone(const std::string& name) {
    try {
        date::locate_zone(name);
    } catch (const std::exception&) {
        return core::failure(
            core::ErrorKind::invalid,
            "this machine knows no time zone \"" + name + "\"; try UTC or Europe/Paris"
        );
    }
    return DolibarrClock(name);
}

std::int64_t DolibarrClock::now() const {
    return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string DolibarrClock::database_time() const {
    return formatted(std::chrono::system_clock::now());
}

std::string DolibarrClock::php_time(std::int64_t instant) const {
    const date::sys_seconds time{seconds(instant)};
    return formatted(date::locate_zone(zone_)->to_local(time));
}

std::int64_t DolibarrClock::php_epoch(std::string_view stored) const {
    const auto day = calendar_day(stored);
    if (!day) {
        return 0;
    }
    const auto hours = number(stored, 11, 2).value_or(0);
    const auto minutes = number(stored, 14, 2).value_or(0);
    const auto rest = number(stored, 17, 2).value_or(0);
    const auto local =
        date::local_days(*day) + std::chrono::hours(hours) + std::chrono::minutes(minutes) + seconds(rest);
    return date::locate_zone(zone_)->to_sys(local, date::choose::earliest).time_since_epoch().count();
}

}  // namespace navette::standin
