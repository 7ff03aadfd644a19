#include "daemon/store/queue_upkeep.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

// What has failed again and again for a week is left to a person.
constexpr Statement kRevive{"queue_revive", R"sql(
UPDATE navette.sync_queue q
SET status = 'pending', attempts = 0, failed_at = NULL, run_at = now(), deferred = true, waits_for = NULL, waits_since = NULL
FROM navette.leases l
WHERE l.node_id = $1::uuid AND l.integration_id = q.integration_id AND l.tenant_id = q.tenant_id
  AND q.status = 'failed' AND q.outcome IN ('retry', 'unavailable', 'throttled')
  AND q.created_at > now() - interval '7 days'
  AND NOT EXISTS (SELECT FROM navette.sync_queue n
                  WHERE navette.record_key(n.integration_id, n.entity_id) = navette.record_key(q.integration_id, q.entity_id)
                    AND n.integration_id = q.integration_id AND n.entity_type = q.entity_type AND n.entity_id = q.entity_id
                    AND n.status = 'pending' AND n.id > q.id)
)sql"};

constexpr Statement kCreatePartitions{"logs_create_partitions", "SELECT navette.create_log_partitions(7)"};
constexpr Statement kIndexDay{"logs_index_day", "SELECT navette.index_closed_log_days()"};
constexpr Statement kDropPartitions{
    "logs_drop_partitions",
    "SELECT navette.drop_log_partitions('sync_logs', $1::bigint * interval '1 hour') "
    "UNION ALL SELECT navette.drop_log_partitions('webhook_logs', $2::bigint * interval '1 hour')"
};

constexpr Statement kForgetImages{"run_images_forget", R"sql(
DELETE FROM navette.run_images WHERE created_at < now() - $1::bigint * interval '1 hour'
)sql"};

constexpr Statement kEmptyTombstones{
    "records_empty_tombstones", "SELECT navette.empty_tombstones($1::bigint * interval '1 hour', $2::integer)"
};
constexpr Statement kForgetChanges{
    "changes_forget", "SELECT navette.forget_changes($1::bigint * interval '1 hour', $2::integer)"
};
constexpr Statement kForgetReceipts{
    "receipts_forget", "SELECT navette.forget_receipts($1::bigint * interval '1 hour', $2::integer)"
};

}  // namespace

asio::awaitable<core::Result<std::int64_t>> revive_dead_letters(Connection& connection, std::string node_id) {
    const auto rows = co_await connection.query(kRevive, std::vector<Parameter>(1, std::move(node_id)));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->affected();
}

asio::awaitable<core::Result<std::vector<std::string>>> keep_log_partitions(
    Connection& connection, std::chrono::hours keep_sync_logs, std::chrono::hours keep_webhook_logs
) {
    std::vector<Call> calls;
    calls.emplace_back(kCreatePartitions, std::vector<Parameter>());
    calls.emplace_back(
        kDropPartitions,
        std::vector<Parameter>{
            std::to_string(keep_sync_logs.count()), std::to_string(keep_webhook_logs.count())
        }
    );
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<std::string> dropped;
    dropped.reserve(static_cast<std::size_t>(rows->back().size()));
    for (int row = 0; row < rows->back().size(); ++row) {
        dropped.push_back(rows->back().string(row, 0));
    }
    co_return dropped;
}

asio::awaitable<core::Result<std::int64_t>> forget_run_images(
    Connection& connection, std::chrono::hours keep
) {
    const auto rows =
        co_await connection.query(kForgetImages, std::vector<Parameter>(1, std::to_string(keep.count())));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->affected();
}

asio::awaitable<core::Result<bool>> forget_what_is_old(Connection& connection, KeptSpans keep, int size) {
    bool is_more = false;
    for (const auto& [statement, span] :
         {std::pair(&kEmptyTombstones, keep.deleted_records),
          {&kForgetChanges, keep.changes},
          {&kForgetReceipts, keep.webhook_receipts}}) {
        if (span.count() == 0) {
            continue;
        }
        std::vector<Parameter> values;
        values.emplace_back(std::to_string(span.count()));
        values.emplace_back(std::to_string(size));
        const auto rows = co_await connection.query(*statement, std::move(values));
        if (!rows) {
            co_return std::unexpected(rows.error());
        }
        is_more = is_more || rows->integer(0, 0) >= size;
    }
    co_return is_more;
}

asio::awaitable<core::Result<std::string>> index_closed_log_day(Connection& connection) {
    const auto rows = co_await connection.query(kIndexDay);
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->string(0, 0);
}

}  // namespace navette::store
