// How far the daemons are with the work that a benchmark gave them.
#pragma once

#include "tests/bench/harness/cluster.hpp"

#include <chrono>

namespace navette::bench {

/// Waits until no job is pending for an enabled integration and returns when that was seen, to 5 ms; throws
/// after `limit`, and where a job became a dead letter since the daemons began.
std::chrono::steady_clock::time_point await_no_jobs(const Database& database, std::chrono::seconds limit);

/// Waits until each enabled integration has an owner that says it sleeps; throws after `limit`.
void await_all_asleep(const Database& database, std::chrono::seconds limit);

/// Sets all integrations of the tenant to enabled or not, and tells the daemons.
void enable_integrations(const Database& database, const std::string& tenant, bool enabled);

/// The log rows that are written from its construction on.
class LogWatch {
  public:
    explicit LogWatch(const Database& database);

    /// Their number. Looking costs nothing, so that it can be done while a measurement runs.
    [[nodiscard]] long rows() const;
    /// Waits until there are `rows` and returns when that was seen, to 5 ms; throws where nothing comes for a
    /// minute.
    std::chrono::steady_clock::time_point await(long rows) const;
    /// Of those that are logged as done: jobs a second between the first and the last completion. Throws
    /// where they are not `jobs`.
    [[nodiscard]] double rate(long jobs) const;

  private:
    const Database& database_;
    mutable pqxx::connection connection_;
    long before_ = 0;  // the id of the last row of before
};

}  // namespace navette::bench
