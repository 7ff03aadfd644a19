// The connector of Dolibarr ERP/CRM: which recipe serves which object.
#include "recipes.hpp"
#include "webhook.hpp"
#include "wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::dolibarr {

namespace {

using Recipe = sdk::Task<sdk::Outcome> (*)(sdk::Session&, sdk::Operation);

struct Object {
    std::string_view name;
    std::string_view endpoint;
    Recipe push;
};

constexpr std::array<Object, 7> kObjects{{
    {"customer", "/thirdparties", push_customer},
    {"contact", "/contacts", push_contact},
    {"product", "/products", push_product},
    {"order", "/orders", push_order},
    {"deal", "/projects", push_deal},
    {"note", "/agendaevents", push_event},
    {"call", "/agendaevents", push_event},
}};

const Object* find_object(std::string_view name) {
    const auto* found = std::ranges::find(kObjects, name, &Object::name);
    return found == kObjects.end() ? nullptr : found;
}

sdk::Task<sdk::Outcome> push_one(sdk::Session& session, sdk::Operation operation) {
    const auto* object = find_object(operation.object);
    if (object == nullptr) {
        co_return sdk::Outcome::rejected("Dolibarr's connector knows no object " + operation.object);
    }
    if (operation.action == sdk::Action::remove) {
        co_return co_await remove_record(session, std::move(operation));
    }
    json::value fields = std::move(operation.fields);
    strip_beyond_bmp(fields);
    operation.fields = std::move(fields.get_object());
    co_return co_await object->push(session, std::move(operation));
}

class Dolibarr final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "dolibarr"; }

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

    [[nodiscard]] sdk::WebhookVerdict verify(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys)
        const override {
        return verify_webhook(request, keys.secrets);
    }

    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        return parse_webhook(request);
    }
};

}  // namespace

std::string_view endpoint_of(std::string_view object) {
    const auto* found = find_object(object);
    return found == nullptr ? std::string_view() : found->endpoint;
}

}  // namespace navette::dolibarr

NAVETTE_CONNECTOR(navette::dolibarr::Dolibarr)
