// Watched queries over an application's tables: how far each was read, and its rows on their way into the
// queue.
#pragma once

#include "daemon/store/connection.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// A source's row in sync_cursors, taken by this node.
struct SourceTurn {
    boost::json::value position;
    bool full_requested = false;
    bool requested = false;
    std::optional<std::chrono::milliseconds> since_run;   // since the last run ended; none: never
    std::optional<std::chrono::milliseconds> since_full;  // since the last full run
    /// Where a full run that was cut short goes on, (change, key); nothing: at the beginning.
    std::optional<std::pair<std::string, std::string>> full_position;
    /// A person says that the rows which vanished were deleted.
    bool deletes_approved = false;
};

/// Takes the source for this node, or nothing where another live node has it.
boost::asio::awaitable<core::Result<std::optional<SourceTurn>>> take_source(
    Connection& connection,
    std::string tenant,
    std::string name,
    std::string node_id,
    std::chrono::milliseconds lease
);

/// What a node that reads a source says of it while it does.
struct SourceHold {
    std::string tenant;
    std::string name;
    std::string node_id;
    std::chrono::milliseconds lease{0};
    /// How far a full run has come; nothing: as it was.
    std::optional<std::pair<std::string, std::string>> full_position;
    bool paused = false;  // for too many of its jobs are unfinished
};
/// Keeps the source for this node; false where it is another's by now.
boost::asio::awaitable<core::Result<bool>> hold_source(Connection& connection, SourceHold hold);

struct SourceRow {
    std::string entity_id;
    std::string change;  // the change column's text form
    std::string data;    // JSON text of all columns
};

/// A page of the source's rows behind (change, key), or from the beginning.
struct SourcePage {
    std::string query;
    std::string key;
    std::string change_column;                                 // empty: by key alone, every `change` is empty
    std::optional<std::pair<std::string, std::string>> after;  // (change, key) in text form
    int limit = 500;
};
/// The page's rows in order; fails with `invalid` at a row without key or change mark.
boost::asio::awaitable<core::Result<std::vector<SourceRow>>> read_source(
    Connection& connection, SourcePage page
);

/// The rows of these keys, those that there are.
boost::asio::awaitable<core::Result<std::vector<SourceRow>>> read_source_keys(
    Connection& connection, SourcePage page, std::vector<std::string> keys
);

/// What a source's rows become in the queue.
struct SourceOffer {
    std::string tenant;
    std::string source;
    std::string entity_type;
    std::string event_type;
    int priority = 5;
    std::map<std::string, std::string> objects;  // platform slug -> the object that the event means there
    bool keeps_keys = false;  // remember each key that was yielded, to know those that are no longer
};

/// Enqueues each row for every enabled integration of the tenant that wants it, unless that integration has
/// this very data already: carried over, pending, or as a dead letter. Returns how many jobs were made.
boost::asio::awaitable<core::Result<std::int64_t>> offer_rows(
    Connection& connection, SourceOffer offer, std::vector<SourceRow> rows
);

/// A key that the source yields no longer.
struct MissingKey {
    std::string entity_id;
    bool deleted = false;  // known to be deleted; else told only where it is remembered as yielded
};

/// One page of news of a source.
struct SourceNews {
    std::vector<SourceRow> rows;
    std::vector<MissingKey> missing;
    bool everything = false;             // ask for a full run, from its beginning
    std::vector<std::int64_t> captured;  // forgotten with it, where they stand in navette's own database
};

/// Takes in the news in one transaction: rows as offer_rows() does; a missing key becomes a delete for each
/// integration that has the record or has it pending, unless it was told already. Returns how many jobs were
/// made.
boost::asio::awaitable<core::Result<std::int64_t>> offer_news(
    Connection& connection, SourceOffer offer, SourceNews news
);

/// The keys remembered as yielded, behind `after`, in the order of their bytes.
boost::asio::awaitable<core::Result<std::vector<std::string>>> known_keys(
    Connection& connection, std::string tenant, std::string source, std::string after, int limit
);

/// The source's unfinished jobs, dead letters and disabled integrations left out; counts no further than
/// `most`.
boost::asio::awaitable<core::Result<std::int64_t>> count_unfinished(
    Connection& connection, std::string tenant, std::string source, std::int64_t most
);

/// Notes what is known of the source's triggers: "attached", "outdated", "missing", or empty for none.
boost::asio::awaitable<core::Result<void>> note_capture(
    Connection& connection, std::string tenant, std::string name, std::string capture
);

struct SourceRun {
    std::string tenant;
    std::string name;
    boost::json::value position;
    bool swept = true;  // it read the query's rows, not only captured keys
    bool full = false;
    std::int64_t rows_read = 0;
    std::int64_t rows_queued = 0;
    std::int64_t keys_captured = 0;
    std::string error;     // empty: it went well
    std::string vanished;  // of a full run: why it told of no deletes; empty: it did
};
boost::asio::awaitable<core::Result<void>> note_source_run(Connection& connection, SourceRun run);

}  // namespace navette::store
