#include "webhook.hpp"

#include "wire.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <array>
#include <utility>

namespace navette::dolibarr {

namespace {

std::string_view last_segment(std::string_view path) {
    path = path.substr(0, path.find('?'));
    return path.substr(path.find_last_of('/') + 1);
}

/// The manifest's object of a trigger such as ORDER_VALIDATE, and the member of the sent object that holds
/// its id.
struct Subject {
    std::string_view object;
    const char* id = "id";
};

Subject subject_of(std::string_view trigger) {
    static constexpr std::array<std::pair<std::string_view, Subject>, 6> kSubjects{{
        {"COMPANY_", {"customer"}},
        {"CONTACT_", {"contact"}},
        {"PRODUCT_", {"product"}},
        {"ORDER_", {"order"}},
        {"LINEORDER_", {"order", "fk_commande"}},
        {"PROJECT_", {"deal"}},
    }};
    for (const auto& [prefix, subject] : kSubjects) {
        if (trigger.starts_with(prefix)) {
            return subject;
        }
    }
    return {{}, "id"};
}

bool is_own_echo(const json::object& object) {
    const auto* context = object.if_contains("context");
    return context != nullptr && context->is_object() &&
           text_at(context->get_object(), "caller") == "navette";
}

}  // namespace

sdk::WebhookVerdict verify_webhook(const sdk::WebhookRequest& request, std::span<const std::string> secrets) {
    const auto in_path = last_segment(request.path);
    const auto in_query = sdk::query_value(request.path, "token");
    bool genuine = false;
    for (const auto& secret : secrets) {
        if (!secret.empty()) {
            // Both comparisons always run.
            const bool by_path = sdk::equal_in_constant_time(in_path, secret);
            const bool by_query = sdk::equal_in_constant_time(in_query, secret);
            genuine = genuine || by_path || by_query;
        }
    }
    return {genuine, genuine ? "" : "the address of the webhook carries no valid secret"};
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(const sdk::WebhookRequest& request) {
    json::error_code error;
    const auto body = json::parse(request.body, error);
    if (error || !body.is_object()) {
        return std::unexpected(
            "the body is no JSON object: this Dolibarr may be older than version 21, or have "
            "WEBHOOK_POST_SEND_DATA_AS_PARAM_STRING set"
        );
    }
    const auto trigger = text_at(body.get_object(), "triggercode");
    if (trigger.empty()) {
        return std::unexpected("the body names no triggercode");
    }
    const auto* sent = body.get_object().if_contains("object");
    if (sent == nullptr || !sent->is_object()) {
        return std::unexpected("the body of " + trigger + " holds no object");
    }
    const auto& object = sent->get_object();
    const auto subject = subject_of(trigger);
    const auto id = integer_at(object, subject.id);

    sdk::WebhookEvent event;
    event.event_type = trigger;
    if (id && *id > 0) {
        event.object = subject.object;
        event.remote_id = std::to_string(*id);
    }
    // Also a delete is only a hint: Dolibarr tells it before its commit, and may roll it back. Whoever looks
    // the record up hears whether it is gone.
    event.echo = is_own_echo(object);
    event.deduplication_key = trigger + ":" + text_at(object, "id") + ":" + sdk::fingerprint(request.body);
    return std::vector{std::move(event)};
}

}  // namespace navette::dolibarr
