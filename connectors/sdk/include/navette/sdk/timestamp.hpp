// Points in time as platforms write them. Pure.
#pragma once

#include <navette/sdk/foreign_json.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace navette::sdk {

/// Seconds since 1970; nothing before that or after the year 9999.
[[nodiscard]] inline std::optional<Instant> from_unix_seconds(std::int64_t seconds) {
    constexpr std::int64_t kLast = 253'402'300'799;
    return seconds >= 0 && seconds <= kLast ? std::optional(Instant(std::chrono::seconds(seconds)))
                                            : std::nullopt;
}

/// "2026-11-21T05:54:43", with or without a fraction of a second, "Z" or an offset such as "+01:00"; without
/// a zone it is read as UTC. Nothing for anything else.
[[nodiscard]] inline std::optional<Instant> from_iso_text(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.size() < kShape.size()) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < kShape.size(); ++at) {
        const bool is_digit = text[at] >= '0' && text[at] <= '9';
        if (kShape[at] == '0' ? !is_digit : text[at] != kShape[at]) {
            return std::nullopt;
        }
    }
    const auto part = [&](std::size_t at, std::size_t length) {
        return static_cast<int>(to_integer(text.substr(at, length)).value_or(0));
    };
    const std::chrono::year_month_day date(
        std::chrono::year(part(0, 4)),
        std::chrono::month(static_cast<unsigned>(part(5, 2))),
        std::chrono::day(static_cast<unsigned>(part(8, 2)))
    );
    if (!date.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 60) {
        return std::nullopt;
    }
    Instant instant = std::chrono::sys_days(date);
    instant += std::chrono::hours(part(11, 2)) + std::chrono::minutes(part(14, 2)) +
               std::chrono::seconds(part(17, 2));
    text.remove_prefix(kShape.size());
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        int unit = 100;
        if (text.empty() || text.front() < '0' || text.front() > '9') {
            return std::nullopt;
        }
        for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
            instant += std::chrono::milliseconds((text.front() - '0') * unit);
            unit /= 10;
        }
    }
    if (text.empty() || text == "Z") {
        return instant;
    }
    const bool is_offset = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
    const auto hours = is_offset ? to_integer(text.substr(1, 2)) : std::nullopt;
    const auto minutes = is_offset ? to_integer(text.substr(4, 2)) : std::nullopt;
    if (!hours || !minutes || *hours < 0 || *hours > 23 || *minutes < 0 || *minutes > 59) {
        return std::nullopt;
    }
    const auto offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return text[0] == '+' ? instant - offset : instant + offset;
}

/// "2026-11-21T05:54:43", in UTC and without a zone; fractions of a second are cut.
[[nodiscard]] inline std::string iso_text(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    const auto padded = [](std::int64_t number, std::size_t width) {
        auto digits = std::to_string(number);
        return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
    };
    return padded(static_cast<int>(date.year()), 4) + "-" + padded(unsigned{date.month()}, 2) + "-" +
           padded(unsigned{date.day()}, 2) + "T" + padded(time.hours().count(), 2) + ":" +
           padded(time.minutes().count(), 2) + ":" + padded(time.seconds().count(), 2);
}

}  // namespace navette::sdk
