#include "daemon/store/planner_statistics.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

// Sizes as the planner sees them, without reading a table. A few pages more: what is small is fast by any
// index.
constexpr Statement kGrown{"planner_grown_tables", R"sql(
SELECT 'navette.' || c.relname FROM pg_class c
WHERE c.relnamespace = 'navette'::regnamespace AND c.relkind = 'r'
  AND c.relname IN ('records', 'record_keys', 'record_links', 'remote_records')
  AND pg_relation_size(c.oid) / current_setting('block_size')::integer > 2 * c.relpages + 8
  AND pg_has_role(c.relowner, 'USAGE')
)sql"};

}  // namespace

asio::awaitable<core::Result<std::vector<std::string>>> analyze_what_has_grown(Connection& connection) {
    const auto grown = co_await connection.query(kGrown);
    if (!grown) {
        co_return std::unexpected(grown.error());
    }
    std::vector<std::string> analyzed;
    for (int row = 0; row < grown->size(); ++row) {
        auto table = grown->string(row, 0);
        // Another node, or autovacuum, may be at it.
        const auto done = co_await connection.run("ANALYZE (SKIP_LOCKED) " + table);
        if (!done) {
            co_return std::unexpected(done.error());
        }
        analyzed.push_back(std::move(table));
    }
    co_return analyzed;
}

}  // namespace navette::store
