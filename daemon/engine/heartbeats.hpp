// Whether the engine's loops make progress: what the watchdog and readiness are told. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace navette::engine {

class Heartbeats {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// Declares a loop that must beat at least every `allowed`.
    void expect(const std::string& loop, std::chrono::milliseconds allowed, Time now) {
        loops_[loop] = {allowed, now};
    }
    void forget(const std::string& loop) { loops_.erase(loop); }
    void beat(const std::string& loop, Time now) {
        if (const auto found = loops_.find(loop); found != loops_.end()) {
            found->second.last = now;
        }
    }

    /// The name of a loop that is overdue, if any.
    [[nodiscard]] std::optional<std::string> stalled(Time now) const {
        for (const auto& [name, loop] : loops_) {
            if (now - loop.last > loop.allowed) {
                return name;
            }
        }
        return std::nullopt;
    }

  private:
    struct Loop {
        std::chrono::milliseconds allowed{0};
        Time last{};
    };
    std::map<std::string, Loop> loops_;
};

}  // namespace navette::engine
