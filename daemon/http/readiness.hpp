// Whether this daemon can do its work now: what /readyz answers. Every part reports what it knows as it
// happens, so that an answer costs a look and waits for nothing. Safe to use from several threads.
#pragma once

#include "daemon/core/error.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace navette::http {

class Readiness {
  public:
    using Moment = std::chrono::steady_clock::time_point;

    struct EngineState {
        std::optional<std::string> stalled;  // a loop that makes no progress
        bool lease_fresh = false;            // this node's leases hold
    };
    /// Told about once a second by the engine's thread: silence is a stall, too.
    void engine_is(EngineState state, Moment now);

    /// Told about once a second: nothing, or why the database cannot be worked with, in a sentence that may
    /// be shown to anybody.
    void database_is(std::optional<std::string> trouble, Moment now);

    /// How many connectors are loaded, and those that were refused.
    void connectors_are(std::size_t loaded, std::vector<std::string> refused);

    /// The daemon is on its way out, which load balancers should notice first.
    void stopping();

    struct Verdict {
        std::vector<std::string> reasons;   // why not; empty: ready
        std::vector<std::string> warnings;  // what is wrong beside that

        [[nodiscard]] bool ready() const { return reasons.empty(); }
    };
    [[nodiscard]] Verdict verdict(Moment now) const;

  private:
    /// A report older than this counts for nothing.
    static constexpr std::chrono::seconds kStale{5};

    mutable std::mutex lock_;
    std::optional<Moment> engine_at_;
    EngineState engine_;
    std::optional<Moment> database_at_;
    std::optional<std::string> database_;
    std::size_t connectors_ = 0;
    std::vector<std::string> refused_;
    bool stopping_ = false;
};

}  // namespace navette::http
