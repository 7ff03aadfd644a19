#include "daemon/http/webhook_routes.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/http/webhook_events.hpp"

#include <algorithm>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kBodyLimit = 2U << 20U;
constexpr int kRefusedLoggedEachSecond = 10;

sdk::WebhookRequest webhook_of(const Request& request) {
    sdk::WebhookRequest webhook;
    webhook.method = request.method;
    webhook.url = request.url;
    webhook.path = request.target;
    webhook.headers = request.headers;
    webhook.body = request.body;
    return webhook;
}

/// A connector's code is foreign: what it throws counts as "cannot be read", "not genuine", "plain 200".
Events parse_guarded(const sdk::Connector& connector, const sdk::WebhookRequest& webhook) {
    try {
        return connector.parse(webhook);
    } catch (const std::exception& error) {
        return std::unexpected("a bug in the connector: " + std::string(error.what()));
    }
}

sdk::WebhookVerdict verify_guarded(
    const sdk::Connector& connector, const sdk::WebhookRequest& webhook, const WebhookTarget& target
) {
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    try {
        return connector.verify(
            webhook, {.secrets = target.secrets, .settings = target.settings, .now = now}
        );
    } catch (const std::exception& error) {
        return {false, "a bug in the connector: " + std::string(error.what())};
    }
}

Response acknowledge(const sdk::Connector& connector, const sdk::WebhookRequest& webhook) {
    sdk::WebhookReply reply;
    try {
        reply = connector.acknowledge(webhook);
    } catch (const std::exception& error) {
        core::log(
            core::LogLevel::error, std::string("a connector's acknowledgement failed: ") + error.what()
        );
    }
    return text_response(reply.status, std::move(reply.body), std::move(reply.content_type));
}

}  // namespace

WebhookIntake::WebhookIntake(
    const asio::any_io_executor& executor,
    const std::string& conninfo,
    std::function<std::shared_ptr<const engine::Configuration>()> configuration,
    WebhookDeskLimits limits
)
    : configuration_(std::move(configuration)),
      desk_(executor, conninfo, limits),
      directory_(executor, conninfo) {}

void WebhookIntake::add_routes(Router& router) {
    const auto by_parameters = [this](Request request) {
        auto platform = request.parameter("platform");
        const auto id = request.parameters.find("integration_id");
        auto integration_id = id == request.parameters.end() ? std::string() : id->second;
        return receive(std::move(request), std::move(platform), std::move(integration_id));
    };
    const auto add = [&](std::string pattern, Handler handler) {
        Route route;
        route.method = "POST";
        route.pattern = std::move(pattern);
        route.access = Access::open;
        route.handler = std::move(handler);
        route.body_limit = kBodyLimit;
        router.add(std::move(route));
    };
    add("/webhooks/integrations/{platform}", by_parameters);
    add("/webhooks/integrations/{platform}/{integration_id}", by_parameters);
    // Dolibarr can put its secret into the address only.
    add("/webhooks/integrations/{platform}/{integration_id}/{secret}", by_parameters);
    // Where the shop that navette replaces has its Stripe endpoint.
    add("/api/products/webhook",
        [this](Request request) { return receive(std::move(request), "stripe", ""); });
}

asio::awaitable<Response> WebhookIntake::receive(
    Request request, std::string platform, std::string integration_id
) {
    const auto configuration = configuration_();
    const auto connector = configuration->inventory->find(platform);
    if (!connector || std::ranges::find(connector->manifest.capabilities, "webhooks") ==
                          connector->manifest.capabilities.end()) {
        co_return problem(404, "no connector takes webhooks of this platform");
    }
    const auto hook = webhook_of(request);
    auto events = parse_guarded(*connector->connector, hook);
    const auto found =
        co_await targets_of(connector, configuration->vault, accounts_of(events), std::move(integration_id));
    if (!found) {
        co_return problem(found.error());
    }
    WebhookTargets genuine;
    std::string reason = found->empty() ? "no integration fits its address" : "";
    for (const auto& target : *found) {
        auto verdict = verify_guarded(*connector->connector, hook, *target);
        if (verdict.genuine) {
            genuine.push_back(target);
        } else {
            reason = std::move(verdict.reason);
        }
    }
    if (genuine.empty()) {
        static const outbound::Redactor kByName;
        const auto& redactor = found->empty() ? kByName : found->front()->redactor;
        auto refused = log_entry(request, platform, redactor);
        refused.key = found->size() == 1 ? found->front()->key : store::IntegrationKey();
        co_return co_await refuse(std::move(refused), std::move(reason));
    }
    auto& counted = core::webhook_metrics(platform);
    for (const auto& target : genuine) {
        auto entry = log_entry(request, platform, target->redactor);
        entry.key = target->key;
        take_events(entry, events, *target);
        counted.received.add();
        if (const auto durable = co_await desk_.receive(std::move(entry)); !durable) {
            counted.not_durable.add();
            co_return problem(durable.error());
        }
    }
    if (!events) {
        co_return problem(400, "the webhook is genuine, but it cannot be read: " + events.error());
    }
    co_return acknowledge(*connector->connector, hook);
}

asio::awaitable<core::Result<WebhookTargets>> WebhookIntake::targets_of(
    std::shared_ptr<const plugins::LoadedConnector> connector,
    std::optional<secrets::Vault> vault,
    const std::set<std::string>& accounts,
    std::string integration_id
) {
    const auto& manifest = connector->manifest;
    if (!integration_id.empty() || accounts.empty() || manifest.webhooks.account.empty()) {
        const bool named = !integration_id.empty();
        auto all = co_await directory_.find(
            connector, std::move(vault), {manifest.slug, std::move(integration_id), std::string()}
        );
        // Whose it is cannot be told where the platform has several.
        if (all && !named && all->size() > 1) {
            all->clear();
        }
        co_return all;
    }
    WebhookTargets targets;
    for (const auto& account : accounts) {
        const auto some = co_await directory_.find(connector, vault, {manifest.slug, std::string(), account});
        if (!some) {
            co_return std::unexpected(some.error());
        }
        targets.insert(targets.end(), some->begin(), some->end());
    }
    co_return targets;
}

asio::awaitable<Response> WebhookIntake::refuse(store::Webhook webhook, std::string reason) {
    core::webhook_metrics(webhook.platform).refused.add();
    const auto now = std::chrono::steady_clock::now();
    if (now - refused_since_ > std::chrono::seconds(1)) {
        refused_since_ = now;
        refused_logged_ = 0;
    }
    if (++refused_logged_ <= kRefusedLoggedEachSecond) {
        core::log(
            core::LogLevel::warning,
            "a webhook was refused: " + reason,
            {{"platform", webhook.platform}, {"client", webhook.client}, {"integration", webhook.key.id}}
        );
        webhook.fate = store::Webhook::Fate::refused;
        webhook.reason = std::move(reason);
        webhook.body = shortened(std::move(webhook.body));
        // Refused it is in any case; that the log lacks a row is no reason to ask for it again.
        (void)co_await desk_.receive(std::move(webhook));
    }
    co_return problem(401, "the webhook was not accepted");
}

}  // namespace navette::http
