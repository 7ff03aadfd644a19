#include "daemon/sync/iso_time.hpp"

#include <cstddef>

namespace navette::sync {
namespace {

namespace chrono = std::chrono;

/// Takes what it recognises from the front of a text.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool take(char c) {
        if (!rest_.starts_with(c)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<int> digits(std::size_t count) {
        int number = 0;
        if (rest_.size() < count) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') {
                return std::nullopt;
            }
            number = number * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return number;
    }

    [[nodiscard]] bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

/// Two digits up to a greatest value.
std::optional<int> two_digits(Scanner& text, int most) {
    const std::optional<int> number = text.digits(2);
    return number && *number <= most ? number : std::nullopt;
}

/// ".123456" in milliseconds; 0 where there is none.
std::optional<int> fraction(Scanner& text) {
    if (!text.take('.') && !text.take(',')) {
        return 0;
    }
    int milliseconds = 0;
    int weight = 100;
    std::optional<int> digit = text.digits(1);
    if (!digit) {
        return std::nullopt;
    }
    for (; digit; digit = text.digits(1)) {
        milliseconds += *digit * weight;
        weight /= 10;
    }
    return milliseconds;
}

std::optional<chrono::milliseconds> time_of_day(Scanner& text) {
    const auto hour = two_digits(text, 23);
    if (!hour || !text.take(':')) {
        return std::nullopt;
    }
    const auto minute = two_digits(text, 59);
    if (!minute) {
        return std::nullopt;
    }
    const chrono::milliseconds to_the_minute = chrono::hours(*hour) + chrono::minutes(*minute);
    if (!text.take(':')) {
        return to_the_minute;
    }
    const auto second = two_digits(text, 59);
    const auto milliseconds = second ? fraction(text) : std::nullopt;
    if (!milliseconds) {
        return std::nullopt;
    }
    return to_the_minute + chrono::seconds(*second) + chrono::milliseconds(*milliseconds);
}

/// "Z", "+02:00", "+0200" or "+02", up to the end of the text, which it leaves unread where it finds none of
/// these.
std::optional<chrono::seconds> offset(Scanner& text) {
    if (text.take('Z') || text.take('z')) {
        return chrono::seconds(0);
    }
    Scanner ahead = text;
    const bool negative = ahead.take('-');
    if (!negative && !ahead.take('+')) {
        return std::nullopt;
    }
    const auto hours = two_digits(ahead, 23);
    const bool minutes_follow = ahead.take(':') || !ahead.done();
    const auto minutes = minutes_follow ? two_digits(ahead, 59) : 0;
    if (!hours || !minutes) {
        return std::nullopt;
    }
    text = ahead;
    const chrono::seconds size = chrono::hours(*hours) + chrono::minutes(*minutes);
    return negative ? -size : size;
}

std::optional<chrono::year_month_day> calendar_day(Scanner& text) {
    const auto year = text.digits(4);
    if (!year || !text.take('-')) {
        return std::nullopt;
    }
    const auto month = text.digits(2);
    if (!month || !text.take('-')) {
        return std::nullopt;
    }
    const auto day = text.digits(2);
    if (!day) {
        return std::nullopt;
    }
    return chrono::year(*year) / *month / *day;
}

std::unexpected<core::Error> refuse(std::string_view text, std::string_view reason) {
    constexpr std::size_t kShown = 40;
    return core::failure(
        core::ErrorKind::invalid, "'" + std::string(text.substr(0, kShown)) + "' " + std::string(reason)
    );
}

std::string padded(long long number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

}  // namespace

core::Result<IsoTime> parse_iso(std::string_view text) {
    constexpr std::string_view kExpected = "is not a date such as 2024-05-15 or 2024-05-15T10:30:00Z";
    Scanner scanner(text);
    const auto day = calendar_day(scanner);
    if (!day) {
        return refuse(text, kExpected);
    }
    if (!day->ok() || day->year() < chrono::year(1)) {
        return refuse(text, "is a day that the calendar does not have");
    }
    IsoTime time{.day = *day, .time_of_day = std::nullopt, .offset = std::nullopt};
    if (scanner.done()) {
        return time;
    }
    if (!scanner.take('T') && !scanner.take('t') && !scanner.take(' ')) {
        return refuse(text, kExpected);
    }
    time.time_of_day = time_of_day(scanner);
    if (!time.time_of_day) {
        return refuse(text, kExpected);
    }
    if (!scanner.done()) {
        time.offset = offset(scanner);
    }
    if (!scanner.done()) {
        return refuse(text, kExpected);
    }
    return time;
}

std::string iso_day(chrono::year_month_day day) {
    return padded(static_cast<int>(day.year()), 4) + "-" + padded(static_cast<unsigned>(day.month()), 2) +
           "-" + padded(static_cast<unsigned>(day.day()), 2);
}

std::string iso_instant(chrono::sys_time<chrono::milliseconds> instant, chrono::seconds offset) {
    const auto local = instant + offset;
    const auto midnight = chrono::floor<chrono::days>(local);
    const chrono::hh_mm_ss clock(local - midnight);
    std::string text = iso_day(chrono::year_month_day(midnight)) + "T" + padded(clock.hours().count(), 2) +
                       ":" + padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2);
    if (clock.subseconds().count() != 0) {
        text += "." + padded(clock.subseconds().count(), 3);
    }
    if (offset == chrono::seconds(0)) {
        return text + "Z";
    }
    const auto minutes = chrono::duration_cast<chrono::minutes>(chrono::abs(offset)).count();
    return text + (offset < chrono::seconds(0) ? "-" : "+") + padded(minutes / 60, 2) + ":" +
           padded(minutes % 60, 2);
}

}  // namespace navette::sync
