// How far each object was pulled from a platform, and what is known of the records there. Every write is
// fenced by the lease's epoch.
#pragma once

#include "daemon/store/owner.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// Where the pull of one object stands.
struct PullState {
    std::string object;
    std::string cursor;                // the connector's own, JSON text; "null": from the beginning
    std::int64_t generation = 0;       // of the cursor
    bool is_full = true;               // the round under way reads everything
    std::chrono::milliseconds due{0};  // from now; zero or less: it is
    std::int64_t asked = 0;            // a person's requests so far
    int failures = 0;                  // in a row
    std::string last_error;            // empty: none since the last page
};

/// The states of the integration's objects. What has none gets one, first due after a random part of
/// `spread`; what is no object any more is left out. Empty where the lease is another's by now.
boost::asio::awaitable<core::Result<std::vector<PullState>>> load_pulls(
    Connection& connection, Owner owner, std::vector<std::string> objects, std::chrono::milliseconds spread
);

/// What is known of one of a page's records.
struct KnownRemote {
    std::string remote_id;
    std::optional<std::string> hash;                      // as last read; none: never
    std::optional<std::chrono::milliseconds> changed_at;  // since 1970, by the platform's clock
    std::int64_t seen_job = 0;                            // our last write that the hash takes in
    bool linked = false;
    std::int64_t pushed_job = 0;    // linked: our last write
    std::string snapshot;           // linked: what it sent, JSON text
    std::string remote_version;     // linked: what the platform called the result
    bool pushed_meanwhile = false;  // that write was done after the page was asked for
    bool in_flight = false;         // another one is under way now
};

/// `age`: how long ago the page was asked for. In no order; what nobody knows is missing.
boost::asio::awaitable<core::Result<std::vector<KnownRemote>>> known_remotes(
    Connection& connection,
    IntegrationKey key,
    std::string object,
    std::vector<std::string> remote_ids,
    std::chrono::milliseconds age
);

/// A page that was read, or a piece of it, and what its records come to.
struct PulledPage {
    std::string object;
    std::int64_t generation = 0;        // of the cursor that it was read by
    std::optional<std::string> cursor;  // where to go on, JSON text; none: the page goes on, the cursor stays
    bool more = false;                  // true where the page goes on
    std::chrono::milliseconds next_in{0};  // the round's end: when the next one is due
    std::int64_t asked = 0;                // the requests so far; a round answers those before its first page
    std::size_t records = 0;
    /// JSON text: a list of {n, remote_id, hash, changed_at, job_id, tell, operation, data}: what to
    /// remember, and where `tell` is true the job that it becomes.
    std::string items;
    /// JSON text: a list of events as navette.accept_events takes them.
    std::string events;
};

struct PulledResult {
    bool written =
        false;  // false: the lease is another's by now, or the cursor was set back: nothing was written
    std::int64_t changes = 0;  // jobs that were made
};

/// Takes in a page or a piece: what is known, the jobs and the cursor, in one transaction.
boost::asio::awaitable<core::Result<PulledResult>> write_pulled_page(
    Connection& connection, Owner owner, PulledPage page
);

struct PullFailure {
    std::string object;
    std::int64_t generation = 0;
    std::string error;
    std::chrono::milliseconds next_in{0};
    bool from_start = false;  // the cursor is of no use any more
};

/// Notes that a page could not be read. A former owner notes nothing.
boost::asio::awaitable<core::Result<void>> note_pull_failure(
    Connection& connection, Owner owner, PullFailure failure
);

}  // namespace navette::store
