// The connector of HubSpot: which recipe serves which object.
#include "recipes.hpp"
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>

#include <utility>

namespace navette::hubspot {

namespace {

class HubSpot final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "hubspot"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        co_return co_await test_connection(session);
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        // A batch holds one object and one action.
        if (!batch.empty() && batch.front().action == sdk::Action::remove) {
            co_return co_await archive_batch(session, std::move(batch));
        }
        co_return co_await push_batch(session, std::move(batch));
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
        return verify_webhook(request, keys);
    }

    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        return parse_webhook(request);
    }
};

}  // namespace

}  // namespace navette::hubspot

NAVETTE_CONNECTOR(navette::hubspot::HubSpot)
