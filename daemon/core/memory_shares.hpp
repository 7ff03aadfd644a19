// Memory that many share: each may hold as much as is left, so that a few have plenty, many get along, and
// something is left for whoever comes (a dynamic threshold, as switches share their buffers). Pure.
#pragma once

#include <cstddef>

namespace navette::core {

class MemoryShares {
  public:
    /// Bytes.
    struct Limits {
        std::size_t whole = 0;  // of all together, about
        std::size_t least = 0;  // with which each goes on, whatever the others hold
        std::size_t most = 0;   // of one, however little the others hold
        /// Where all together hold twice the whole, the least is half of it: many that begin at once add up.
        bool least_shrinks = false;
    };

    explicit MemoryShares(Limits limits) : limits_(limits) {}

    void resize(std::size_t whole) { limits_.whole = whole; }

    [[nodiscard]] std::size_t held() const { return held_; }

    /// Together they hold as much as they should: whoever needs nothing just now gives back what it can.
    [[nodiscard]] bool is_used_up() const { return held_ >= limits_.whole; }

    /// So many bytes one may hold just now.
    [[nodiscard]] std::size_t share() const;

    /// What one holds; given back when it is destroyed. `all` outlives it.
    class Part {
      public:
        explicit Part(MemoryShares& all) : all_(all) {}
        ~Part() { hold(0); }
        Part(const Part&) = delete;
        Part& operator=(const Part&) = delete;

        /// It is so many bytes from now on.
        void hold(std::size_t bytes);

      private:
        MemoryShares& all_;
        std::size_t bytes_ = 0;
    };

  private:
    Limits limits_;
    std::size_t held_ = 0;
};

}  // namespace navette::core
