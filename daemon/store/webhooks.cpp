#include "daemon/store/webhooks.hpp"

#include "daemon/store/binary_array.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

// Receipts are written in the order of their key, so that two pages cannot wait for each other. The key is
// navette.receipt_key(), written out: a function in SQL that is not inlined costs more than all it does.
constexpr Statement kReceive{"webhooks_receive", R"sql(
WITH webhook AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[], $9::text[],
                         $10::text[], $11::text[]) WITH ORDINALITY
        AS w (tenant_id, integration_id, platform, event_type, key, method, headers, body, client, fate, reason, number)
), event AS MATERIALIZED (
    SELECT DISTINCT ON (e.integration_id, e.tenant_id, e.receipt) e.*
    FROM (SELECT w.tenant_id, w.integration_id, x.number, left(encode(sha256(convert_to(x.key, 'UTF8')), 'hex'), 32)::uuid AS receipt, x.event_type, x.object,
                 x.remote_id, x.deleted, x.data, x.delay, x.place
          FROM unnest($12::integer[], $13::text[], $14::text[], $15::text[], $16::text[], $17::integer[], $18::jsonb[], $19::integer[])
               WITH ORDINALITY AS x (number, key, event_type, object, remote_id, deleted, data, delay, place)
          JOIN webhook w ON w.number = x.number) e
    ORDER BY e.integration_id, e.tenant_id, e.receipt, e.place
), fresh AS (
    INSERT INTO navette.webhook_receipts (integration_id, tenant_id, key)
    SELECT integration_id, tenant_id, receipt FROM event
    ON CONFLICT (integration_id, tenant_id, key) DO NOTHING
    RETURNING integration_id, tenant_id, key
), wanted AS MATERIALIZED (
    SELECT e.* FROM event e JOIN fresh f ON f.integration_id = e.integration_id AND f.tenant_id = e.tenant_id AND f.key = e.receipt
    WHERE e.object <> '' AND e.remote_id <> ''
), queued AS (
    INSERT INTO navette.sync_queue
        (tenant_id, integration_id, direction, event_type, entity_type, entity_id, operation, data, priority, run_at, deferred, origin)
    SELECT tenant_id, integration_id, 'from_platform', event_type, object, 'remote:' || remote_id,
           CASE WHEN deleted = 1 THEN 'delete' ELSE 'upsert' END, data, 3, now() + delay * interval '1 millisecond', delay > 0, 'webhook'
    FROM wanted ORDER BY place
    RETURNING integration_id
), logged AS (
    INSERT INTO navette.webhook_logs
        (tenant_id, integration_id, source_platform, event_type, deduplication_key, request_method, request_headers, request_body,
         request_ip, verified, processing_status, processing_error, processed_at)
    SELECT w.tenant_id, nullif(w.integration_id, ''), w.platform, w.event_type, nullif(w.key, ''), w.method, w.headers, w.body,
           w.client, w.fate <> 'refused',
           CASE WHEN w.fate <> 'accepted' THEN w.fate WHEN e.number IS NOT NULL THEN 'success' ELSE 'ignored' END,
           coalesce(nullif(w.reason, ''),
                    CASE WHEN w.fate = 'accepted' AND e.number IS NULL
                         THEN 'it was received before, or concerns nothing that is synchronised' END),
           now()
    FROM webhook w LEFT JOIN (SELECT DISTINCT number FROM wanted) e ON e.number = w.number ORDER BY w.number
)
SELECT (SELECT count(*) FROM queued), (SELECT count(*) FROM event) - (SELECT count(*) FROM fresh),
       navette.wake(ARRAY(SELECT DISTINCT integration_id FROM queued))
)sql"};

constexpr Statement kTargets{"webhook_targets", R"sql(
SELECT tenant_id, id FROM navette.tenant_integrations
WHERE integration_type = $1 AND ($2 = '' OR id = $2) AND ($3 = '' OR config_public ->> $3 = $4)
ORDER BY tenant_id, id LIMIT 100
)sql"};

std::string_view name_of(Webhook::Fate fate) {
    switch (fate) {
        case Webhook::Fate::accepted:
            return "accepted";
        case Webhook::Fate::ignored:
            return "ignored";
        case Webhook::Fate::refused:
            return "refused";
        case Webhook::Fate::failed:
            return "failed";
    }
    return "failed";
}

/// The columns of the page, as arrays.
class Page {
  public:
    explicit Page(const std::vector<Webhook>& webhooks) {
        std::int32_t number = 0;
        for (const auto& webhook : webhooks) {
            push(webhook);
            ++number;
            for (const auto& event : webhook.events) {
                numbers_.push_integer(number);
                event_keys_.push_text(event.key);
                event_types_.push_text(event.event_type);
                objects_.push_text(event.object);
                remote_ids_.push_text(event.remote_id);
                deleted_.push_integer(event.deleted ? 1 : 0);
                data_.push_jsonb_or_null(event.data);
                delays_.push_integer(static_cast<std::int32_t>(event.delay.count()));
            }
        }
    }

    [[nodiscard]] std::vector<Parameter> take() && {
        std::vector<Parameter> values;
        const auto add = [&](BinaryArray& array) { values.emplace_back(std::move(array).take()); };
        for (auto* array :
             {&tenants_,
              &integrations_,
              &platforms_,
              &types_,
              &keys_,
              &methods_,
              &headers_,
              &bodies_,
              &clients_,
              &fates_,
              &reasons_,
              &numbers_,
              &event_keys_,
              &event_types_,
              &objects_,
              &remote_ids_,
              &deleted_,
              &data_,
              &delays_}) {
            add(*array);
        }
        return values;
    }

  private:
    void push(const Webhook& webhook) {
        tenants_.push_text(webhook.key.tenant_id);
        integrations_.push_text(webhook.key.id);
        platforms_.push_text(webhook.platform);
        types_.push_text(webhook.event_type);
        keys_.push_text(webhook.events.empty() ? std::string_view() : webhook.events.front().key);
        methods_.push_text(webhook.method);
        headers_.push_jsonb_or_null(webhook.headers);
        bodies_.push_text(webhook.body);
        clients_.push_text(webhook.client);
        fates_.push_text(name_of(webhook.fate));
        reasons_.push_text(webhook.reason);
    }

    BinaryArray tenants_ = BinaryArray::of_texts();
    BinaryArray integrations_ = BinaryArray::of_texts();
    BinaryArray platforms_ = BinaryArray::of_texts();
    BinaryArray types_ = BinaryArray::of_texts();
    BinaryArray keys_ = BinaryArray::of_texts();
    BinaryArray methods_ = BinaryArray::of_texts();
    BinaryArray headers_ = BinaryArray::of_jsonb();
    BinaryArray bodies_ = BinaryArray::of_texts();
    BinaryArray clients_ = BinaryArray::of_texts();
    BinaryArray fates_ = BinaryArray::of_texts();
    BinaryArray reasons_ = BinaryArray::of_texts();
    BinaryArray numbers_ = BinaryArray::of_integers();
    BinaryArray event_keys_ = BinaryArray::of_texts();
    BinaryArray event_types_ = BinaryArray::of_texts();
    BinaryArray objects_ = BinaryArray::of_texts();
    BinaryArray remote_ids_ = BinaryArray::of_texts();
    BinaryArray deleted_ = BinaryArray::of_integers();
    BinaryArray data_ = BinaryArray::of_jsonb();
    BinaryArray delays_ = BinaryArray::of_integers();
};

}  // namespace

asio::awaitable<core::Result<Received>> receive_webhooks(
    Connection& connection, const std::vector<Webhook>& webhooks
) {
    auto values = Page(webhooks).take();
    std::vector<int> binary(values.size(), 1);
    std::vector<Call> calls;
    calls.emplace_back(kReceive, std::move(values), std::move(binary));
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    Received received;
    received.jobs = rows->front().integer(0, 0);
    received.repeated = rows->front().integer(0, 1);
    co_return received;
}

asio::awaitable<core::Result<std::vector<IntegrationKey>>> webhook_targets(
    Connection& connection,
    std::string platform,
    std::string integration_id,
    std::string account_field,
    std::string account
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(platform));
    values.emplace_back(std::move(integration_id));
    values.emplace_back(std::move(account_field));
    values.emplace_back(std::move(account));
    const auto rows = co_await connection.query(kTargets, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<IntegrationKey> found;
    for (int row = 0; row < rows->size(); ++row) {
        found.emplace_back(rows->string(row, 0), rows->string(row, 1));
    }
    co_return found;
}

}  // namespace navette::store
