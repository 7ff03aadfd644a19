// In which order an integration's priority classes are read, so that urgent work goes first and none starves.
// Pure.
#pragma once

#include "daemon/store/queue_reading.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace navette::engine {

/// From this priority on, work is background: backfills and bulk replays leave the reserve of a limit to live
/// work, and go in an object's `bulk` batches.
inline constexpr int kBackground = 9;

/// The floors of the ten classes. A class that was not served rises by one place for each `aging` that it
/// waits, so that the last one is served at least once in nine times `aging`, however much stands before it.
class PriorityClasses {
  public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr int kFirst = 1;
    static constexpr int kLast = 10;

    explicit PriorityClasses(Time now) { served_.fill(now); }

    /// All classes, to be read from behind what was read before.
    [[nodiscard]] std::vector<store::ClassFloor> ahead(Time now, std::chrono::milliseconds aging) const;

    /// All classes, to be read again from where late commits may still turn up (recent()), or from the head.
    [[nodiscard]] std::vector<store::ClassFloor> again(
        Time now, std::chrono::milliseconds aging, bool from_head
    ) const;

    /// What a read in the order `classes` brought; `complete` where it brought all there was.
    void was_read(
        std::span<const store::ClassFloor> classes, std::span<const store::Job> jobs, bool complete, Time now
    );

    /// Ids below today's floors count as settled from now on: called when they were read again some time
    /// after.
    void settle();

    /// Forgets how far was read.
    void rewind();

  private:
    std::vector<store::ClassFloor> in_order(
        Time now, std::chrono::milliseconds aging, const std::array<std::int64_t, kLast + 1>& floors
    ) const;

    std::array<std::int64_t, kLast + 1> floors_{};   // by class: read up to here
    std::array<std::int64_t, kLast + 1> settled_{};  // no late commit is expected up to here
    std::array<std::int64_t, kLast + 1> settling_{};
    std::array<Time, kLast + 1> served_{};
};

}  // namespace navette::engine
