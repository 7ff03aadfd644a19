// The queue table as its owner writes it: what starts, what came of it. One owner per integration, so nothing
// is claimed row by row; every write is fenced by the lease's epoch.
#pragma once

#include "daemon/store/completion.hpp"
#include "daemon/store/connection.hpp"
#include "daemon/store/job.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace navette::store {

/// Jobs that are about to run. Written, and committed, before the first request leaves.
struct Start {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::int64_t batch_id = 0;
    std::vector<std::int64_t> job_ids;
    /// One job that was in hand when a daemon died, tried alone: if a daemon dies again, it was this one.
    bool suspect = false;
    /// The jobs were read some time ago and may have been cancelled since: those that are still pending are
    /// returned.
    bool recheck = true;
    /// Of two-way objects: what is sent, as JSON text {object, jobs: {"id": Completion::doubt}}, for who
    /// finds the jobs in doubt; empty for others.
    std::string sent;
};

/// Jobs of one batch that are over and leave nothing but their log rows: what makes a drain fast.
struct Finished {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::vector<std::int64_t> job_ids;
    std::vector<RowPlace> places;  // of the jobs, as they were read
    std::string object;
    std::string outcome;
    std::chrono::system_clock::time_point started_at;
    std::chrono::milliseconds duration{0};
};

/// A finished or given-up batch, to be taken off in_flight.
struct Ended {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::int64_t batch_id = 0;
};

/// What one commit carries.
struct JournalPage {
    std::vector<Finished> finished;
    std::vector<Completion> completions;
    std::vector<Ended> ended;
    std::vector<Start> starts;

    [[nodiscard]] bool empty() const {
        return finished.empty() && completions.empty() && ended.empty() && starts.empty();
    }
};

struct Started {
    std::string integration_id;
    std::int64_t batch_id = 0;
    std::vector<std::int64_t> job_ids;  // those that may run; a batch whose lease is lost is absent
};

/// Writes a page as one transaction. Completions by a former owner (other epoch or node) change nothing and
/// log nothing.
boost::asio::awaitable<core::Result<std::vector<Started>>> write_page(
    Connection& connection, std::string node_id, const JournalPage& page
);

}  // namespace navette::store
