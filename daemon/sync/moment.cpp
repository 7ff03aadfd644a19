#include "daemon/sync/moment.hpp"

#include "daemon/config/duration.hpp"
#include "daemon/sync/iso_time.hpp"

namespace navette::sync {

namespace {

std::optional<Moment> parse(std::string_view text, Moment now, int sign) {
    if (const auto span = config::parse_duration(text)) {
        return now + *span * sign;
    }
    return parse_moment(text);
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text) {
    const auto read = parse_iso(text);
    if (!read) {
        return std::nullopt;
    }
    return Moment(std::chrono::sys_days(read->day)) +
           read->time_of_day.value_or(std::chrono::milliseconds(0)) -
           read->offset.value_or(std::chrono::seconds(0));
}

std::optional<Moment> parse_past(std::string_view text, Moment now) {
    return parse(text, now, -1);
}

std::optional<Moment> parse_future(std::string_view text, Moment now) {
    return parse(text, now, 1);
}

std::string moment_text(Moment moment) {
    return iso_instant(moment, std::chrono::seconds(0));
}

}  // namespace navette::sync
