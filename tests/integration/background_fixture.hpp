// An owned integration with everything that pulls and webhook checks need, and a platform in memory behind a
// connector that asks it without a network.
#pragma once

#include "daemon/engine/background.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace navette::test {

/// The platform: records with a change number, oldest change first, and the webhook subscriptions it holds.
class ShelfConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }
    sdk::Task<sdk::TestReport> test(sdk::Session&) override { co_return sdk::TestReport(); }
    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session&, std::vector<sdk::Operation> batch) override {
        co_return std::vector<sdk::Outcome>(batch.size());
    }

    /// Reads what changed after the cursor's number, less an overlap of one change at each new round.
    sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull(
        sdk::Session& session, sdk::PullRequest request
    ) override {
        pulls.push_back(request.object + " " + boost::json::serialize(request.cursor));
        most_asked = std::max(most_asked, request.limit);
        if (!failures.empty()) {
            auto failure = failures.front();
            failures.pop_front();
            co_return std::unexpected(failure);
        }
        if (asks_the_network) {
            const auto answer = co_await session.send(sdk::HttpRequest::get("/" + request.object));
            if (!answer) {
                co_return std::unexpected(sdk::Outcome::unavailable(answer.error().message));
            }
        }
        std::int64_t after = 0;
        if (request.cursor.is_object()) {
            after = request.cursor.at("after").to_number<std::int64_t>();
        }
        sdk::PullPage page;
        for (const auto& [number, record] : changes[request.object]) {
            if (number <= after) {
                continue;
            }
            if (page.records.size() == static_cast<std::size_t>(request.limit)) {
                page.more = true;
                break;
            }
            page.records.push_back(record);
            after = number;
        }
        page.cursor =
            boost::json::object{{"after", page.more ? after : std::max<std::int64_t>(after - 1, 0)}};
        if (stuck) {
            page.cursor = request.cursor;
            page.more = true;
        }
        if (during) {
            during();
        }
        co_return page;
    }

    sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> subscriptions(
        sdk::Session&, sdk::SubscriptionPlan plan
    ) override {
        plans.push_back(plan);
        if (!failures.empty()) {
            auto failure = failures.front();
            failures.pop_front();
            co_return std::unexpected(failure);
        }
        if (during) {
            during();
        }
        co_return held;
    }

    /// Somebody writes the record there.
    void edit(
        const std::string& object, const std::string& id, boost::json::object fields, bool deleted = false
    ) {
        auto& all = changes[object];
        std::erase_if(all, [&](const auto& entry) { return entry.second.remote_id == id; });
        sdk::RemoteRecord record;
        record.remote_id = id;
        record.modified_at = sdk::Instant(std::chrono::milliseconds(1'700'000'000'000 + 1'000 * ++change_));
        record.deleted = deleted;
        record.fields = std::move(fields);
        all.emplace(change_, std::move(record));
    }

    std::map<std::string, std::map<std::int64_t, sdk::RemoteRecord>> changes;  // by object, by number
    std::deque<sdk::Outcome> failures;
    std::vector<sdk::SubscriptionState> held;
    std::vector<std::string> pulls;  // "<object> <cursor>"
    std::vector<sdk::SubscriptionPlan> plans;
    std::function<void()> during;  // before a page or the subscriptions are answered
    int most_asked = 0;
    bool stuck = false;
    bool asks_the_network = false;

  private:
    std::int64_t change_ = 0;
};

/// Counts requests and answers them with 200.
class CountingTransport final : public engine::Transport {
  public:
    sdk::Task<sdk::HttpResult> send(outbound::WireRequest) override {
        ++requests;
        sdk::HttpResponse response;
        response.status = 200;
        co_return response;
    }
    int requests = 0;
};

class BackgroundTest : public OwnedIntegrationTest {
  protected:
    BackgroundTest() {
        connector_->connector = shelf_;
        auto& manifest = connector_->manifest;
        manifest.slug = "shop";
        manifest.name = "Shop";
        manifest.base_url = "http://shop.test";
        manifest.retry = {3, std::chrono::minutes(1), std::chrono::minutes(1)};
        manifest.capabilities = {"push", "pull", "subscriptions", "webhooks"};
        manifest.webhooks.secrets = {"webhook_secret"};
        config::ConfigField secret;
        secret.name = "webhook_secret";
        secret.type = config::ConfigField::Type::secret;
        manifest.config.push_back(secret);
        add_object("item");
        background_.node_id = [] { return std::string(kNode); };
        background_.holds_lease = [this](const std::string&, std::int64_t) { return holds_lease_; };
        background_.ended = [] {};
        own();
    }

    ~BackgroundTest() override { work_database_.close(); }

    void add_object(const std::string& name) {
        config::ObjectSpec object;
        object.name = name;
        connector_->manifest.objects.push_back(std::move(object));
    }

    /// The integration as the engine reads it now.
    std::shared_ptr<engine::OwnedIntegration> own(std::int64_t epoch = 1) {
        auto rows = must(run(store::load_integrations(connection(), {"int_1"})));
        const plugins::Inventory inventory({connector_}, {});
        owned_ = std::make_shared<engine::OwnedIntegration>();
        owned_->integration = must(engine::Integration::assemble(rows.front(), inventory, vault_));
        owned_->epoch = epoch;
        return owned_;
    }

    std::function<bool()> wanted() {
        return [this] { return wanted_; };
    }

    std::shared_ptr<ShelfConnector> shelf_ = std::make_shared<ShelfConnector>();
    std::shared_ptr<plugins::LoadedConnector> connector_ = std::make_shared<plugins::LoadedConnector>();
    secrets::Vault vault_ = must(secrets::Vault::with_key(secrets::Vault::generate_key("test")));
    CountingTransport transport_;
    engine::Database work_database_{context_.get_executor(), database_.url()};
    engine::Accounts accounts_{context_.get_executor()};
    std::mt19937_64 random_{1};
    engine::Background background_{
        context_.get_executor(), work_database_, accounts_, transport_, random_, {}, {}, {}
    };
    std::shared_ptr<engine::OwnedIntegration> owned_;
    bool holds_lease_ = true;
    bool wanted_ = true;
};

}  // namespace navette::test
