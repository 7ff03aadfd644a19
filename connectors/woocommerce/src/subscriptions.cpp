#include "subscriptions.hpp"

#include "record.hpp"

#include <algorithm>
#include <utility>

namespace navette::woocommerce {

namespace {

using State = sdk::SubscriptionState::State;

constexpr auto kPath = "/wc/v3/webhooks";
constexpr std::size_t kPage = 100;
constexpr int kMostPages = 20;

/// The shop's webhooks for an address.
Task<std::expected<std::vector<json::object>, Outcome>> hooks_for(Session& session, std::string url) {
    std::vector<json::object> ours;
    for (int page = 1; page <= kMostPages; ++page) {
        auto found = co_await list(
            session,
            sdk::HttpRequest::get(kPath)
                .with_query("orderby", "id")
                .with_query("order", "asc")
                .with_query("per_page", std::to_string(kPage))
                .with_query("page", std::to_string(page))
        );
        if (!found) {
            co_return std::unexpected(std::move(found.error()));
        }
        for (auto& hook : *found) {
            if (sdk::text_at(hook, "delivery_url") == url) {
                ours.push_back(std::move(hook));
            }
        }
        if (found->size() < kPage) {
            break;
        }
    }
    co_return ours;
}

/// While a secret is replaced both stand there, the new one last.
std::string newest_secret(const std::string& secrets) {
    const auto end = secrets.find_last_not_of(' ');
    if (end == std::string::npos) {
        return {};
    }
    const auto blank = secrets.find_last_of(' ', end);
    const auto begin = blank == std::string::npos ? 0 : blank + 1;
    return secrets.substr(begin, end + 1 - begin);
}

/// The topic's webhook that serves best: an active one, else a disabled one, else a paused one; null where
/// there is none.
const json::object* best_of(const std::vector<json::object>& hooks, const std::string& topic) {
    for (const auto* status : {"active", "disabled", "paused"}) {
        const auto found = std::ranges::find_if(hooks, [&](const json::object& hook) {
            return sdk::text_at(hook, "topic") == topic && sdk::text_at(hook, "status") == status;
        });
        if (found != hooks.end()) {
            return &*found;
        }
    }
    return nullptr;
}

/// What a write comes to: repaired where the shop answers an active webhook.
void take_reply(sdk::SubscriptionState& state, const Reply& reply, std::string was_wrong) {
    const auto* hook = reply.kind == Kind::ok ? reply.body.if_object() : nullptr;
    if (hook != nullptr && sdk::text_at(*hook, "status") == "active") {
        state.state = State::repaired;
        state.remote_id = sdk::text_at(*hook, "id");
        state.sentence = std::move(was_wrong);
        return;
    }
    const auto kind = reply.outcome.kind;
    const bool passes =
        reply.kind != Kind::ok && (kind == sdk::OutcomeKind::retry || kind == sdk::OutcomeKind::unavailable ||
                                   kind == sdk::OutcomeKind::throttled);
    state.state = passes ? State::missing : State::refused;
    state.sentence = was_wrong + ", and the shop did not put that right" +
                     (reply.kind == Kind::ok ? std::string() : ": " + reply.outcome.message);
}

Task<sdk::SubscriptionState> keep_one(
    Session& session, sdk::SubscriptionPlan plan, std::string topic, const json::object* hook
) {
    sdk::SubscriptionState state;
    state.topic = std::move(topic);
    const auto status = hook == nullptr ? std::string() : sdk::text_at(*hook, "status");
    if (hook != nullptr) {
        state.remote_id = sdk::text_at(*hook, "id");
    }
    if (status == "active") {
        co_return state;
    }
    state.state = State::missing;
    if (status == "paused") {
        state.sentence = "somebody paused it under WooCommerce, Settings, Advanced, Webhooks";
        co_return state;
    }
    const auto secret = newest_secret(plan.secret);
    if (hook == nullptr && secret.empty()) {
        // The shop would sign with one that it makes up and tells nobody.
        state.state = plan.repair ? State::refused : State::missing;
        state.sentence = "there is none, and none can be made before webhook_secret is set";
        co_return state;
    }
    auto was_wrong = hook == nullptr ? std::string("there was none")
                                     : std::string("the shop had disabled it after deliveries that failed");
    if (!plan.repair) {
        state.sentence = std::move(was_wrong);
        co_return state;
    }
    json::object body{{"status", "active"}};
    if (!secret.empty()) {
        body["secret"] = secret;
    }
    auto request = sdk::HttpRequest::put(std::string(kPath) + "/" + sdk::path_segment(state.remote_id));
    if (hook == nullptr) {
        body["name"] = "navette " + state.topic;
        body["topic"] = state.topic;
        body["delivery_url"] = plan.url;
        request = sdk::HttpRequest::post(kPath);
    }
    const auto reply = co_await call(session, std::move(request).with_json(body));
    take_reply(state, reply, std::move(was_wrong));
    co_return state;
}

}  // namespace

Task<std::expected<std::vector<sdk::SubscriptionState>, Outcome>> keep_subscriptions(
    Session& session, sdk::SubscriptionPlan plan
) {
    const auto hooks = co_await hooks_for(session, plan.url);
    if (!hooks) {
        co_return std::unexpected(hooks.error());
    }
    std::vector<sdk::SubscriptionState> states;
    for (const auto& object : plan.objects) {
        if (find_record(object) == nullptr) {
            continue;
        }
        for (const auto* event : {"created", "updated", "deleted"}) {
            const auto topic = object + "." + event;
            states.push_back(co_await keep_one(session, plan, topic, best_of(*hooks, topic)));
        }
    }
    co_return states;
}

}  // namespace navette::woocommerce
