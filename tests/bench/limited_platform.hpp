// A platform that enforces what it promises, for the limits benchmarks: an exact sliding window of calls for
// each account over all routes, and a tighter one for POST /search. What is over is answered 429 with
// Retry-After and does not count.
#pragma once

#include "tests/bench/http_sink.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace navette::bench {

/// So many calls within any span of this length.
struct SlidingLimit {
    int calls = 0;
    std::chrono::milliseconds per{0};
};

class LimitedPlatform {
  public:
    LimitedPlatform(SlidingLimit all, SlidingLimit search);

    [[nodiscard]] std::string url() const { return sink_.url(); }

    /// What one account got, and when.
    struct Account {
        std::vector<std::chrono::steady_clock::time_point> accepted;  // of any route
        std::vector<std::chrono::steady_clock::time_point> searches;  // of them, POST /search
        int refused = 0;
    };
    [[nodiscard]] std::map<std::string, Account> accounts() const;

  private:
    /// The accepted calls that a limit still remembers.
    using Window = std::deque<std::chrono::steady_clock::time_point>;
    struct State {
        Account account;
        Window all;
        Window search;
    };
    SinkAnswer answer(const SinkRequest& request);

    SlidingLimit all_;
    SlidingLimit search_;
    mutable std::mutex mutex_;  // the server's thread writes, the benchmark's reads
    std::map<std::string, State, std::less<>> states_;
    HttpSink sink_;
};

/// How much of a sliding limit was used between `from` and `until`: the mean, over that time, of the calls
/// that the window held at each moment, over the calls that it can hold. Unlike a count of calls it does not
/// depend on where the minute begins, so that it is fair to callers that come in bursts.
[[nodiscard]] double utilisation(
    const std::vector<std::chrono::steady_clock::time_point>& calls,
    SlidingLimit limit,
    std::chrono::steady_clock::time_point from,
    std::chrono::steady_clock::time_point until
);

}  // namespace navette::bench
