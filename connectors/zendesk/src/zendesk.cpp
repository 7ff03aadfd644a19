// The connector of Zendesk: which recipe serves which object.
#include "recipes.hpp"
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>

#include <utility>

namespace navette::zendesk {

namespace {

sdk::Task<sdk::Outcome> push_one(sdk::Session& session, sdk::Operation operation) {
    if (operation.action == sdk::Action::remove) {
        co_return co_await remove_record(session, std::move(operation));
    }
    if (operation.object == "ticket") {
        co_return co_await push_ticket(session, std::move(operation));
    }
    if (operation.object == "note" || operation.object == "call") {
        co_return co_await push_comment(session, std::move(operation));
    }
    co_return sdk::Outcome::rejected("Zendesk's connector knows no object " + operation.object);
}

/// One by one, up to what would befall all the rest as well.
sdk::Task<std::vector<sdk::Outcome>> push_each(sdk::Session& session, std::vector<sdk::Operation> batch) {
    std::vector<sdk::Outcome> outcomes;
    outcomes.reserve(batch.size());
    for (auto& operation : batch) {
        if (!outcomes.empty() && hinders_all(outcomes.back())) {
            outcomes.push_back(outcomes.back());
            outcomes.back().maybe_applied = operation.maybe_applied;
            continue;
        }
        outcomes.push_back(co_await push_one(session, std::move(operation)));
    }
    co_return outcomes;
}

class Zendesk final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "zendesk"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        co_return co_await test_connection(session);
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        const auto* resource = batch.empty() ? nullptr : find_resource(batch.front().object);
        const bool is_party =
            resource != nullptr && resource->name != "ticket" && batch.front().action != sdk::Action::remove;
        if (is_party) {
            co_return co_await push_parties(session, *resource, std::move(batch));
        }
        co_return co_await push_each(session, std::move(batch));
    }

    sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull(
        sdk::Session& session, sdk::PullRequest request
    ) override {
        co_return co_await pull_changes(session, std::move(request));
    }

    sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch(
        sdk::Session& session, std::string object, std::string remote_id
    ) override {
        co_return co_await fetch_record(session, std::move(object), std::move(remote_id));
    }

    sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> subscriptions(
        sdk::Session& session, sdk::SubscriptionPlan plan
    ) override {
        co_return co_await check_subscriptions(session, std::move(plan));
    }

    [[nodiscard]] sdk::WebhookVerdict verify(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys)
        const override {
        return verify_webhook(request, keys);
    }

    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        return parse_webhook(request);
    }
};

}  // namespace

}  // namespace navette::zendesk

NAVETTE_CONNECTOR(navette::zendesk::Zendesk)
