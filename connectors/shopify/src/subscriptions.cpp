// Webhook subscriptions: one for each topic and address. Shopify deletes one after eight failures in a row,
// and makes none twice.
#include "recipes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::shopify {

namespace {

using State = sdk::SubscriptionState::State;

struct Topics {
    std::string_view object;
    std::array<std::string_view, 3> topics;
};

/// What tells every change of an object; a payment, a shipment and the like are updates, too.
std::vector<std::string> topics_of(const std::vector<std::string>& objects) {
    static constexpr std::array<Topics, 4> kTopics{{
        {"customer", {"CUSTOMERS_CREATE", "CUSTOMERS_UPDATE", "CUSTOMERS_DELETE"}},
        {"product", {"PRODUCTS_CREATE", "PRODUCTS_UPDATE", "PRODUCTS_DELETE"}},
        {"order", {"ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_DELETE"}},
        {"draft_order", {"DRAFT_ORDERS_CREATE", "DRAFT_ORDERS_UPDATE", "DRAFT_ORDERS_DELETE"}},
    }};
    std::vector<std::string> wanted;
    for (const auto& known : kTopics) {
        if (std::ranges::find(objects, known.object) != objects.end()) {
            wanted.insert(wanted.end(), known.topics.begin(), known.topics.end());
        }
    }
    return wanted;
}

/// All subscriptions of that address.
Task<std::expected<std::vector<json::object>, Outcome>> list(Session& session, std::string url) {
    std::vector<json::object> found;
    std::string after;
    do {
        json::object variables{{"uri", url}};
        if (!after.empty()) {
            variables["after"] = after;
        }
        const auto data = co_await query(session, documents::kSubscriptions, std::move(variables));
        if (!data) {
            co_return std::unexpected(data.error());
        }
        const auto* page = sdk::object_at(*data, "webhookSubscriptions");
        const auto* nodes = page == nullptr ? nullptr : sdk::array_at(*page, "nodes");
        const auto* info = page == nullptr ? nullptr : sdk::object_at(*page, "pageInfo");
        if (nodes == nullptr || info == nullptr) {
            co_return std::unexpected(Outcome::retry("Shopify answered a list request with no list"));
        }
        for (const auto& node : *nodes) {
            if (node.is_object() && sdk::text_at(node.get_object(), "uri") == url) {
                found.push_back(node.get_object());
            }
        }
        after = sdk::is_true(*info, "hasNextPage") ? sdk::text_at(*info, "endCursor") : std::string();
    } while (!after.empty());
    co_return found;
}

/// What is wrong with a subscription that is there: it must bring whole bodies of every change, as JSON.
std::string complaint_about(const json::object& subscription) {
    const auto* fields = sdk::array_at(subscription, "includeFields");
    if (sdk::text_at(subscription, "format") != "JSON") {
        return "it does not send JSON";
    }
    if (!sdk::text_at(subscription, "filter").empty()) {
        return "it has a filter, so that changes are missed";
    }
    return fields != nullptr && !fields->empty() ? "it sends some of the fields only" : "";
}

json::object plain(const std::string& url) {
    json::object made{{"uri", url}, {"format", "JSON"}};
    made["filter"] = nullptr;
    made["includeFields"] = json::array();
    return made;
}

/// Makes the subscription, or mends the one with that id; `refused` with Shopify's words where it will not.
/// A failure of the call itself leaves by the outcome.
Task<std::expected<sdk::SubscriptionState, Outcome>> repair(
    Session& session, sdk::SubscriptionState state, std::string url
) {
    const bool is_new = state.remote_id.empty();
    const auto* name = is_new ? "webhookSubscriptionCreate" : "webhookSubscriptionUpdate";
    json::object variables;
    if (is_new) {
        variables["topic"] = state.topic;
        variables["subscription"] = json::object{{"uri", url}, {"format", "JSON"}};
    } else {
        variables["id"] = state.remote_id;
        variables["subscription"] = plain(url);
    }
    const auto data = co_await query(
        session, is_new ? documents::kSubscribe : documents::kMendSubscription, std::move(variables)
    );
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto payload = payload_of(*data, name);
    if (!payload) {
        state.state = State::refused;
        state.sentence = payload.error().message;
        co_return state;
    }
    const auto* made = sdk::object_at(*payload, "webhookSubscription");
    state.remote_id = made == nullptr ? state.remote_id : sdk::text_at(*made, "id");
    state.state = State::repaired;
    state.sentence.clear();
    co_return state;
}

}  // namespace

Task<std::expected<std::vector<sdk::SubscriptionState>, Outcome>> check_subscriptions(
    Session& session, sdk::SubscriptionPlan plan
) {
    const auto held = co_await list(session, plan.url);
    if (!held) {
        co_return std::unexpected(held.error());
    }
    std::vector<sdk::SubscriptionState> states;
    for (const auto& topic : topics_of(plan.objects)) {
        sdk::SubscriptionState state;
        state.topic = topic;
        const auto found = std::ranges::find_if(*held, [&](const json::object& subscription) {
            return sdk::text_at(subscription, "topic") == topic;
        });
        if (found != held->end()) {
            state.remote_id = sdk::text_at(*found, "id");
            state.sentence = complaint_about(*found);
        } else {
            state.sentence = "Shopify has no such subscription, or deleted it after eight failures in a row";
        }
        state.state = state.sentence.empty() ? State::held : State::missing;
        if (state.state == State::missing && plan.repair) {
            auto repaired = co_await repair(session, std::move(state), plan.url);
            if (!repaired) {
                co_return std::unexpected(std::move(repaired.error()));
            }
            state = std::move(*repaired);
        }
        states.push_back(std::move(state));
    }
    co_return states;
}

}  // namespace navette::shopify
