#include "daemon/config/duration.hpp"

#include "daemon/config/number.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace navette::config {
namespace {

// Longest first: duration_text takes the first unit that divides.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}
};
constexpr std::int64_t kLongest = 3'650LL * 86'400'000;

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = parse_number<std::int64_t>(text.substr(0, digits));
    if (!count) {
        return std::nullopt;
    }
    const std::string_view unit = text.substr(digits);
    for (const auto& [name, milliseconds] : kUnits) {
        if (unit == name) {
            return *count > kLongest / milliseconds
                       ? std::nullopt
                       : std::optional(std::chrono::milliseconds(*count * milliseconds));
        }
    }
    return std::nullopt;
}

std::string duration_text(std::chrono::milliseconds duration) {
    const std::int64_t count = duration.count();
    if (count == 0) {
        return "0s";
    }
    for (const auto& [name, milliseconds] : kUnits) {
        if (count % milliseconds == 0) {
            return std::to_string(count / milliseconds) + std::string(name);
        }
    }
    return std::to_string(count) + "ms";
}

}  // namespace navette::config
