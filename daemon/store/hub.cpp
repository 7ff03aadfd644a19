#include "daemon/store/hub.hpp"

#include "daemon/store/binary_array.hpp"

namespace navette::store {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// The columns that read_hub() and read_link() read, in their order.
#define NAVETTE_HUB_AND_LINK                                                                                 \
    "r.version, r.data::text, r.stamps::text, coalesce(r.deleted, false), "                                  \
    "(extract(epoch FROM r.updated_at) * 1000)::bigint, coalesce(h.acknowledged, 0), l.revision, "           \
    "l.entity_id, l.entity_type, l.remote_id, l.job_id, l.snapshot::text, l.seen::text, l.conflicts::text, " \
    "l.references_hash, (extract(epoch FROM l.remote_changed_at) * 1000)::bigint, "                          \
    "CASE WHEN l.job_id > 0 THEN (extract(epoch FROM l.synced_at) * 1000)::bigint END, "                     \
    "coalesce(l.gone, false), coalesce(r.told_job, 0), d.sent::text, d.sent_as"
constexpr int kAfterHubAndLink = 21;

// The next link in the order of the primary key leaves the plan no choice but that key (see
// queue_reading.cpp).
constexpr Statement kHubs{"hub_load", "SELECT " NAVETTE_HUB_AND_LINK R"sql(,
       (extract(epoch FROM coalesce(q.created_at, now())) * 1000)::bigint, a.entity_id,
       EXISTS (SELECT FROM navette.comparisons c
               WHERE c.tenant_id = $2 AND c.integration_id = $1 AND c.state IN ('approved', 'applying', 'paused')),
       l.entity_id IS NULL AND EXISTS (
           SELECT FROM navette.sync_queue e
           WHERE navette.record_key(e.integration_id, e.entity_id) = navette.record_key($1, w.entity_id)
             AND e.integration_id = $1 AND e.tenant_id = $2 AND e.entity_type = w.entity_type AND e.entity_id = w.entity_id
             AND e.status = 'pending' AND e.direction = 'to_platform' AND e.id < w.job_id),
       coalesce(q.entity_id <> w.entity_id, false)
FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::jsonb[])
    WITH ORDINALITY AS w (object, entity_type, entity_id, job_id, keys, n)
LEFT JOIN navette.sync_queue q ON q.id = w.job_id AND q.tenant_id = $2
LEFT JOIN LATERAL (
    SELECT max((a.value ->> 0)::bigint) AS acknowledged
    FROM navette.change_heads c, jsonb_array_elements(c.acknowledgements) AS a
    WHERE c.tenant_id = $2 AND (a.value ->> 1)::bigint <= extract(epoch FROM coalesce(q.created_at, now())) * 1000
) h ON true
LEFT JOIN navette.records r ON r.tenant_id = $2 AND r.entity_type = w.entity_type AND r.entity_id = w.entity_id
LEFT JOIN LATERAL (
    SELECT next.* FROM (
        SELECT * FROM navette.record_links o
        WHERE (o.tenant_id, o.integration_id, o.object, o.entity_id) >= ($2, $1, w.object, w.entity_id)
        ORDER BY o.tenant_id, o.integration_id, o.object, o.entity_id LIMIT 1) next
    WHERE next.tenant_id = $2 AND next.integration_id = $1 AND next.object = w.object AND next.entity_id = w.entity_id
) l ON true
LEFT JOIN LATERAL (
    SELECT o.sent, o.sent_as FROM navette.doubts o
    WHERE o.tenant_id = $2 AND o.integration_id = $1 AND o.object = w.object AND o.entity_id = w.entity_id LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT min(k.entity_id) AS entity_id
    FROM jsonb_to_recordset(w.keys) AS key (name text, value text)
    JOIN navette.record_keys k
        ON k.tenant_id = $2 AND k.entity_type = w.entity_type AND k.name = key.name AND k.value = key.value
    WHERE r.version IS NULL AND EXISTS (SELECT FROM navette.tenant_integrations i
                                        WHERE i.tenant_id = $2 AND starts_with(k.entity_id, i.id || ':'))
    HAVING count(DISTINCT k.entity_id) = 1
) a ON true
ORDER BY w.n
)sql"};

constexpr Statement kPut{"hub_put", R"sql(
SELECT CASE WHEN w.adopted IS NOT NULL
            THEN (SELECT NULL::bigint FROM navette.adopt_record($1, w.entity_type, w.adopted, w.entity_id))
            ELSE navette.put_hub($1, w.entity_type, w.entity_id, w.expected, w.data, w.stamps, w.keys, w.gone = 1,
                                 w.retold, w.retold_from, w.told_by) END
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::jsonb[], $6::jsonb[], $7::jsonb[], $8::integer[], $9::text[],
            $10::jsonb[], $11::text[], $12::bigint[])
    WITH ORDINALITY AS w (entity_type, entity_id, expected, data, stamps, keys, gone, adopted, retold, retold_from,
                       told_by, n)
ORDER BY w.n
)sql"};

constexpr Statement kRemotes{"remote_load", "SELECT " NAVETTE_HUB_AND_LINK R"sql(,
       who.entity_type, who.entity_id, coalesce(m.many, false),
       CASE WHEN who.entity_id IS NOT NULL THEN EXISTS (
           SELECT FROM navette.in_flight f
           JOIN navette.sync_queue q ON q.id = ANY (f.job_ids) AND q.tenant_id = f.tenant_id
           WHERE f.integration_id = $1 AND f.tenant_id = $2 AND f.recovered_at IS NULL AND q.direction = 'to_platform'
             AND q.entity_id = who.entity_id)
       ELSE EXISTS (
           SELECT FROM navette.in_flight f
           JOIN navette.sync_queue q ON q.id = ANY (f.job_ids) AND q.tenant_id = f.tenant_id
           WHERE f.integration_id = $1 AND f.tenant_id = $2 AND f.recovered_at IS NULL AND q.direction = 'to_platform'
             AND f.started_at <= coalesce(j.created_at, now()))
           OR EXISTS (
           SELECT FROM navette.sync_queue q
           WHERE q.integration_id = $1 AND q.status = 'pending' AND q.maybe_applied AND q.direction = 'to_platform'
             AND q.tenant_id = $2 AND q.created_at <= coalesce(j.created_at, now())) END,
       coalesce(l.job_id > 0 AND l.synced_at >= CASE WHEN w.read_ago >= 0
           THEN clock_timestamp() - w.read_ago * interval '1 millisecond' ELSE coalesce(j.created_at, now()) END, false),
       l.entity_id IS NULL AND EXISTS (
           SELECT FROM navette.remote_records k
           WHERE k.tenant_id = $2 AND k.integration_id = $1 AND k.object = w.object AND k.remote_id = w.remote_id
             AND k.hash = 'deleted')
FROM unnest($3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[], $8::bigint[])
    WITH ORDINALITY AS w (object, entity_types, remote_id, keys, job_id, read_ago, n)
LEFT JOIN navette.change_heads h ON h.tenant_id = $2
LEFT JOIN navette.sync_queue j ON j.id = w.job_id AND j.tenant_id = $2
LEFT JOIN LATERAL (
    SELECT * FROM navette.record_links o
    WHERE o.integration_id = $1 AND o.object = w.object AND o.remote_id = w.remote_id AND o.tenant_id = $2
    ORDER BY o.job_id DESC LIMIT 1
) l ON true
LEFT JOIN LATERAL (
    SELECT min(k.entity_type) AS entity_type, min(k.entity_id) AS entity_id,
           count(DISTINCT (k.entity_type, k.entity_id)) > 1 AS many
    FROM jsonb_to_recordset(w.keys) AS key (name text, value text)
    JOIN navette.record_keys k
        ON k.tenant_id = $2 AND k.entity_type = ANY (string_to_array(w.entity_types, ',')) AND k.name = key.name
       AND k.value = key.value
    WHERE l.entity_id IS NULL AND NOT EXISTS (
        SELECT FROM navette.record_links o
        WHERE o.tenant_id = $2 AND o.integration_id = $1 AND o.object = w.object AND o.entity_id = k.entity_id)
) m ON true
-- Made of this very record once, and without its link since: an undo takes both away. It would be merged as new for ever.
LEFT JOIN navette.records made ON l.entity_id IS NULL AND made.tenant_id = $2
    AND made.entity_type = split_part(w.entity_types, ',', 1) AND made.entity_id = $1 || ':' || w.remote_id
LEFT JOIN LATERAL (
    SELECT coalesce(nullif(l.entity_type, ''), CASE WHEN NOT m.many THEN m.entity_type END,
                    split_part(w.entity_types, ',', 1)) AS entity_type,
           coalesce(l.entity_id, CASE WHEN NOT m.many THEN m.entity_id END, made.entity_id) AS entity_id
) who ON true
LEFT JOIN navette.records r ON r.tenant_id = $2 AND r.entity_type = who.entity_type AND r.entity_id = who.entity_id
LEFT JOIN LATERAL (
    SELECT o.sent, o.sent_as FROM navette.doubts o
    WHERE o.tenant_id = $2 AND o.integration_id = $1 AND o.object = w.object AND o.entity_id = who.entity_id LIMIT 1
) d ON true
ORDER BY w.n
)sql"};

#undef NAVETTE_HUB_AND_LINK

std::optional<milliseconds> moment(const Rows& rows, int row, int column) {
    return rows.is_null(row, column) ? std::nullopt : std::optional(milliseconds(rows.integer(row, column)));
}

HubRow read_hub(const Rows& rows, int row) {
    HubRow hub;
    hub.acknowledged = rows.integer(row, 5);
    if (!rows.is_null(row, 0)) {
        hub.version = rows.integer(row, 0);
        hub.data = rows.string(row, 1);
        hub.stamps = rows.string(row, 2);
        hub.deleted = rows.boolean(row, 3);
        hub.updated_at = milliseconds(rows.integer(row, 4));
        hub.told_job = rows.integer(row, 18);
    }
    return hub;
}

LinkRow read_link(const Rows& rows, int row) {
    LinkRow link;
    if (!rows.is_null(row, 6)) {
        link.revision = rows.integer(row, 6);
        link.entity_id = rows.string(row, 7);
        link.entity_type = rows.string(row, 8);
        link.remote_id = rows.string(row, 9);
        link.job_id = rows.integer(row, 10);
        link.snapshot = rows.string(row, 11);
        link.seen = rows.string(row, 12);
        link.conflicts = rows.string(row, 13);
        link.references_hash = rows.string(row, 14);
        link.remote_changed_at = moment(rows, row, 15);
        link.synced_at = moment(rows, row, 16);
        link.gone = rows.boolean(row, 17);
    }
    if (!rows.is_null(row, 19)) {
        link.in_doubt = rows.string(row, 19);
        link.sent_as = rows.string(row, 20);
    }
    return link;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) {
        all += all.empty() ? "" : ",";
        all += text;
    }
    return all;
}

asio::awaitable<core::Result<Rows>> asked(Connection& connection, Call call) {
    std::vector<Call> calls;
    calls.push_back(std::move(call));
    auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return std::move(rows->front());
}

}  // namespace

asio::awaitable<core::Result<std::vector<HubState>>> load_hubs(
    Connection& connection, IntegrationKey key, std::vector<HubName> names
) {
    auto objects = BinaryArray::of_texts();
    auto types = BinaryArray::of_texts();
    auto ids = BinaryArray::of_texts();
    auto jobs = BinaryArray::of_bigints();
    auto keys = BinaryArray::of_jsonb();
    for (const auto& name : names) {
        objects.push_text(name.object);
        types.push_text(name.entity_type);
        ids.push_text(name.entity_id);
        jobs.push_bigint(name.job_id);
        keys.push_jsonb_or_null(name.keys);
    }
    Call call(
        kHubs,
        std::vector<Parameter>{
            std::move(key.id),
            std::move(key.tenant_id),
            std::move(objects).take(),
            std::move(types).take(),
            std::move(ids).take(),
            std::move(jobs).take(),
            std::move(keys).take()
        },
        std::vector<int>{0, 0, 1, 1, 1, 1, 1}
    );
    const auto rows = co_await asked(connection, std::move(call));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<HubState> states;
    for (int row = 0; row < rows->size(); ++row) {
        HubState state;
        state.hub = read_hub(*rows, row);
        state.link = read_link(*rows, row);
        state.told_at = milliseconds(rows->integer(row, kAfterHubAndLink));
        state.adoptable = rows->string(row, kAfterHubAndLink + 1);
        state.compared = rows->boolean(row, kAfterHubAndLink + 2);
        state.is_second = rows->boolean(row, kAfterHubAndLink + 3);
        state.is_renamed = rows->boolean(row, kAfterHubAndLink + 4);
        states.push_back(std::move(state));
    }
    co_return states;
}

asio::awaitable<core::Result<std::vector<bool>>> write_hubs(
    Connection& connection, std::string tenant_id, std::vector<HubWrite> writes
) {
    auto types = BinaryArray::of_texts();
    auto ids = BinaryArray::of_texts();
    auto expected = BinaryArray::of_bigints();
    auto data = BinaryArray::of_jsonb();
    auto stamps = BinaryArray::of_jsonb();
    auto keys = BinaryArray::of_jsonb();
    auto gone = BinaryArray::of_integers();
    auto adopted = BinaryArray::of_texts();
    auto retold = BinaryArray::of_jsonb();
    auto retold_from = BinaryArray::of_texts();
    auto told_by = BinaryArray::of_bigints();
    for (const auto& write : writes) {
        types.push_text(write.entity_type);
        ids.push_text(write.entity_id);
        expected.push_bigint(write.expected);
        data.push_jsonb_or_null(write.data);
        stamps.push_jsonb_or_null(write.stamps);
        keys.push_jsonb_or_null(write.keys);
        gone.push_integer(write.gone ? 1 : 0);
        adopted.push_text_or_null(write.adopted);
        retold.push_jsonb_or_null(write.retold);
        retold_from.push_text(write.retold_from);
        told_by.push_bigint(write.told_by);
    }
    Call call(
        kPut,
        std::vector<Parameter>{
            std::move(tenant_id),
            std::move(types).take(),
            std::move(ids).take(),
            std::move(expected).take(),
            std::move(data).take(),
            std::move(stamps).take(),
            std::move(keys).take(),
            std::move(gone).take(),
            std::move(adopted).take(),
            std::move(retold).take(),
            std::move(retold_from).take(),
            std::move(told_by).take()
        },
        std::vector<int>{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
    );
    const auto rows = co_await asked(connection, std::move(call));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<bool> written;
    written.reserve(static_cast<std::size_t>(rows->size()));
    for (int row = 0; row < rows->size(); ++row) {
        written.push_back(!rows->is_null(row, 0));
    }
    co_return written;
}

asio::awaitable<core::Result<std::vector<RemoteState>>> load_remotes(
    Connection& connection, IntegrationKey key, std::vector<RemoteName> names
) {
    auto objects = BinaryArray::of_texts();
    auto types = BinaryArray::of_texts();
    auto ids = BinaryArray::of_texts();
    auto keys = BinaryArray::of_jsonb();
    auto jobs = BinaryArray::of_bigints();
    auto ages = BinaryArray::of_bigints();
    for (const auto& name : names) {
        objects.push_text(name.object);
        types.push_text(joined(name.entity_types));
        ids.push_text(name.remote_id);
        keys.push_jsonb_or_null(name.keys);
        jobs.push_bigint(name.job_id);
        ages.push_bigint(name.read_ago ? name.read_ago->count() : -1);
    }
    Call call(
        kRemotes,
        std::vector<Parameter>{
            std::move(key.id),
            std::move(key.tenant_id),
            std::move(objects).take(),
            std::move(types).take(),
            std::move(ids).take(),
            std::move(keys).take(),
            std::move(jobs).take(),
            std::move(ages).take()
        },
        std::vector<int>{0, 0, 1, 1, 1, 1, 1, 1}
    );
    const auto rows = co_await asked(connection, std::move(call));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<RemoteState> states;
    for (int row = 0; row < rows->size(); ++row) {
        RemoteState state;
        state.hub = read_hub(*rows, row);
        state.link = read_link(*rows, row);
        state.entity_type = rows->string(row, kAfterHubAndLink);
        state.entity_id = rows->string(row, kAfterHubAndLink + 1);
        state.ambiguous = rows->boolean(row, kAfterHubAndLink + 2);
        state.pushing = rows->boolean(row, kAfterHubAndLink + 3);
        state.pushed_since = rows->boolean(row, kAfterHubAndLink + 4);
        state.was_deleted = rows->boolean(row, kAfterHubAndLink + 5);
        states.push_back(std::move(state));
    }
    co_return states;
}

}  // namespace navette::store
