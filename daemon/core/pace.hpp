// How fast work is let go: "100/m" as the time from one job to the next. Pure.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace navette::core {

/// "5/s", "100/m" or "1000/h", at most a million; nothing for other texts.
[[nodiscard]] inline std::optional<std::chrono::microseconds> parse_pace(std::string_view text) {
    std::int64_t jobs = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, jobs);
    const std::string_view unit(end, static_cast<std::size_t>(last - end));
    const std::chrono::microseconds span = unit == "/s"   ? std::chrono::seconds(1)
                                           : unit == "/m" ? std::chrono::minutes(1)
                                           : unit == "/h" ? std::chrono::hours(1)
                                                          : std::chrono::microseconds(0);
    if (error != std::errc() || jobs < 1 || jobs > 1'000'000 || span.count() == 0) {
        return std::nullopt;
    }
    return span / jobs;
}

}  // namespace navette::core
