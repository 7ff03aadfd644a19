#include "daemon/store/capture.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr Statement kStands{"capture_stands", R"sql(
SELECT to_regclass('navette.captures') IS NOT NULL AND to_regclass('navette.captured') IS NOT NULL
)sql"};

constexpr Statement kFind{"capture_find", "SELECT definition::text FROM navette.captures WHERE source = $1"};

constexpr Statement kRead{"capture_read", R"sql(
SELECT id, key, deleted FROM navette.captured WHERE source = $1 ORDER BY id LIMIT $2::integer
)sql"};

constexpr Statement kForget{"capture_forget", R"sql(
DELETE FROM navette.captured WHERE source = $1 AND id = ANY ($2::bigint[])
)sql"};

constexpr Statement kAsleep{"capture_asleep", R"sql(
UPDATE navette.captures SET asleep = $2::boolean WHERE source = $1 AND asleep <> $2::boolean
)sql"};

}  // namespace

asio::awaitable<core::Result<std::optional<std::string>>> find_capture(
    Connection& connection, std::string source
) {
    const auto stands = co_await connection.query(kStands);
    if (!stands) {
        co_return std::unexpected(stands.error());
    }
    if (!stands->boolean(0, 0)) {
        co_return std::optional<std::string>();
    }
    std::vector<Parameter> values;
    values.emplace_back(std::move(source));
    const auto rows = co_await connection.query(kFind, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->empty() ? std::optional<std::string>() : std::optional(rows->string(0, 0));
}

asio::awaitable<core::Result<std::vector<CapturedKey>>> read_captured(
    Connection& connection, std::string source, int limit
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(source));
    values.emplace_back(std::to_string(limit));
    const auto rows = co_await connection.query(kRead, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<CapturedKey> keys;
    for (int row = 0; row < rows->size(); ++row) {
        auto& captured = keys.emplace_back();
        captured.id = rows->integer(row, 0);
        if (!rows->is_null(row, 1)) {
            captured.key = rows->string(row, 1);
        }
        captured.deleted = rows->boolean(row, 2);
    }
    co_return keys;
}

Call forgetting_captured(std::string source, const std::vector<std::int64_t>& ids) {
    std::string list("{");
    for (const auto id : ids) {
        list += (list.size() > 1 ? "," : "") + std::to_string(id);
    }
    std::vector<Parameter> values;
    values.emplace_back(std::move(source));
    values.emplace_back(list + "}");
    return {kForget, std::move(values)};
}

asio::awaitable<core::Result<void>> forget_captured(
    Connection& connection, std::string source, std::vector<std::int64_t> ids
) {
    std::vector<Call> calls;
    calls.push_back(forgetting_captured(std::move(source), ids));
    const auto done = co_await connection.transaction(std::move(calls));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> set_capture_asleep(
    Connection& connection, std::string source, bool asleep
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(source));
    values.emplace_back(asleep ? "true" : "false");
    const auto done = co_await connection.query(kAsleep, std::move(values));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
