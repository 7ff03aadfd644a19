// Which rows of a growing log were shown already. Pure; time is handed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <set>
#include <utility>
#include <vector>

namespace navette::ctl {

/// Ids are given out before commit, so a lower one may become visible after a higher one. Rows are therefore
/// looked for from a floor that follows the newest id some seconds behind, and those shown above it are
/// remembered.
class LogTail {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// Rows up to `floor` are history. `patience`: how long a transaction may take from its ids to its
    /// commit.
    LogTail(std::int64_t floor, std::chrono::milliseconds patience) : floor_(floor), patience_(patience) {}

    /// Look for rows above this id.
    [[nodiscard]] std::int64_t floor() const { return floor_; }
    /// Rows above the floor that were shown already.
    [[nodiscard]] std::vector<std::int64_t> seen() const { return {seen_.begin(), seen_.end()}; }

    void add(std::int64_t id) { seen_.insert(id); }

    /// `newest` was the highest id at `now`; the floor follows to what was the highest `patience` ago.
    void move_on(std::int64_t newest, Time now);

  private:
    std::int64_t floor_;
    std::chrono::milliseconds patience_;
    std::set<std::int64_t> seen_;
    std::deque<std::pair<Time, std::int64_t>> newest_;
};

}  // namespace navette::ctl
