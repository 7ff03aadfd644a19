// What a platform allows, as its manifest says it, and what is asked of it and heard from it. Plain data.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace navette::core {

using SteadyTime = std::chrono::steady_clock::time_point;

/// One instant by both clocks, where something must outlive the process.
struct Moment {
    SteadyTime steady;
    std::chrono::system_clock::time_point wall;
};

struct RateRule {
    enum class Kind {
        window,  // at most `amount` requests in any span of `per`
        bucket,  // `amount` points, of which `restore` come back each second; a request costs its ask's cost
        quota,   // at most `amount` in a calendar day of `zone`
    };

    double amount = 0;
    std::chrono::milliseconds per{0};  // window
    std::string route{};               // which requests it counts (route_matches); empty: all
    double reserve = 0;                // the share, 0 to 1, that background work leaves to live work
    Kind kind = Kind::window;
    double restore = 0;         // bucket: points a second
    std::string zone{};         // quota: a name; when its day ends is told by RateLimit::day_ends
    bool counts_costs = false;  // quota: of costs, not of requests

    bool operator==(const RateRule&) const = default;
};

/// One request that wants to leave.
struct Ask {
    std::string route{};  // "METHOD /path"
    double cost = 1;      // in the platform's points, where it counts such
    bool background = false;
};

/// What the platform's answer said of its own count.
struct RateReport {
    SteadyTime as_of{};   // when the answered request left
    std::string route{};  // of the answered request
    /// Which rule is meant, by its span (a day for a quota); without it the bucket, or else the shortest.
    std::optional<std::chrono::milliseconds> per{};
    std::optional<double> remaining{};
    std::optional<double> limit{};
    std::optional<std::chrono::milliseconds> reset_after{};
    std::optional<double> overpaid{};  // what the request cost less than it was charged; negative: more
};

/// Whether a whole route matches: "*" stands for any characters, also none.
[[nodiscard]] bool route_matches(std::string_view pattern, std::string_view route);

}  // namespace navette::core
