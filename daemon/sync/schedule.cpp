#include "daemon/sync/schedule.hpp"

#include "daemon/config/duration.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace navette::sync {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kShortest = minutes(1);
constexpr milliseconds kLongest = days(7);

std::vector<std::string_view> words_of(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    std::vector<std::string_view> words;
    for (auto begin = text.find_first_not_of(kBlanks); begin != std::string_view::npos;
         begin = text.find_first_not_of(kBlanks)) {
        text.remove_prefix(begin);
        const auto end = std::min(text.find_first_of(kBlanks), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

std::optional<int> two_digits(std::string_view text, int limit) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 2 || !std::ranges::all_of(text, is_digit)) {
        return std::nullopt;
    }
    const int number = (text[0] - '0') * 10 + (text[1] - '0');
    return number < limit ? std::optional(number) : std::nullopt;
}

/// HH:MM, 00:00 to 23:59
std::optional<minutes> time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') {
        return std::nullopt;
    }
    const auto hour = two_digits(text.substr(0, 2), 24);
    const auto minute = two_digits(text.substr(3), 60);
    return hour && minute ? std::optional(hours(*hour) + minutes(*minute)) : std::nullopt;
}

/// What follows "every" or "every:", also where nothing stands between: every:5m
std::optional<milliseconds> period_of(const std::vector<std::string_view>& words) {
    if (words.empty() || words.size() > 2 || !words.front().starts_with("every")) {
        return std::nullopt;
    }
    auto rest = words.front().substr(std::string_view("every").size());
    const bool has_colon = rest.starts_with(':');
    rest.remove_prefix(has_colon ? 1 : 0);
    if (words.size() == 2 ? !rest.empty() : !has_colon) {
        return std::nullopt;
    }
    const auto period = config::parse_duration(words.size() == 2 ? words.back() : rest);
    return period && *period >= kShortest && *period <= kLongest ? period : std::nullopt;
}

}  // namespace

core::Result<Schedule> Schedule::parse(std::string_view text) {
    const auto words = words_of(text);
    if (words.size() == 1 && words.front() == "realtime") {
        return Schedule();
    }
    if (words.size() == 1 && words.front() == "hourly") {
        return Schedule(Periodic{hours(1)}, "hourly");
    }
    if (words.size() == 1 && words.front() == "daily") {
        return Schedule(Daily{minutes(0), Zone()}, "daily");
    }
    if ((words.size() == 3 || words.size() == 4) && words[0] == "daily" && words[1] == "at") {
        if (const auto time = time_of_day(words[2])) {
            std::string spelling = "daily at ";
            spelling += words[2];
            if (words.size() == 3) {
                return Schedule(Daily{*time, Zone()}, std::move(spelling));
            }
            const auto zone = Zone::find(words[3]);
            if (!zone) {
                return std::unexpected(zone.error());
            }
            spelling += ' ';
            spelling += words[3];
            return Schedule(Daily{*time, *zone}, std::move(spelling));
        }
    }
    if (const auto period = period_of(words)) {
        return Schedule(Periodic{*period}, "every: " + config::duration_text(*period));
    }
    return core::failure(
        core::ErrorKind::invalid,
        "'" + std::string(text) +
            "' is no frequency, expected realtime, hourly, daily, 'daily at 02:30', "
            "'daily at 02:30 Europe/Paris' or 'every: 5m' (1m to 7d)"
    );
}

Schedule::Moment Schedule::following(Realtime /*rule*/, Moment moment) {
    return moment;
}

Schedule::Moment Schedule::following(const Periodic& rule, Moment moment) {
    const auto since_epoch = std::chrono::floor<milliseconds>(moment).time_since_epoch();
    // Rounded down for times before 1970 too, where % would be negative.
    const auto into_period = (since_epoch % rule.period + rule.period) % rule.period;
    return Moment(since_epoch - into_period + rule.period);
}

Schedule::Moment Schedule::following(const Daily& rule, Moment moment) {
    const auto instant = std::chrono::floor<seconds>(moment);
    // From before any zone's date of this instant, the first of two where clocks are set back over midnight.
    auto day = std::chrono::local_days(std::chrono::floor<days>(instant).time_since_epoch()) - days(2);
    while (true) {
        const auto candidate = rule.zone.instant_of(day + rule.time_of_day);
        if (candidate > instant) {
            return candidate;
        }
        day += days(1);
    }
}

Schedule::Moment Schedule::next(Moment after, std::optional<Moment> last_flush) const {
    if (!last_flush) {
        return after;
    }
    const auto last = std::min(*last_flush, after);
    return std::max(after, std::visit([&](const auto& rule) { return following(rule, last); }, rule_));
}

}  // namespace navette::sync
