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
};

/// Takes the source for this node, or nothing where another live node has it.
boost::asio::awaitable<core::Result<std::optional<SourceTurn>>> take_source(
    Connection& connection,
    std::string tenant,
    std::string name,
    std::string node_id,
    std::chrono::milliseconds lease
);

struct SourceRow {
    std::string entity_id;
    std::string change;  // the change column's text form
    std::string data;    // JSON text of all columns
};

/// A page of the source's rows behind (change, key), or from the beginning.
struct SourcePage {
    std::string query;
    std::string key;
    std::string change_column;
    std::optional<std::pair<std::string, std::string>> after;  // (change, key) in text form
    int limit = 500;
};
/// The page's rows in order; fails with `invalid` at a row without key or change mark.
boost::asio::awaitable<core::Result<std::vector<SourceRow>>> read_source(
    Connection& connection, SourcePage page
);

/// What a source's rows become in the queue.
struct SourceOffer {
    std::string tenant;
    std::string source;
    std::string entity_type;
    std::string event_type;
    int priority = 5;
    std::map<std::string, std::string> objects;  // platform slug -> the object that the event means there
};

/// Enqueues each row for every enabled integration of the tenant that wants it, unless that integration has
/// this very data already: carried over, pending, or as a dead letter. Returns how many jobs were made.
boost::asio::awaitable<core::Result<std::int64_t>> offer_rows(
    Connection& connection, SourceOffer offer, std::vector<SourceRow> rows
);

struct SourceRun {
    std::string tenant;
    std::string name;
    boost::json::value position;
    bool full = false;
    std::int64_t rows_read = 0;
    std::int64_t rows_queued = 0;
    std::string error;  // empty: it went well
};
boost::asio::awaitable<core::Result<void>> note_source_run(Connection& connection, SourceRun run);

}  // namespace navette::store
