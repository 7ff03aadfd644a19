// What keeps the queue and its logs in shape, now and then.
#pragma once

#include "daemon/store/connection.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace navette::store {

/// Makes dead letters of a passing cause pending again, for the integrations of this node, until a week after
/// they were enqueued. Returns how many.
boost::asio::awaitable<core::Result<std::int64_t>> revive_dead_letters(
    Connection& connection, std::string node_id
);

/// Creates log partitions a week ahead and drops those past their retention. Returns the names of the dropped
/// ones.
boost::asio::awaitable<core::Result<std::vector<std::string>>> keep_log_partitions(
    Connection& connection, std::chrono::hours keep_sync_logs, std::chrono::hours keep_webhook_logs
);

/// Indexes one day of the sync log that is over and has no index yet. Returns its name; empty when all have
/// one.
boost::asio::awaitable<core::Result<std::string>> index_closed_log_day(Connection& connection);

/// Forgets what runs changed longer ago than this; they cannot be undone any more. Returns how many images.
boost::asio::awaitable<core::Result<std::int64_t>> forget_run_images(
    Connection& connection, std::chrono::hours keep
);

/// What is kept for a time of its own, a piece at a time. Zero: for ever.
struct KeptSpans {
    std::chrono::hours deleted_records{0};   // the fields of records that were deleted
    std::chrono::hours changes{0};           // entries of the feed that were acknowledged
    std::chrono::hours webhook_receipts{0};  // which events were accepted
};
/// Removes at most `size` of each (of the feed, of each tenant). True where something may be left to do.
boost::asio::awaitable<core::Result<bool>> forget_what_is_old(
    Connection& connection, KeptSpans keep, int size
);

}  // namespace navette::store
