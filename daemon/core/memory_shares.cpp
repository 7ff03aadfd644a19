#include "daemon/core/memory_shares.hpp"

#include <algorithm>

namespace navette::core {

std::size_t MemoryShares::share() const {
    const auto left = limits_.whole - std::min(limits_.whole, held_);
    auto least = limits_.least;
    if (limits_.least_shrinks && held_ > limits_.whole) {
        least = least * limits_.whole / held_;
    }
    return std::clamp(left, least, limits_.most);
}

void MemoryShares::Part::hold(std::size_t bytes) {
    all_.held_ += bytes;
    all_.held_ -= bytes_;
    bytes_ = bytes;
}

}  // namespace navette::core
