#include "daemon/store/subscriptions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace navette::store {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

// Silence is proven by pulls alone: they found changes since the last webhook came. A platform where nothing
// happens sends none either.
constexpr Statement kLoad{"webhook_check_load", "WITH " NAVETTE_HELD R"sql(, made AS (
    INSERT INTO navette.webhook_checks (tenant_id, integration_id) SELECT tenant_id, integration_id FROM held
    ON CONFLICT DO NOTHING
    RETURNING *
), stood AS (
    SELECT c.* FROM navette.webhook_checks c JOIN held USING (tenant_id, integration_id)
    UNION ALL SELECT * FROM made
), last_webhook AS MATERIALIZED (
    SELECT w.received_at FROM navette.webhook_logs w
    WHERE w.integration_id = $2 AND w.tenant_id = $1 AND w.verified
    ORDER BY w.id DESC LIMIT 1
)
SELECT ceil(extract(epoch FROM s.next_at - now()) * 1000)::bigint, s.address, s.asked, s.answered, s.asked_repair, s.failures,
       coalesce(s.last_error, ''),
       greatest(s.created_at, (SELECT received_at FROM last_webhook)) < now() - $5::bigint * interval '1 millisecond'
           AND EXISTS (SELECT FROM navette.pulls p
                       WHERE p.tenant_id = $1 AND p.integration_id = $2
                         AND p.last_change_at > greatest(s.created_at, (SELECT received_at FROM last_webhook))),
       s.silent_since IS NOT NULL,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('topic', t.topic, 'state', t.state)), '[]')
        FROM navette.webhook_subscriptions t WHERE t.tenant_id = $1 AND t.integration_id = $2)::text
FROM stood s
)sql"};

// After a failure to look, what was known of the subscriptions stays.
constexpr Statement kNote{"webhook_check_note", "WITH " NAVETTE_HELD R"sql(, found AS MATERIALIZED (
    SELECT r.* FROM held CROSS JOIN jsonb_to_recordset($10::jsonb) AS r (topic text, state text, remote_id text, sentence text)
), gone AS (
    DELETE FROM navette.webhook_subscriptions t USING held
    WHERE t.tenant_id = held.tenant_id AND t.integration_id = held.integration_id AND $6 = ''
      AND t.topic NOT IN (SELECT topic FROM found)
), kept AS (
    INSERT INTO navette.webhook_subscriptions AS t (tenant_id, integration_id, topic, state, remote_id, sentence)
    SELECT DISTINCT ON (f.topic) $1, $2, f.topic, f.state, f.remote_id, f.sentence FROM found f ORDER BY f.topic
    ON CONFLICT (tenant_id, integration_id, topic) DO UPDATE
    SET state = excluded.state, remote_id = excluded.remote_id, sentence = excluded.sentence,
        since = CASE WHEN t.state = excluded.state THEN t.since ELSE now() END
), pulled AS (
    UPDATE navette.pulls p SET next_at = least(p.next_at, now()) FROM held
    WHERE p.tenant_id = held.tenant_id AND p.integration_id = held.integration_id AND $11::boolean
)
UPDATE navette.webhook_checks c
SET address = $5, checked_at = now(), next_at = CASE WHEN c.asked > $8::bigint THEN now()
                                                     ELSE now() + $7::bigint * interval '1 millisecond' END,
    failures = CASE WHEN $6 = '' THEN 0 ELSE c.failures + 1 END, last_error = nullif($6, ''),
    silent_since = CASE WHEN $9::boolean THEN coalesce(c.silent_since, now()) END,
    answered = greatest(c.answered, $8::bigint), asked_repair = CASE WHEN c.asked > $8::bigint THEN c.asked_repair END
FROM held
WHERE c.tenant_id = held.tenant_id AND c.integration_id = held.integration_id
)sql"};

constexpr Statement kSecrets{"webhook_secret_keep", "WITH " NAVETTE_HELD R"sql(, kept AS (
    UPDATE navette.tenant_integrations i SET config_encrypted = $5::bytea FROM held
    WHERE i.tenant_id = held.tenant_id AND i.id = held.integration_id AND i.version = $6::bigint
    RETURNING i.id
)
SELECT pg_notify('navette_wake', 'integrations') FROM kept
)sql"};

}  // namespace

asio::awaitable<core::Result<std::optional<WebhookCheck>>> load_webhook_check(
    Connection& connection, Owner owner, milliseconds silence
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::to_string(silence.count()));
    const auto rows = co_await connection.query(kLoad, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    if (rows->empty()) {
        co_return std::optional<WebhookCheck>();
    }
    WebhookCheck check;
    check.due = milliseconds(rows->integer(0, 0));
    check.address = rows->string(0, 1);
    check.asked = rows->integer(0, 2);
    check.answered = rows->integer(0, 3);
    if (!rows->is_null(0, 4)) {
        check.asked_repair = rows->boolean(0, 4);
    }
    check.failures = static_cast<int>(rows->integer(0, 5));
    check.last_error = rows->string(0, 6);
    check.is_silent = rows->boolean(0, 7);
    check.was_silent = rows->boolean(0, 8);
    for (const auto& item : json::parse(rows->text(0, 9)).as_array()) {
        auto& subscription = check.subscriptions.emplace_back();
        subscription.topic = std::string(item.at("topic").as_string());
        subscription.state = std::string(item.at("state").as_string());
    }
    co_return std::optional(std::move(check));
}

asio::awaitable<core::Result<bool>> note_webhook_check(
    Connection& connection, Owner owner, WebhookCheckResult result
) {
    json::array found;
    for (auto& one : result.subscriptions) {
        found.push_back(
            {{"topic", one.topic},
             {"state", one.state},
             {"remote_id", one.remote_id},
             {"sentence", one.sentence}}
        );
    }
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::move(result.address));
    values.emplace_back(std::move(result.error));
    values.emplace_back(std::to_string(result.next_in.count()));
    values.emplace_back(std::to_string(result.asked));
    values.emplace_back(result.is_silent ? "true" : "false");
    values.emplace_back(json::serialize(found));
    values.emplace_back(result.pull_now ? "true" : "false");
    const auto rows = co_await connection.query(kNote, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->affected() > 0;
}

asio::awaitable<core::Result<bool>> replace_secrets(
    Connection& connection, Owner owner, std::string sealed, std::int64_t version
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(bytea_literal(sealed));
    values.emplace_back(std::to_string(version));
    const auto rows = co_await connection.query(kSecrets, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return !rows->empty();
}

}  // namespace navette::store
