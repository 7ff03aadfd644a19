// The webhooks that should be there: for each object one of version 2 for all actions, with the credentials
// that our webhooks are checked by. Pipedrive bans and deletes webhooks that fail, and cannot change one:
// what is not as it should be is removed and made anew.
#include "recipes.hpp"
#include "webhook.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <utility>

namespace navette::pipedrive {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::SubscriptionPlan;
using sdk::SubscriptionState;
using sdk::Task;
using State = SubscriptionState::State;

constexpr double kReadList = 10;
constexpr double kWrite = 10;
constexpr double kRemove = 6;

constexpr std::array<std::string_view, 3> kActions{"create", "change", "delete"};

/// The passwords that are valid, the one for new webhooks first.
std::vector<std::string> passwords_of(const SubscriptionPlan& plan) {
    std::istringstream several(plan.secret);
    std::vector<std::string> passwords;
    for (std::string one; several >> one;) {
        passwords.push_back(std::move(one));
    }
    return passwords;
}

std::string user_of(Session& session) {
    const auto user = sdk::text_at(session.settings(), "webhook_user");
    return user.empty() ? "navette" : user;
}

/// What is wrong with a webhook of ours; empty where nothing is. Credentials that Pipedrive does not tell
/// count as right until a delivery was refused.
std::string fault_of(
    const json::value& hook, const std::string& user, const std::vector<std::string>& passwords
) {
    const auto* active = sdk::member_of(hook, "is_active");
    if (active != nullptr && (*active == json::value(0) || *active == json::value(false))) {
        return "Pipedrive switched it off";
    }
    if (const auto version = sdk::text_at(hook, "version"); !version.empty() && version != "2.0") {
        return "it is of version " + version;
    }
    const auto their_user = sdk::text_at(hook, "http_auth_user");
    const auto their_password = sdk::text_at(hook, "http_auth_password");
    // Asterisks stand for any password.
    const bool is_told = their_password.find_first_not_of('*') != std::string::npos;
    if ((!their_user.empty() && their_user != user) ||
        (is_told && std::ranges::find(passwords, their_password) == passwords.end())) {
        return "it has other credentials than webhook_user and webhook_password";
    }
    const auto status = sdk::integer_at(hook, "last_http_status").value_or(0);
    if (status == 401 || status == 403) {
        return "its last delivery was refused as not genuine";
    }
    return {};
}

/// What Pipedrive holds for one object.
struct Holding {
    std::set<std::string_view> actions;  // that sound webhooks bring
    std::string id;                      // of one of these
    std::vector<std::string> faulty;     // ids of webhooks for this object alone
    std::string fault;
};

Holding holding_of(
    const json::array& hooks, std::string_view entity, const SubscriptionPlan& plan, const std::string& user
) {
    const auto passwords = passwords_of(plan);
    Holding holding;
    for (const auto& hook : hooks) {
        const auto object = sdk::text_at(hook, "event_object");
        if (sdk::text_at(hook, "subscription_url") != plan.url || (object != entity && object != "*")) {
            continue;
        }
        const auto id = sdk::text_at(hook, "id");
        if (const auto fault = fault_of(hook, user, passwords); !fault.empty()) {
            holding.fault = fault;
            if (object == entity) {
                holding.faulty.push_back(id);
            }
            continue;
        }
        holding.id = id;
        const auto action = sdk::text_at(hook, "event_action");
        for (const auto known : kActions) {
            if (action == "*" || action == known) {
                holding.actions.insert(known);
            }
        }
    }
    return holding;
}

/// The actions that have to be asked for: all by one webhook where none is brought yet.
std::vector<std::string> missing_actions(const Holding& holding) {
    if (holding.actions.empty()) {
        return {"*"};
    }
    std::vector<std::string> missing;
    for (const auto action : kActions) {
        if (!holding.actions.contains(action)) {
            missing.emplace_back(action);
        }
    }
    return missing;
}

/// Removes what is faulty and makes what is missing. Ends with an error where that says nothing of this
/// webhook: no connection, a limit, a token that no longer works.
Task<std::expected<SubscriptionState, Outcome>> repair(
    Session& session, Holding holding, SubscriptionState state, std::string entity, SubscriptionPlan plan
) {
    using Kind = sdk::OutcomeKind;
    for (const auto& id : holding.faulty) {
        const auto removed = co_await exchange(
            session,
            HttpRequest::remove("/api/v1/webhooks/" + sdk::path_segment(id)).with_cost(kRemove),
            kPipedrive
        );
        if (!removed.ok() && removed.outcome.kind != Kind::gone) {
            co_return std::unexpected(removed.outcome);
        }
    }
    const auto user = user_of(session);
    const auto passwords = passwords_of(plan);
    for (const auto& action : missing_actions(holding)) {
        const json::object wanted{
            {"subscription_url", plan.url},
            {"event_action", action},
            {"event_object", entity},
            {"name", "navette: " + entity},
            {"http_auth_user", user},
            {"http_auth_password", passwords.front()},
            {"version", "2.0"}
        };
        const auto made = co_await exchange(
            session, HttpRequest::post("/api/v1/webhooks").with_json(wanted).with_cost(kWrite), kPipedrive
        );
        if (!made.ok()) {
            if (made.outcome.kind != Kind::rejected && made.outcome.kind != Kind::misconfigured) {
                co_return std::unexpected(made.outcome);
            }
            state.state = State::refused;
            state.sentence = "Pipedrive makes no webhook for " + entity + ": " + made.outcome.message;
            co_return state;
        }
        const auto* data = sdk::member_of(made.body, "data");
        state.remote_id = data == nullptr ? std::string() : sdk::text_at(*data, "id");
    }
    state.state = State::repaired;
    state.sentence.clear();
    co_return state;
}

}  // namespace

Task<std::expected<std::vector<SubscriptionState>, Outcome>> check_subscriptions(
    Session& session, SubscriptionPlan plan
) {
    const auto reply =
        co_await exchange(session, HttpRequest::get("/api/v1/webhooks").with_cost(kReadList), kPipedrive);
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    const auto& hooks = sdk::list_at(reply.body, "data");
    const auto user = user_of(session);
    std::vector<SubscriptionState> states;
    for (const auto& object : plan.objects) {
        const std::string entity(webhook_entity(object));
        if (entity.empty()) {
            continue;  // Pipedrive tells nothing of call logs
        }
        auto holding = holding_of(hooks, entity, plan, user);
        SubscriptionState state;
        state.topic = "*." + entity;
        state.remote_id = holding.id;
        if (holding.actions.size() == kActions.size()) {
            states.push_back(std::move(state));
            continue;
        }
        state.state = State::missing;
        state.sentence = !holding.fault.empty()    ? "the webhook is of no use: " + holding.fault
                         : holding.actions.empty() ? "there is no webhook for " + entity
                                                   : "not all actions of " + entity + " have a webhook";
        if (plan.repair && passwords_of(plan).empty()) {
            state.state = State::refused;
            state.sentence += "; enter webhook_password first, which is all that guards a webhook";
        } else if (plan.repair) {
            auto repaired = co_await repair(session, std::move(holding), std::move(state), entity, plan);
            if (!repaired) {
                co_return std::unexpected(repaired.error());
            }
            state = std::move(*repaired);
        }
        states.push_back(std::move(state));
    }
    co_return states;
}

}  // namespace navette::pipedrive
