// How fast jobs come in: one per transaction over several connections, and many at once.
#pragma once

#include "tests/bench/harness/cluster.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace navette::bench {

/// One statement that hands one job over. In its parameters "@id@" stands for the job's own id, "@c@" for the
/// connection's number from 1.
struct EnqueueCall {
    std::string sql;
    std::vector<std::string> parameters;
    bool prepared = true;  // false: parsed and planned by every call
};

/// The parameters for one job of one connection. Its id is "<connection>-<number>".
std::vector<std::string> filled_in(const EnqueueCall& call, int connection, long number);

/// Rows a second that `connections` clients put in for so long, each one statement after the other, each its
/// own transaction.
double single_rate(
    const Database& database, const EnqueueCall& call, int connections, std::chrono::milliseconds time
);

/// Rows a second of calls with two arrays, $1 of ids and $2 of JSON, by one connection, `page` rows in each
/// transaction.
double bulk_rate(const Database& database, const std::string& sql, long rows, long page);

/// Rows a second that one connection brings in by COPY in text form, `page` rows in each transaction. `copy`
/// begins the COPY of (tenant_id, integration_id, event_type, entity_type, entity_id, data).
double copy_rate(const Database& database, const std::string& copy, long rows, long page);

}  // namespace navette::bench
