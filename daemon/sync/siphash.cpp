#include "daemon/sync/siphash.hpp"

#include <bit>
#include <cstddef>

namespace navette::sync {
namespace {

constexpr std::uint64_t kNavetteKey0 = 0x6e61766574746500;  // "navette"
constexpr std::uint64_t kNavetteKey1 = 0x7265636f72643100;  // "record1"

class State {
  public:
    State(std::uint64_t key0, std::uint64_t key1)
        : v0_(key0 ^ 0x736f6d6570736575U),
          v1_(key1 ^ 0x646f72616e646f6dU ^ 0xeeU),
          v2_(key0 ^ 0x6c7967656e657261U),
          v3_(key1 ^ 0x7465646279746573U) {}

    void absorb(std::uint64_t word) {
        v3_ ^= word;
        rounds(2);
        v0_ ^= word;
    }

    std::uint64_t first_half() {
        v2_ ^= 0xeeU;
        rounds(4);
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

    std::uint64_t second_half() {
        v1_ ^= 0xddU;
        rounds(4);
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

  private:
    void rounds(int count) {
        for (; count > 0; --count) {
            v0_ += v1_;
            v1_ = std::rotl(v1_, 13) ^ v0_;
            v0_ = std::rotl(v0_, 32);
            v2_ += v3_;
            v3_ = std::rotl(v3_, 16) ^ v2_;
            v0_ += v3_;
            v3_ = std::rotl(v3_, 21) ^ v0_;
            v2_ += v1_;
            v1_ = std::rotl(v1_, 17) ^ v2_;
            v2_ = std::rotl(v2_, 32);
        }
    }

    std::uint64_t v0_;
    std::uint64_t v1_;
    std::uint64_t v2_;
    std::uint64_t v3_;
};

/// Up to eight bytes, the first one lowest, on any machine.
std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return word;
}

void append_hex(std::string& text, std::uint64_t word) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int i = 0; i < 8; ++i) {
        text.push_back(kDigits[(word >> 4U) & 0xFU]);
        text.push_back(kDigits[word & 0xFU]);
        word >>= 8U;
    }
}

}  // namespace

std::string siphash128_hex(std::string_view bytes, std::uint64_t key0, std::uint64_t key1) {
    State state(key0, key1);
    const std::uint64_t length = bytes.size();
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        state.absorb(little_endian(bytes.substr(0, 8)));
    }
    state.absorb(little_endian(bytes) | (length << 56U));
    std::string hex;
    hex.reserve(32);
    append_hex(hex, state.first_half());
    append_hex(hex, state.second_half());
    return hex;
}

std::string stable_hash(std::string_view bytes) {
    return siphash128_hex(bytes, kNavetteKey0, kNavetteKey1);
}

}  // namespace navette::sync
