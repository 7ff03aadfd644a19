#include "daemon/http/api_webhooks.hpp"

#include "daemon/http/idempotency.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/http/webhook_events.hpp"
#include "daemon/store/admin_mappings.hpp"
#include "daemon/store/admin_webhooks.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr const char* kListing = "webhooks";

/// The webhook that a request names, and the tenant to whom it must belong; none: any.
struct WebhookName {
    std::int64_t id = 0;
    std::optional<std::string> tenant;
};

/// Reads the query string too, which may name the tenant.
std::expected<WebhookName, Response> webhook_of(const Request& request) {
    QueryReader query(request);
    WebhookName webhook;
    webhook.tenant = query.tenant();
    if (auto mistake = query.mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    const auto& text = request.parameter("webhook");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), webhook.id);
    if (error != std::errc() || end != text.data() + text.size() || webhook.id < 1) {
        return std::unexpected(problem(404, "there is no webhook " + text));
    }
    return webhook;
}

Response list(store::AdminSession& session, const Request& request) {
    QueryReader query(request);
    store::WebhookFilter filter;
    filter.tenant = query.tenant();
    filter.integration = query.text("integration");
    filter.platform = query.text("platform");
    filter.event = query.text("event_type");
    filter.status = query.choice("status", {"received", "success", "failed", "ignored", "refused"});
    filter.verified = query.truth("verified");
    filter.since = query.past("since");
    filter.until = query.past("until");
    query.leave_page();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    const auto page = read_page(request, kListing, {KeyPart::number});
    if (!page) {
        return page.error();
    }
    const std::int64_t before = page->after.empty() ? 0 : std::stoll(page->after.front());
    auto webhooks = store::list_webhooks(session, filter, before, page->fetch());
    if (!webhooks) {
        return problem(webhooks.error());
    }
    return page_response(std::move(*webhooks), *page, kListing, [](const store::Record& webhook) {
        return std::vector<std::string>{std::to_string(webhook.at("id").as_int64())};
    });
}

Response show(store::AdminSession& session, const Request& request) {
    const auto name = webhook_of(request);
    if (!name) {
        return name.error();
    }
    const auto webhook = store::find_webhook(session, name->id, name->tenant);
    return webhook ? json_response(200, *webhook) : problem(webhook.error());
}

// ---------------------------------------------------------------------------------------------- replay

/// The stored request as a connector reads it. Its address is not kept, and secrets in it are redacted.
sdk::WebhookRequest stored_request(const store::Record& webhook) {
    sdk::WebhookRequest request;
    request.method = store::text_of(webhook, "request_method");
    request.body = store::text_of(webhook, "request_body");
    if (const auto* headers = webhook.at("request_headers").if_object()) {
        for (const auto& header : *headers) {
            if (header.value().is_string()) {
                request.headers.push_back(
                    {std::string(header.key()), std::string(header.value().get_string())}
                );
            }
        }
    }
    return request;
}

Events parsed(const sdk::Connector& connector, const sdk::WebhookRequest& request) {
    try {
        return connector.parse(request);
    } catch (const std::exception& error) {
        return std::unexpected(std::string("a bug in the connector: ") + error.what());
    } catch (...) {
        return std::unexpected(std::string("a bug in the connector"));
    }
}

WebhookTarget target_of(const store::Record& connection, const config::Manifest& manifest) {
    WebhookTarget target;
    target.key =
        store::IntegrationKey(store::text_of(connection, "tenant_id"), store::text_of(connection, "id"));
    target.settings = connection.at("settings").as_object();
    if (!manifest.webhooks.account.empty()) {
        target.account = store::text_of(target.settings, manifest.webhooks.account);
    }
    target.takes_changes = store::text_of(connection, "direction") != "to_platform";
    return target;
}

/// The events that make work, as navette.accept_events takes them.
std::string events_text(const store::Webhook& entry) {
    json::array events;
    for (const auto& event : entry.events) {
        if (event.object.empty()) {
            continue;
        }
        auto item = json::parse(event.data).as_object();
        item["key"] = event.key;
        events.push_back(std::move(item));
    }
    return json::serialize(events);
}

Response replay(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto name = webhook_of(request);
    if (!name) {
        return name.error();
    }
    const auto webhook = store::find_webhook(session, name->id, name->tenant);
    if (!webhook) {
        return problem(webhook.error());
    }
    const auto named = "webhook " + std::to_string(name->id);
    if (!webhook->at("verified").as_bool()) {
        return problem(409, named + " was refused: nothing vouches that the platform sent it");
    }
    const auto connection = store::find_connection(
        session, store::text_of(*webhook, "integration_id"), store::text_of(*webhook, "tenant_id")
    );
    if (!connection) {
        return connection.error().kind == core::ErrorKind::not_found
                   ? problem(409, named + " belongs to an integration that is gone")
                   : problem(connection.error());
    }
    const auto connector = configuration.inventory->find(store::text_of(*webhook, "source_platform"));
    if (!connector) {
        return problem(
            409,
            named + " is of " + store::text_of(*webhook, "source_platform") +
                ", for which this daemon has no connector"
        );
    }
    store::Webhook entry;
    const auto target = target_of(*connection, connector->manifest);
    take_events(entry, parsed(*connector->connector, stored_request(*webhook)), target);
    if (entry.fate == store::Webhook::Fate::failed) {
        return problem(409, named + " cannot be read: " + entry.reason);
    }
    const auto jobs = store::accept_events_again(
        session, name->id, target.key.tenant_id, target.key.id, events_text(entry)
    );
    if (!jobs) {
        return problem(jobs.error());
    }
    json::object answer{{"jobs", *jobs}};
    if (*jobs == 0) {
        answer["remark"] = entry.reason.empty() ? "it concerns nothing that is synchronised"
                                                : std::string_view(entry.reason);
    }
    return json_response(202, answer);
}

}  // namespace

void add_webhook_log_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration) {
    const Wrapper repeatable = [](Operation operation) { return idempotent(std::move(operation)); };
    router.add({"GET", "/api/v1/webhooks", Access::read, desk.handler(list)});
    router.add({"GET", "/api/v1/webhooks/{webhook}", Access::read, desk.handler(show)});
    router.add(
        {"POST",
         "/api/v1/webhooks/{webhook}/replay",
         Access::write,
         configured_handler(desk, std::move(configuration), replay, repeatable)}
    );
}

}  // namespace navette::http
