// A platform's clock: never the same millisecond twice, so that "changed since" has one meaning.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace navette::standin {

class SiteClock {
  public:
    /// Milliseconds since 1970, later than all that were given out before.
    std::int64_t tick() {
        last_ = std::max(now(), last_ + 1);
        return last_;
    }

    /// The last that was given out, or the present.
    [[nodiscard]] std::int64_t present() const { return std::max(now(), last_); }

  private:
    static std::int64_t now() {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    }

    std::int64_t last_ = 0;
};

}  // namespace navette::standin
