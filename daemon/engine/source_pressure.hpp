// When a source stops reading, and goes on: by its jobs in the queue that are not finished. Pure.
#pragma once

#include <cstdint>

namespace navette::engine {

class SourcePressure {
  public:
    /// `most`: unfinished jobs at which the source stops; it goes on when fewer than half of that are left.
    explicit SourcePressure(std::int64_t most) : most_(most) {}

    /// Whether the queue must be counted before anything more is read. What was counted once and queued since
    /// is more than there is, so most pages need no count.
    [[nodiscard]] bool wants_count() const { return !known_ || paused_ || estimate_ >= most_; }
    /// How far it pays to count.
    [[nodiscard]] std::int64_t most() const { return most_; }

    void counted(std::int64_t unfinished) {
        known_ = true;
        estimate_ = unfinished;
        paused_ = paused_ ? unfinished * 2 >= most_ : unfinished >= most_;
    }
    void queued(std::int64_t jobs) { estimate_ += jobs; }
    /// Another node may have queued meanwhile.
    void forget() { known_ = false; }

    [[nodiscard]] bool paused() const { return paused_; }

  private:
    std::int64_t most_;
    std::int64_t estimate_ = 0;
    bool known_ = false;
    bool paused_ = false;
};

}  // namespace navette::engine
