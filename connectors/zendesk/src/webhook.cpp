#include "webhook.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::zendesk {

namespace {

namespace json = sdk::json;

// Whether Zendesk signs a retry anew is not documented, and it retries for minutes: a signed time may be a
// day old. A replay within the day is caught by the deduplication key, which is kept for good.
constexpr std::chrono::hours kLongestRetry{24};

/// The manifest's object of a subject such as "zen:user:6596848315901".
std::string_view object_of(std::string_view kind) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kKinds{
        {{"user", "contact"}, {"organization", "company"}, {"ticket", "ticket"}}
    };
    const auto* found =
        std::ranges::find(kKinds, kind, &std::pair<std::string_view, std::string_view>::first);
    return found == kKinds.end() ? std::string_view() : found->second;
}

bool tells_a_delete(std::string_view type, const json::value& body) {
    if (type.ends_with(".deleted") || type.ends_with(".soft_deleted") ||
        type.ends_with(".permanently_deleted")) {
        return true;
    }
    // A user who is deleted in the interface becomes inactive.
    const auto* change = sdk::member_of(body, "event");
    const auto* current = change == nullptr ? nullptr : sdk::member_of(*change, "current");
    return type.ends_with("user.active_changed") && current != nullptr &&
           (*current == json::value(false) || *current == json::value("false"));
}

std::string account_of(const sdk::WebhookRequest& request, const json::value& body) {
    auto account = sdk::text_at(body, "account_id");
    return account.empty() ? std::string(request.header("X-Zendesk-Account-Id")) : account;
}

/// The invocation where Zendesk names it; what a body without an id is told apart by.
std::string invocation_key(const sdk::WebhookRequest& request) {
    const auto invocation = request.header("X-Zendesk-Webhook-Invocation-Id");
    return invocation.empty() ? "body:" + sdk::fingerprint(request.body)
                              : "invocation:" + std::string(invocation.substr(0, 100));
}

sdk::WebhookEvent subscribed_event(const sdk::WebhookRequest& request, const json::value& body) {
    sdk::WebhookEvent event;
    event.event_type = sdk::text_at(body, "type");
    event.account = account_of(request, body);
    const auto subject = sdk::text_at(body, "subject");
    constexpr std::string_view kPrefix = "zen:";
    if (subject.starts_with(kPrefix)) {
        const auto rest = std::string_view(subject).substr(kPrefix.size());
        const auto colon = rest.find(':');
        if (colon != std::string_view::npos && colon + 1 < rest.size()) {
            event.object = object_of(rest.substr(0, colon));
            event.remote_id = event.object.empty() ? "" : std::string(rest.substr(colon + 1));
        }
    }
    event.deleted = tells_a_delete(event.event_type, body);
    event.occurred_at = sdk::from_loose_iso_text(sdk::text_at(body, "time"));
    const auto id = sdk::text_at(body, "id");
    event.deduplication_key = id.empty() ? invocation_key(request) : "event:" + id.substr(0, 100);
    event.fields = body.get_object();
    return event;
}

/// What the template of the README sends: a ticket's ids.
sdk::WebhookEvent trigger_event(const sdk::WebhookRequest& request, const json::value& body) {
    sdk::WebhookEvent event;
    event.event_type = "conditional_ticket_events";
    event.account = account_of(request, body);
    event.object = "ticket";
    event.remote_id = sdk::text_at(body, "id");
    event.occurred_at = sdk::from_loose_iso_text(sdk::text_at(body, "updated_at"));
    event.deduplication_key = invocation_key(request);
    event.fields = body.get_object();
    return event;
}

}  // namespace

sdk::WebhookVerdict verify_webhook(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys) {
    const auto signature = request.header("X-Zendesk-Webhook-Signature");
    const auto time = request.header("X-Zendesk-Webhook-Signature-Timestamp");
    if (signature.empty() || time.empty()) {
        return {false, "there is no Zendesk signature, or no signed time"};
    }
    const auto sent = sdk::from_loose_iso_text(time);
    if (!sent) {
        return {false, "X-Zendesk-Webhook-Signature-Timestamp is no time"};
    }
    if (*sent < keys.now - std::max<std::chrono::seconds>(keys.tolerance, kLongestRetry) ||
        *sent > keys.now + keys.tolerance) {
        return {false, "the signed time is too far from now: a replay, or a clock that is wrong"};
    }
    // The time is signed as it was written; the secret is a text, although it looks like base64.
    const auto text = std::string(time) + request.body;
    bool genuine = false;
    for (const auto& secret : keys.secrets) {
        const bool fits = !secret.empty() &&
                          sdk::equal_in_constant_time(sdk::base64(sdk::hmac_sha256(secret, text)), signature);
        genuine = genuine || fits;
    }
    return {genuine, genuine ? "" : "the signature fits no signing secret"};
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(const sdk::WebhookRequest& request) {
    if (request.body.empty()) {
        return std::vector<sdk::WebhookEvent>();
    }
    const auto body = sdk::read_json(request.body);
    if (!body || !body->is_object()) {
        return std::unexpected(
            "the body is no JSON object; a trigger's body must follow the template of the connector's README"
        );
    }
    if (!sdk::text_at(*body, "type").empty() && !sdk::text_at(*body, "subject").empty()) {
        return std::vector{subscribed_event(request, *body)};
    }
    if (!sdk::integer_at(*body, "id")) {
        return std::unexpected(
            "the body names neither an event type nor a ticket's id; a trigger's body must follow the "
            "template of the connector's README"
        );
    }
    return std::vector{trigger_event(request, *body)};
}

}  // namespace navette::zendesk
