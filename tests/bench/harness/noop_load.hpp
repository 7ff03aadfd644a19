// Work for the connector noop, and how fast navetted finishes it.
#pragma once

#include "tests/bench/harness/cluster.hpp"

#include <string>

namespace navette::bench {

/// Makes `count` enabled integrations of the platform noop for `tenant`, with the ids <prefix>0001,
/// <prefix>0002, ...
void connect_noop(
    const Database& database,
    int count,
    const std::string& tenant = "bench",
    const std::string& prefix = "noop"
);

/// Puts jobs of about 60 bytes of JSON into the queue, each of a record of its own, one after the other for
/// each of the tenant's integrations.
void queue_pings(const Database& database, long jobs, const std::string& tenant = "bench");

/// Waits until no pending job is left, and returns the jobs a second between the first and the last
/// completion, by the time of their log rows. Throws where not each of `jobs` is logged as done, or nothing
/// moves for a minute.
double drain_rate(const Database& database, long jobs);

}  // namespace navette::bench
