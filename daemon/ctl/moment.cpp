#include "daemon/ctl/moment.hpp"

#include "daemon/config/duration.hpp"
#include "daemon/sync/iso_time.hpp"

#include <array>
#include <optional>

namespace navette::ctl {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::optional<Moment> parse_moment(std::string_view text) {
    const auto read = sync::parse_iso(text);
    if (!read) {
        return std::nullopt;
    }
    return Moment(std::chrono::sys_days(read->day)) + read->time_of_day.value_or(milliseconds(0)) -
           read->offset.value_or(seconds(0));
}

std::string iso(Moment moment) {
    return sync::iso_instant(moment, seconds(0));
}

Result<std::string> parse(std::string_view option, std::string_view text, Moment now, int sign) {
    if (const auto span = config::parse_duration(text)) {
        return iso(now + *span * sign);
    }
    if (const auto moment = parse_moment(text)) {
        return iso(*moment);
    }
    return fail(
        ExitCode::usage,
        "--" + std::string(option) + ": '" + std::string(text) +
            "' is no time, expected a span such as 90s, 30m, 1h or 7d, or a date such as 2026-01-31 or "
            "2026-01-31T08:15Z"
    );
}

std::string span_text(seconds span) {
    constexpr std::array<std::pair<std::int64_t, char>, 4> kUnits{
        {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}}
    };
    for (std::size_t at = 0; at < kUnits.size(); ++at) {
        const auto [size, unit] = kUnits.at(at);
        const auto whole = span.count() / size;
        if (whole == 0) {
            continue;
        }
        auto text = std::to_string(whole) + unit;
        // A second unit while the first is small, so that "1d" and "1d 23h" can be told apart.
        if (whole < 10 && at + 2 < kUnits.size()) {
            const auto [next_size, next_unit] = kUnits.at(at + 1);
            if (const auto rest = span.count() % size / next_size; rest > 0) {
                text += " " + std::to_string(rest) + next_unit;
            }
        }
        return text;
    }
    return "0s";
}

}  // namespace

Moment current_moment() {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

std::string shown_moment(std::string_view text) {
    const auto moment = parse_moment(text);
    if (!moment) {
        return std::string(text);
    }
    auto shown = iso(std::chrono::floor<seconds>(*moment));
    shown[10] = ' ';
    return shown;
}

std::string shown_age(std::string_view text, Moment now) {
    const auto moment = parse_moment(text);
    if (!moment) {
        return std::string(text);
    }
    const auto age = std::chrono::duration_cast<seconds>(now - *moment);
    return age < seconds(0) ? "in " + span_text(-age) : span_text(age) + " ago";
}

Result<std::string> parse_past(std::string_view option, std::string_view text, Moment now) {
    return parse(option, text, now, -1);
}

Result<std::string> parse_future(std::string_view option, std::string_view text, Moment now) {
    return parse(option, text, now, 1);
}

}  // namespace navette::ctl
