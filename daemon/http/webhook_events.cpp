#include "daemon/http/webhook_events.hpp"

#include "daemon/engine/evidence.hpp"
#include "daemon/engine/storable_json.hpp"
#include "daemon/sync/iso_time.hpp"

#include <navette/sdk/signature.hpp>

#include <utility>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestBody = 4U << 20U;
constexpr std::size_t kLongestRefused = 4U << 10U;

}  // namespace

std::set<std::string> accounts_of(const Events& events) {
    std::set<std::string> accounts;
    if (events) {
        for (const auto& event : *events) {
            if (!event.account.empty()) {
                accounts.insert(event.account);
            }
        }
    }
    return accounts;
}

store::Webhook log_entry(
    const Request& request, const std::string& platform, const outbound::Redactor& redactor
) {
    store::Webhook entry;
    entry.platform = platform;
    entry.method = request.method;
    entry.client = request.client;
    json::object headers;
    for (const auto& header : redactor.headers(request.headers)) {
        headers[engine::storable(header.name)] = engine::storable(header.value);
    }
    entry.headers = engine::storable_json(std::move(headers));
    entry.body = redactor.body(request.body, kLongestBody);
    return entry;
}

void take_events(store::Webhook& entry, const Events& events, const WebhookTarget& target) {
    if (!events) {
        entry.fate = store::Webhook::Fate::failed;
        entry.reason = engine::storable(target.redactor.text(events.error()));
        return;
    }
    for (const auto& event : *events) {
        const bool elsewhere =
            !event.account.empty() && !target.account.empty() && event.account != target.account;
        if (elsewhere) {
            entry.reason = "an event belongs to another account, " + engine::storable(event.account);
        } else {
            auto& inbound = entry.events.emplace_back(inbound_event(event));
            inbound.delay = event.thin ? target.fetch_after : std::chrono::milliseconds(0);
        }
    }
    if (!entry.events.empty()) {
        entry.event_type = entry.events.front().event_type;
    }
    if (!target.takes_changes) {
        entry.fate = store::Webhook::Fate::ignored;
        entry.reason = "the integration carries records to the platform only";
        entry.events.clear();
    } else if (entry.events.empty()) {
        entry.fate = store::Webhook::Fate::ignored;
        entry.reason = entry.reason.empty() ? "it carries no event" : entry.reason;
    }
}

store::InboundEvent inbound_event(const sdk::WebhookEvent& event) {
    store::InboundEvent inbound;
    inbound.event_type = engine::storable(event.event_type);
    inbound.event_type = inbound.event_type.empty() ? "unknown" : inbound.event_type;
    // Our own change that comes back is kept as seen, and no work.
    inbound.object = event.echo ? std::string() : event.object;
    inbound.remote_id = engine::storable(event.remote_id);
    inbound.deleted = event.deleted;
    json::object data;
    data["event_type"] = inbound.event_type;
    data["object"] = event.object;
    data["remote_id"] = inbound.remote_id;
    data["deleted"] = event.deleted;
    data["thin"] = event.thin;
    if (event.occurred_at) {
        data["occurred_at"] = sync::iso_instant(*event.occurred_at, std::chrono::seconds(0));
    }
    data["fields"] = event.fields;
    inbound.data = engine::storable_json(std::move(data));
    // A connector that names no key must not make all its events one.
    inbound.key = event.deduplication_key.empty() ? sdk::fingerprint(inbound.data)
                                                  : engine::storable(event.deduplication_key);
    return inbound;
}

std::string shortened(std::string body) {
    if (body.size() > kLongestRefused) {
        body = engine::storable(std::string_view(body).substr(0, kLongestRefused)) + "…";
    }
    return body;
}

}  // namespace navette::http
