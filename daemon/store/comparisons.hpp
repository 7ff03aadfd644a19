// The owner's side of a comparison (migrations/0018_comparisons.sql): where it stands, and the steps that it
// takes. Every step is one transaction, fenced by the lease's epoch, and moves the place where the next one
// begins.
#pragma once

#include "daemon/store/owner.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// The comparison that an integration has under way.
struct ComparisonState {
    std::int64_t id = 0;
    bool is_first = false;             // a plan for a first connection, else a search for drift
    std::string state;                 // reading, approved or applying
    std::string object;                // the one that was asked for; empty: all
    std::vector<std::string> objects;  // empty: not begun
    std::string at_object;             // of `objects`, the one under way
    std::string phase;                 // jobs, keys, remote, missing or local
    std::string cursor;                // JSON text
    std::int64_t step = 0;
    int failures = 0;  // in a row
    std::string last_error;
    std::chrono::milliseconds due{0};  // from now
};

/// What an integration's owner finds when it looks.
struct ComparisonLook {
    std::optional<ComparisonState> under_way;
    /// counts of the last search for drift that was read to its end, JSON text {object: {verdict: n}}; empty:
    /// none.
    std::string drift;
    bool is_repaired = false;  // what differed then was repaired, but for what is ambiguous
    bool has_any = false;      // a comparison, of any age
};

/// `every`: how often an active integration is to be searched for drift by itself; zero: never. Such a search
/// begins here where it is due, and what waited too long for approval expires. Nothing is under way where the
/// lease is another's by now.
struct ReconcileRule {
    std::chrono::milliseconds every{0};
    double repair_share = 0;
    std::int64_t repair_most = 0;
};
boost::asio::awaitable<core::Result<ComparisonLook>> look_at_comparisons(
    Connection& connection, Owner owner, ReconcileRule rule
);

/// Notes which objects are compared. False where it stands elsewhere by now.
boost::asio::awaitable<core::Result<bool>> begin_comparison(
    Connection& connection, Owner owner, std::int64_t id, std::vector<std::string> objects
);

/// It cannot be made at all.
boost::asio::awaitable<core::Result<void>> fail_comparison(
    Connection& connection, Owner owner, std::int64_t id, std::string sentence
);

/// A record of the application, for its natural keys.
struct GatheredRecord {
    std::string entity_type;
    std::string entity_id;
    std::string data;  // JSON text
};
struct GatheredPage {
    std::vector<GatheredRecord> records;
    std::string next;  // cursor, JSON text; "null": that was all
};
/// What waits to be pushed to the integration, oldest first within each priority.
boost::asio::awaitable<core::Result<GatheredPage>> waiting_records(
    Connection& connection,
    IntegrationKey key,
    std::vector<std::string> entity_types,
    std::string cursor,
    int size
);
/// Hub records that have no natural key noted.
boost::asio::awaitable<core::Result<GatheredPage>> keyless_records(
    Connection& connection,
    IntegrationKey key,
    std::vector<std::string> entity_types,
    std::string cursor,
    int size
);

/// The steps of reading. Each returns false where the comparison stands elsewhere by now, or the lease is
/// another's: nothing was written. `records`: JSON text [{entity_type, entity_id, data, keys}].
boost::asio::awaitable<core::Result<bool>> gather_compared(
    Connection& connection, Owner owner, ComparisonState state, std::string records, std::string next
);
/// `records`: JSON text as ComparedPage::judged makes it.
boost::asio::awaitable<core::Result<bool>> write_compared_page(
    Connection& connection,
    Owner owner,
    ComparisonState state,
    std::string records,
    std::string next,
    bool more
);
/// What needs the database alone: missing records, and those that the platform lacks.
boost::asio::awaitable<core::Result<bool>> step_comparison(
    Connection& connection,
    Owner owner,
    ComparisonState state,
    std::vector<std::string> entity_types,
    int size
);
/// The platform refuses the object for good.
boost::asio::awaitable<core::Result<bool>> skip_compared_object(
    Connection& connection, Owner owner, ComparisonState state, std::string sentence
);

/// Notes that a page could not be read. `from_start`: the cursor is of no use any more.
boost::asio::awaitable<core::Result<bool>> note_comparison_failure(
    Connection& connection,
    Owner owner,
    ComparisonState state,
    std::string sentence,
    std::chrono::milliseconds next_in,
    bool from_start
);

/// From 'approved' to 'applying'.
boost::asio::awaitable<core::Result<bool>> begin_applying(
    Connection& connection, Owner owner, std::int64_t id
);

struct ApplyStep {
    bool is_ours = false;   // false: the lease is another's by now
    std::string state;      // applying, or what somebody made of it meanwhile
    std::int64_t made = 0;  // jobs
};
/// Makes the next jobs, where no more than `size` of them are under way. `fetches`: the connector reads
/// single records.
boost::asio::awaitable<core::Result<ApplyStep>> apply_comparison(
    Connection& connection, Owner owner, std::int64_t id, int size, bool fetches
);

/// Housekeeping, a piece of at most `size` rows: what was only needed while the integration's comparisons
/// were read, and those that ended `age` ago. True where nothing is left to do.
boost::asio::awaitable<core::Result<bool>> tidy_comparisons(
    Connection& connection, IntegrationKey key, std::chrono::hours age, int size
);

}  // namespace navette::store
