// What came of one job, and what is to be done with it: said by the lanes, written down with a page.
#pragma once

#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

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

}  // namespace navette::store
