// When a source looks for captured keys, and when its triggers are to call it. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace navette::engine {

class CaptureRhythm {
  public:
    enum class Say { nothing, awake, asleep };
    struct Next {
        Say say;
        std::chrono::milliseconds wait;  // until the next look, unless a trigger calls
    };

    /// The last look found keys. While more come, looking costs the application less than being called.
    Next found() {
        step_ = 0;
        const bool woke = asleep_;
        asleep_ = false;
        return {woke ? Say::awake : Say::nothing, kSteps[step_++]};
    }

    /// The last look found nothing.
    Next quiet() {
        if (step_ < kSteps.size()) {
            return {Say::nothing, kSteps[step_++]};
        }
        if (!asleep_) {
            // A transaction that read "awake" may commit just after: it is looked for at once and at the same
            // steps again.
            asleep_ = true;
            step_ = 0;
            return {Say::asleep, std::chrono::milliseconds(0)};
        }
        return {Say::nothing, kSafetyNet};
    }

    [[nodiscard]] bool asleep() const { return asleep_; }

    /// What was said is unknown: another node had the source, or triggers were attached anew.
    void forget() { *this = CaptureRhythm(); }

  private:
    static constexpr std::array<std::chrono::milliseconds, 3> kSteps{
        std::chrono::milliseconds(20), std::chrono::milliseconds(100), std::chrono::milliseconds(300)
    };
    // For a transaction that read "awake" long before it committed.
    static constexpr std::chrono::milliseconds kSafetyNet{1'000};

    std::size_t step_ = 0;
    bool asleep_ = false;
};

}  // namespace navette::engine
