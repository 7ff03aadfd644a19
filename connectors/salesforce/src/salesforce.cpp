// The connector of Salesforce: which recipe serves which object.
#include "outbound_message.hpp"
#include "recipes.hpp"

#include <navette/sdk/connector.hpp>

#include <utility>

namespace navette::salesforce {

namespace {

class Salesforce final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "salesforce"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        co_return co_await test_connection(session);
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        // A batch holds one object and one action.
        const bool removes = !batch.empty() && batch.front().action == sdk::Action::remove;
        if (!batch.empty() && batch.front().object == "note") {
            if (!removes) {
                co_return co_await push_notes(session, std::move(batch));
            }
            std::vector<sdk::Outcome> outcomes;
            for (auto& operation : batch) {
                outcomes.push_back(co_await remove_note(session, std::move(operation)));
            }
            co_return outcomes;
        }
        if (removes) {
            co_return co_await remove_batch(session, std::move(batch));
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
        return verify_message(request, keys);
    }

    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        return parse_message(request);
    }

    [[nodiscard]] sdk::WebhookReply acknowledge(const sdk::WebhookRequest&) const override {
        return acknowledgement();
    }
};

}  // namespace

}  // namespace navette::salesforce

NAVETTE_CONNECTOR(navette::salesforce::Salesforce)
