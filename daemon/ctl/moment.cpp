#include "daemon/ctl/moment.hpp"

#include <array>
#include <optional>

namespace navette::ctl {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Result<std::string> parsed(
    std::string_view option, std::string_view text, const std::optional<Moment>& moment
) {
    if (moment) {
        return sync::moment_text(*moment);
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
    const auto moment = sync::parse_moment(text);
    if (!moment) {
        return std::string(text);
    }
    auto shown = sync::moment_text(std::chrono::floor<seconds>(*moment));
    shown[10] = ' ';
    return shown;
}

std::string shown_age(std::string_view text, Moment now) {
    const auto moment = sync::parse_moment(text);
    if (!moment) {
        return std::string(text);
    }
    const auto age = std::chrono::duration_cast<seconds>(now - *moment);
    return age < seconds(0) ? "in " + span_text(-age) : span_text(age) + " ago";
}

Result<std::string> parse_past(std::string_view option, std::string_view text, Moment now) {
    return parsed(option, text, sync::parse_past(text, now));
}

Result<std::string> parse_future(std::string_view option, std::string_view text, Moment now) {
    return parsed(option, text, sync::parse_future(text, now));
}

}  // namespace navette::ctl
