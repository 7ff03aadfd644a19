// The connector of WooCommerce.
#include "reading.hpp"
#include "record.hpp"
#include "subscriptions.hpp"
#include "webhook.hpp"

#include <utility>

namespace navette::woocommerce {

namespace {

class WooCommerce final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "woocommerce"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        co_return co_await test_connection(session);
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        if (batch.empty()) {
            co_return std::vector<sdk::Outcome>();
        }
        const auto* record = find_record(batch.front().object);
        if (record == nullptr) {
            co_return std::vector<sdk::Outcome>(
                batch.size(),
                sdk::Outcome::rejected("WooCommerce's connector knows no object " + batch.front().object)
            );
        }
        if (batch.front().action == sdk::Action::remove) {
            co_return co_await remove_records(session, *record, std::move(batch));
        }
        co_return co_await push_records(session, *record, std::move(batch));
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

    [[nodiscard]] sdk::WebhookVerdict verify(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys)
        const override {
        return verify_webhook(request, keys.secrets);
    }

    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        return parse_webhook(request);
    }

    sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> subscriptions(
        sdk::Session& session, sdk::SubscriptionPlan plan
    ) override {
        co_return co_await keep_subscriptions(session, std::move(plan));
    }
};

}  // namespace

}  // namespace navette::woocommerce

NAVETTE_CONNECTOR(navette::woocommerce::WooCommerce)
