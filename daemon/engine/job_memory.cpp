#include "daemon/engine/job_memory.hpp"

#include <algorithm>

namespace navette::engine {

namespace {

constexpr std::size_t kLeast = 64U << 10U;
constexpr std::size_t kMost = 32U << 20U;

}  // namespace

std::size_t JobMemory::share() const {
    return std::clamp(bytes_ > held_ ? bytes_ - held_ : 0, kLeast, kMost);
}

void JobMemory::Part::hold(std::size_t bytes) {
    whole_.held_ += bytes;
    whole_.held_ -= bytes_;
    bytes_ = bytes;
}

}  // namespace navette::engine
