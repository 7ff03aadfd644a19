// Sizes as they are written in YAML: 512B, 16KiB, 1MiB, 2GiB.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::config {

/// A number of bytes; a type of its own, so that no bare number is taken for a size.
struct ByteCount {
    std::uint64_t value = 0;

    auto operator<=>(const ByteCount&) const = default;
};

constexpr ByteCount kibibytes(std::uint64_t count) {
    return {count << 10U};
}
constexpr ByteCount mebibytes(std::uint64_t count) {
    return {count << 20U};
}

/// Nothing when the text is not a whole number with a unit (B, KiB, MiB, GiB; a blank may stand between
/// them), or is more than 1 TiB.
[[nodiscard]] std::optional<ByteCount> parse_byte_count(std::string_view text);

/// The shortest exact spelling, such as "16KiB" for 16,384 bytes.
[[nodiscard]] std::string byte_count_text(ByteCount count);

}  // namespace navette::config
