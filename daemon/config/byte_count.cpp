#include "daemon/config/byte_count.hpp"

#include "daemon/config/number.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace navette::config {
namespace {

// Largest first: byte_count_text takes the first unit that divides.
constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kUnits{
    {{"GiB", 1ULL << 30U}, {"MiB", 1ULL << 20U}, {"KiB", 1ULL << 10U}, {"B", 1}}
};
constexpr std::uint64_t kLargest = 1ULL << 40U;

}  // namespace

std::optional<ByteCount> parse_byte_count(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = parse_number<std::uint64_t>(text.substr(0, digits));
    if (!count) {
        return std::nullopt;
    }
    std::string_view unit = text.substr(digits);
    if (unit.starts_with(' ')) {
        unit.remove_prefix(1);
    }
    for (const auto& [name, bytes] : kUnits) {
        if (unit == name) {
            return *count > kLargest / bytes ? std::nullopt : std::optional(ByteCount{*count * bytes});
        }
    }
    return std::nullopt;
}

std::string byte_count_text(ByteCount count) {
    for (const auto& [name, bytes] : kUnits) {
        if (count.value != 0 && count.value % bytes == 0) {
            return std::to_string(count.value / bytes) + std::string(name);
        }
    }
    return "0B";
}

}  // namespace navette::config
