// What PostgreSQL allows an owner at most: read by cursor, then remove and log a batch in one statement, with
// nothing between.
#pragma once

#include "tests/bench/harness/cluster.hpp"

namespace navette::bench {

/// Fills tables of the columns of sync_queue (with a primary key only) and of sync_logs (with its indexes) in
/// a migrated database.
void fill_raw_queue(const Database& database, long jobs);

/// Jobs a second until the table is empty, by so many connections that own one part each.
double raw_drain_rate(const Database& database, long jobs, int connections);

}  // namespace navette::bench
