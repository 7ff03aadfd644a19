// The queue table as its owner writes it: what starts, what came of it. One owner per integration, so nothing
// is claimed row by row; every write is fenced by the lease's epoch.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/job.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
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

enum class Verdict {
    finish,  // the job is over; remove it
    retry,   // again, at `run_after`
    fail,    // dead letter
    park,    // wait for the parent's job
    merge,   // stays pending and ready with `data`, which holds what older jobs of its record brought
};

/// A parent to be brought along: enqueued unless the record already has a pending job.
struct Parent {
    std::string object;
    std::string entity_id;
    std::string data;  // JSON text; empty: nothing to bring, only wait
};

struct Completion {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::int64_t job_id = 0;
    Verdict verdict = Verdict::finish;
    int attempts = 0;                        // the new value
    std::chrono::milliseconds run_after{0};  // retry: from now
    bool maybe_applied = false;
    std::string outcome;  // the kind's name
    std::string message;
    std::string field;
    std::string object;
    bool logged = true;  // false: no attempt was made, no log row
    std::vector<std::string> remarks;
    std::string request;   // JSON text or empty; redacted
    std::string response;  // JSON text or empty; redacted
    std::chrono::system_clock::time_point started_at;
    std::chrono::milliseconds duration{0};
    bool linked = false;    // finish: write the record's link
    bool unlinked = false;  // finish: remove it
    std::string remote_id;
    std::string remote_version;
    std::string pushed_hash;
    std::string snapshot;  // JSON text
    /// Of the parents' remote ids, for a two-way object: `snapshot` then holds what was sent and is laid over
    /// the link's.
    std::string references_hash;
    /// retry, fail: what may stand on the platform although no answer says so, JSON text {as, fields}: the id
    /// by which the record goes, and the fields in the platform's names. Kept beside the record's link.
    std::string doubt;
    bool settles = false;  // finish: nothing of the record is in doubt any more
    bool again = false;    // finish, linked: the record has gone on since, and is pushed once more
    std::string data;      // merge: JSON text
    /// finish: the change that came from the platform, applied in the same transaction: JSON text {object,
    /// remote_id, deleted, occurred_at, fields, ...} as navette.receive_change takes it. Also that a push
    /// looked first and found the record edited there: {look: true, ...}.
    std::string received;
    /// park: to be brought along and waited for. fail: the dead letter that it waited for; this one follows
    /// when that one is replayed and finishes.
    std::optional<Parent> parent;
    /// The keys ("customer:42") under which other jobs may wait for this one; empty where none can.
    std::vector<std::string> awaited_as;
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
