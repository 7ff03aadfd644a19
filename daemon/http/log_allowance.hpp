// How many lines strangers may cause in the log: what is turned away is counted always, and logged at most so
// often that nobody fills a disk with it. Pure.
#pragma once

#include <chrono>

namespace navette::http {

class LogAllowance {
  public:
    using Moment = std::chrono::steady_clock::time_point;

    explicit LogAllowance(int lines_per_second) : lines_(lines_per_second) {}

    /// True where a line may be written now.
    [[nodiscard]] bool take(Moment now) {
        if (now - since_ >= std::chrono::seconds(1)) {
            since_ = now;
            used_ = 0;
        }
        if (used_ < lines_) {
            ++used_;
            return true;
        }
        ++left_out_;
        return false;
    }

    /// The lines left out since this was last asked.
    [[nodiscard]] long long left_out() {
        const auto count = left_out_;
        left_out_ = 0;
        return count;
    }

  private:
    int lines_;
    int used_ = 0;
    long long left_out_ = 0;
    Moment since_{};
};

}  // namespace navette::http
