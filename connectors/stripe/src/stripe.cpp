// The connector of Stripe: a source of payments. Nothing is ever written there.
#include "events_api.hpp"
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>

#include <utility>

namespace navette::stripe {

namespace {

class Stripe final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "stripe"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        co_return co_await test_connection(session);
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session&, std::vector<sdk::Operation> batch) override {
        co_return std::vector<sdk::Outcome>(
            batch.size(), sdk::Outcome::rejected("Stripe is a source of payments, nothing is written there")
        );
    }

    sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull(
        sdk::Session& session, sdk::PullRequest request
    ) override {
        co_return co_await pull_events(session, std::move(request));
    }

    sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch(
        sdk::Session& session, std::string object, std::string remote_id
    ) override {
        co_return co_await fetch_payment(session, std::move(object), std::move(remote_id));
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

}  // namespace navette::stripe

NAVETTE_CONNECTOR(navette::stripe::Stripe)
