// Bytes of memory that something takes, as part of a total.
#pragma once

#include <cstddef>
#include <utility>

namespace navette::engine {

class Weight {
  public:
    Weight() = default;
    ~Weight() { give_back(); }
    Weight(const Weight&) = delete;
    Weight& operator=(const Weight&) = delete;

    /// Adds to `total`, which outlives it, until it is given back or destroyed.
    void take(std::size_t& total, std::size_t bytes) {
        give_back();
        total_ = &total;
        bytes_ = bytes;
        total += bytes;
    }
    void give_back() {
        if (auto* const total = std::exchange(total_, nullptr)) {
            *total -= bytes_;
        }
    }

  private:
    std::size_t* total_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace navette::engine
