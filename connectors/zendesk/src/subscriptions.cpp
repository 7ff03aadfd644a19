// The one webhook that Zendesk should hold for us: it subscribes to the events of users, organizations and
// tickets, which have one signing secret so. Where an account has no events of tickets, a webhook that an
// administrator connected to a trigger does as well; that one cannot subscribe to events.
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace navette::zendesk {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::SubscriptionPlan;
using sdk::SubscriptionState;
using sdk::Task;
using State = SubscriptionState::State;

constexpr std::string_view kWebhooks = "/api/v2/webhooks";
constexpr std::string_view kByTrigger = "conditional_ticket_events";
constexpr std::string_view kEvent = "zen:event-type:";
constexpr int kMostPages = 20;

// What changes a field that we read, or says that a record has come or gone. There is no "updated".
constexpr std::array<std::string_view, 16> kOfUsers{
    "created",
    "deleted",
    "active_changed",
    "merged",
    "name_changed",
    "external_id_changed",
    "identity_created",
    "identity_changed",
    "identity_deleted",
    "details_changed",
    "notes_changed",
    "role_changed",
    "tags_changed",
    "custom_field_changed",
    "organization_membership_created",
    "organization_membership_deleted"
};
constexpr std::array<std::string_view, 6> kOfOrganizations{
    "created", "deleted", "name_changed", "external_id_changed", "tags_changed", "custom_field_changed"
};
constexpr std::array<std::string_view, 20> kOfTickets{
    "created",
    "soft_deleted",
    "permanently_deleted",
    "undeleted",
    "marked_as_spam",
    "merged",
    "subject_changed",
    "description_changed",
    "status_changed",
    "custom_status_changed",
    "priority_changed",
    "type_changed",
    "requester_changed",
    "organization_changed",
    "agent_assignment_changed",
    "group_assignment_changed",
    "external_id_changed",
    "tags_changed",
    "custom_field_changed",
    "comment_added"
};

/// The events of one object, as one subscription.
struct Topic {
    std::string_view object;  // in the manifest
    std::string_view kind;    // in the events' names
    std::span<const std::string_view> events;
};
constexpr std::array<Topic, 3> kTopics{{
    {"contact", "user", kOfUsers},
    {"company", "organization", kOfOrganizations},
    {"ticket", "ticket", kOfTickets},
}};

/// What becomes of a topic.
struct Wanted {
    const Topic* topic;
    SubscriptionState state;
};

std::vector<Wanted> wanted_of(const SubscriptionPlan& plan) {
    std::vector<Wanted> wanted;
    for (const auto& topic : kTopics) {
        if (std::ranges::find(plan.objects, topic.object) != plan.objects.end()) {
            wanted.push_back({&topic, {}});
            wanted.back().state.topic = std::string(kEvent) + std::string(topic.kind) + ".*";
        }
    }
    return wanted;
}

json::array events_of(const Topic& topic) {
    json::array events;
    for (const auto event : topic.events) {
        events.push_back(json::value(std::string(kEvent) + std::string(topic.kind) + "." + std::string(event))
        );
    }
    return events;
}

bool subscribes(const json::value& webhook, const json::value& event) {
    const auto& events = sdk::list_at(webhook, "subscriptions");
    return std::ranges::find(events, event) != events.end();
}

bool is_active(const json::value& webhook) {
    return sdk::text_at(webhook, "status") == "active";
}

/// All webhooks of the account.
Task<std::expected<json::array, Outcome>> list_webhooks(Session& session) {
    json::array all;
    std::string after;
    for (int page = 0; page < kMostPages; ++page) {
        auto request = HttpRequest::get(std::string(kWebhooks)).with_query("page[size]", "100");
        if (!after.empty()) {
            request.query.push_back({"page[after]", after});
        }
        const auto reply = co_await exchange(session, std::move(request), kZendesk);
        if (!reply.ok()) {
            co_return std::unexpected(reply.outcome);
        }
        for (const auto& webhook : sdk::list_at(reply.body, "webhooks")) {
            all.push_back(webhook);
        }
        const auto* meta = sdk::member_of(reply.body, "meta");
        const auto* more = meta == nullptr ? nullptr : sdk::member_of(*meta, "has_more");
        after = meta == nullptr ? std::string() : sdk::text_at(*meta, "after_cursor");
        if (more == nullptr || *more != json::value(true) || after.empty()) {
            break;
        }
    }
    co_return all;
}

/// The webhook to our address that is connected so; the active one first.
const json::value* find_webhook(const json::array& webhooks, const std::string& url, bool by_trigger) {
    const json::value* found = nullptr;
    for (const auto& webhook : webhooks) {
        const bool is_ours = sdk::text_at(webhook, "endpoint") == url &&
                             subscribes(webhook, json::value(kByTrigger)) == by_trigger;
        if (is_ours && (found == nullptr || is_active(webhook))) {
            found = &webhook;
        }
    }
    return found;
}

/// What the webhook lacks for the topic; empty where it lacks nothing.
std::string fault_of(const json::value* webhook, const Topic& topic) {
    if (webhook == nullptr) {
        return "there is no webhook to this address";
    }
    if (!is_active(*webhook)) {
        return "the webhook was switched off";
    }
    for (const auto& event : events_of(topic)) {
        if (!subscribes(*webhook, event)) {
            return "the webhook does not subscribe to " + std::string(event.as_string());
        }
    }
    return {};
}

/// The webhook as it should be, with the events of these topics beside those that it has.
json::object mended(const json::value* webhook, const std::string& url, const std::vector<Wanted*>& topics) {
    auto events = webhook == nullptr ? json::array() : sdk::list_at(*webhook, "subscriptions");
    for (const auto* wanted : topics) {
        for (auto& event : events_of(*wanted->topic)) {
            if (std::ranges::find(events, event) == events.end()) {
                events.push_back(std::move(event));
            }
        }
    }
    json::object change{{"status", "active"}, {"subscriptions", std::move(events)}};
    if (webhook == nullptr) {
        change["name"] = "navette";
        change["endpoint"] = url;
        change["http_method"] = "POST";
        change["request_format"] = "json";
    }
    return change;
}

Task<sdk::Reply> write_webhook(Session& session, std::string id, json::object change) {
    const auto path = std::string(kWebhooks);
    auto request =
        id.empty() ? HttpRequest::post(path) : HttpRequest::patch(path + "/" + sdk::path_segment(id));
    co_return co_await exchange(
        session, std::move(request).with_json(json::object{{"webhook", std::move(change)}}), kZendesk
    );
}

bool is_refusal(const Outcome& outcome) {
    return outcome.kind == OutcomeKind::rejected || outcome.kind == OutcomeKind::misconfigured ||
           outcome.kind == OutcomeKind::conflict;
}

void refuse(Wanted& wanted, const std::string& words) {
    wanted.state.state = State::refused;
    wanted.state.sentence =
        "Zendesk refuses this; an administrator has to make the webhook as the README tells: " + words;
}

/// Makes or mends the webhook for the topics that lack something. Where Zendesk refuses the whole, the events
/// of tickets may be to blame, which not every account has. A failure that passes by itself ends the look.
Task<std::expected<void, Outcome>> repair(
    Session& session, const json::value* webhook, std::string url, std::vector<Wanted*> lacking
) {
    auto id = webhook == nullptr ? std::string() : sdk::text_at(*webhook, "id");
    auto reply = co_await write_webhook(session, id, mended(webhook, url, lacking));
    if (!reply.ok() && is_refusal(reply.outcome) && lacking.size() > 1 &&
        lacking.back()->topic->object == "ticket") {
        refuse(*lacking.back(), reply.outcome.message);
        lacking.pop_back();
        reply = co_await write_webhook(session, id, mended(webhook, url, lacking));
    }
    if (!reply.ok() && !is_refusal(reply.outcome)) {
        co_return std::unexpected(reply.outcome);
    }
    if (const auto* made = sdk::member_of(reply.body, "webhook");
        reply.ok() && id.empty() && made != nullptr) {
        id = sdk::text_at(*made, "id");
    }
    for (auto* wanted : lacking) {
        if (!reply.ok()) {
            refuse(*wanted, reply.outcome.message);
            continue;
        }
        wanted->state.state = State::repaired;
        wanted->state.sentence.clear();
        wanted->state.remote_id = id;
    }
    co_return std::expected<void, Outcome>();
}

/// Tells the signing secret of the webhook where it is not the plan's: it was made just now, or by a call
/// that was cut off.
Task<void> tell_secret(Session& session, std::string known, SubscriptionState& state) {
    const auto reply = co_await exchange(
        session,
        HttpRequest::get(
            std::string(kWebhooks) + "/" + sdk::path_segment(state.remote_id) + "/signing_secret"
        ),
        kZendesk
    );
    const auto* held = sdk::member_of(reply.body, "signing_secret");
    const auto secret = held == nullptr ? std::string() : sdk::text_at(*held, "secret");
    if (!secret.empty() && secret != known) {
        state.secret = secret;
    } else if (secret.empty() && state.state == State::repaired) {
        state.sentence = "enter the signing secret of the webhook " + state.remote_id +
                         " as signing_secret: Zendesk does not tell it";
    }
}

}  // namespace

Task<std::expected<std::vector<SubscriptionState>, Outcome>> check_subscriptions(
    Session& session, SubscriptionPlan plan
) {
    const auto webhooks = co_await list_webhooks(session);
    if (!webhooks) {
        co_return std::unexpected(webhooks.error());
    }
    const auto* webhook = find_webhook(*webhooks, plan.url, false);
    const auto* by_trigger = find_webhook(*webhooks, plan.url, true);
    auto all = wanted_of(plan);
    std::vector<Wanted*> lacking;
    for (auto& wanted : all) {
        const bool is_connected =
            wanted.topic->object == "ticket" && by_trigger != nullptr && is_active(*by_trigger);
        wanted.state.sentence = is_connected ? std::string() : fault_of(webhook, *wanted.topic);
        const auto* holder = is_connected ? by_trigger : webhook;
        wanted.state.remote_id = holder == nullptr ? std::string() : sdk::text_at(*holder, "id");
        if (!wanted.state.sentence.empty()) {
            wanted.state.state = State::missing;
            lacking.push_back(&wanted);
        }
    }
    if (plan.repair && !lacking.empty()) {
        const auto done = co_await repair(session, webhook, plan.url, std::move(lacking));
        if (!done) {
            co_return std::unexpected(done.error());
        }
    }
    const auto told = std::ranges::find_if(all, [&](const Wanted& wanted) {
        const auto state = wanted.state.state;
        const bool is_there = state == State::held || state == State::repaired;
        const bool is_connected =
            by_trigger != nullptr && wanted.state.remote_id == sdk::text_at(*by_trigger, "id");
        return is_there && !is_connected && !wanted.state.remote_id.empty();
    });
    if (plan.repair && told != all.end()) {
        co_await tell_secret(session, plan.secret, told->state);
    }
    std::vector<SubscriptionState> states;
    states.reserve(all.size());
    for (auto& wanted : all) {
        states.push_back(std::move(wanted.state));
    }
    co_return states;
}

}  // namespace navette::zendesk
