// Which byte values a text is made of. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace navette::outbound {

/// A text that lacks a byte of another one cannot hold it: the cheap question before a search.
class ByteSet {
  public:
    constexpr ByteSet() = default;
    constexpr explicit ByteSet(std::string_view text) {
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            words_[byte >> 6U] |= std::uint64_t{1} << (byte & 63U);
        }
    }

    [[nodiscard]] constexpr bool has(char c) const {
        const auto byte = static_cast<unsigned char>(c);
        return ((words_[byte >> 6U] >> (byte & 63U)) & 1U) != 0;
    }
    [[nodiscard]] constexpr bool has_all_of(const ByteSet& other) const {
        for (std::size_t at = 0; at < words_.size(); ++at) {
            if ((other.words_[at] & ~words_[at]) != 0) {
                return false;
            }
        }
        return true;
    }

  private:
    std::array<std::uint64_t, 4> words_{};
};

}  // namespace navette::outbound
