// The connector of Shopify: which recipe serves which object.
#include "bulk.hpp"
#include "recipes.hpp"
#include "webhook.hpp"

#include <utility>

namespace navette::shopify {

namespace {

Task<Outcome> push_one(Session& session, sdk::Operation operation) {
    const bool is_known = operation.object == "customer" || operation.object == "product" ||
                          operation.object == "order" || operation.object == "draft_order";
    if (!is_known) {
        co_return Outcome::rejected("Shopify's connector knows no object " + operation.object);
    }
    if (operation.action == sdk::Action::remove) {
        co_return co_await remove_record(session, std::move(operation));
    }
    if (operation.object == "customer") {
        co_return co_await push_customer(session, std::move(operation));
    }
    if (operation.object == "product") {
        co_return co_await push_product(session, std::move(operation));
    }
    if (operation.object == "draft_order") {
        co_return co_await push_draft_order(session, std::move(operation));
    }
    co_return co_await push_order(session, std::move(operation));
}

class Shopify final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shopify"; }

    Task<sdk::TestReport> test(Session& session) override { co_return co_await test_connection(session); }

    Task<std::vector<Outcome>> push(Session& session, std::vector<sdk::Operation> batch) override {
        std::vector<Outcome> outcomes;
        outcomes.reserve(batch.size());
        Settled settled(batch.size());
        if (concerns_bulk(batch)) {
            settled = co_await push_in_bulk(session, batch);
        }
        for (std::size_t at = 0; at < batch.size(); ++at) {
            if (settled[at]) {
                outcomes.push_back(std::move(*settled[at]));
            } else {
                outcomes.push_back(co_await push_one(session, std::move(batch[at])));
            }
        }
        co_return outcomes;
    }

    Task<std::expected<sdk::PullPage, Outcome>> pull(Session& session, sdk::PullRequest request) override {
        co_return co_await pull_changes(session, std::move(request));
    }

    Task<std::expected<sdk::RemoteRecord, Outcome>> fetch(
        Session& session, std::string object, std::string remote_id
    ) override {
        co_return co_await fetch_record(session, std::move(object), std::move(remote_id));
    }

    [[nodiscard]] sdk::WebhookVerdict verify(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys)
        const override {
        return verify_webhook(request, keys.secrets);
    }

    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        return parse_webhook(request);
    }

    Task<std::expected<std::vector<sdk::SubscriptionState>, Outcome>> subscriptions(
        Session& session, sdk::SubscriptionPlan plan
    ) override {
        co_return co_await check_subscriptions(session, std::move(plan));
    }
};

}  // namespace

}  // namespace navette::shopify

NAVETTE_CONNECTOR(navette::shopify::Shopify)
