// The connector of Pipedrive: which recipe serves which object.
#include "recipes.hpp"
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>

#include <utility>

namespace navette::pipedrive {

namespace {

sdk::Task<sdk::Outcome> push_one(sdk::Session& session, sdk::Operation operation) {
    const auto* entity = find_entity(operation.object);
    if (entity == nullptr && operation.object != "note" && operation.object != "call") {
        co_return sdk::Outcome::rejected("Pipedrive's connector knows no object " + operation.object);
    }
    if (operation.action == sdk::Action::remove) {
        co_return co_await remove_record(session, std::move(operation));
    }
    if (entity != nullptr && entity->fields.empty()) {
        co_return co_await push_activity(session, *entity, std::move(operation));
    }
    if (entity != nullptr) {
        co_return co_await push_entity(session, *entity, std::move(operation));
    }
    if (operation.object == "note") {
        co_return co_await push_note(session, std::move(operation));
    }
    co_return co_await push_call(session, std::move(operation));
}

class Pipedrive final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "pipedrive"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        co_return co_await test_connection(session);
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        std::vector<sdk::Outcome> outcomes;
        outcomes.reserve(batch.size());
        for (auto& operation : batch) {
            outcomes.push_back(co_await push_one(session, std::move(operation)));
        }
        co_return outcomes;
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

}  // namespace navette::pipedrive

NAVETTE_CONNECTOR(navette::pipedrive::Pipedrive)
