// How a lane goes through its deferred jobs that are due. Pure.
#pragma once

#include "daemon/store/queue_reading.hpp"

#include <chrono>
#include <optional>

namespace navette::engine {

/// Page by page from the longest due on, each from where the last one ended: jobs that cannot be taken yet,
/// since an older one of their record is on its way or not due, neither keep back those behind them nor are
/// read again and again. Now and then it begins anew, for what came in before the place it has reached.
class DeferredPass {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// Where the next page begins.
    [[nodiscard]] const store::DuePlace& next(Time now);

    /// What a page said: where the one after it begins, if it was full.
    void was_read(std::optional<store::DuePlace> more);

    /// Jobs were seen that are due, and left where they are.
    void left_some() { has_more_ = true; }

    /// More are due than were read: they are asked for as soon as there is room.
    [[nodiscard]] bool has_more() const { return has_more_; }

    /// Forgets how far was read.
    void rewind() { at_ = {}; }

  private:
    store::DuePlace at_;
    Time ends_at_{};
    bool has_more_ = false;
};

}  // namespace navette::engine
