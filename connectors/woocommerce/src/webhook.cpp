#include "webhook.hpp"

#include "entities.hpp"

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/signature.hpp>
#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace navette::woocommerce {

namespace {

constexpr std::string_view kSignature = "X-WC-Webhook-Signature";
constexpr std::string_view kTopic = "X-WC-Webhook-Topic";

/// What a shop sends when a webhook is made or made active again: `webhook_id=2` as a form, no header of its
/// own, no signature.
bool is_ping(const sdk::WebhookRequest& request) {
    constexpr std::string_view kForm = "webhook_id=";
    constexpr std::size_t kMostDigits = 20;
    const std::string_view body = request.body;
    if (!request.header("Content-Type").starts_with("application/x-www-form-urlencoded") ||
        !request.header(kSignature).empty() || !request.header(kTopic).empty() || !body.starts_with(kForm)) {
        return false;
    }
    const auto id = body.substr(kForm.size());
    return !id.empty() && id.size() <= kMostDigits &&
           std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

/// The manifest's object of a topic such as "order.created"; empty for coupons and what plugins add.
std::string_view object_of(std::string_view topic) {
    static constexpr std::array<std::string_view, 3> kObjects{"customer", "product", "order"};
    const auto resource = topic.substr(0, topic.find('.'));
    const auto* const found = std::ranges::find(kObjects, resource);
    return found == kObjects.end() ? std::string_view() : *found;
}

/// The shop's address as `site_url` holds it: without the slash that the header ends with.
std::string source_of(const sdk::WebhookRequest& request) {
    auto source = request.header("X-WC-Webhook-Source");
    while (source.ends_with('/')) {
        source.remove_suffix(1);
    }
    return std::string(source);
}

}  // namespace

sdk::WebhookVerdict verify_webhook(const sdk::WebhookRequest& request, std::span<const std::string> secrets) {
    if (is_ping(request)) {
        return {true, {}};
    }
    const auto signature = request.header(kSignature);
    if (signature.empty()) {
        return {false, "there is no header X-WC-Webhook-Signature"};
    }
    bool genuine = false;
    for (const auto& secret : secrets) {
        const auto expected = sdk::base64(sdk::hmac_sha256(secret, request.body));
        // Every secret is tried, so that the time taken does not tell which one fits.
        const bool equal = sdk::equal_in_constant_time(signature, expected);
        genuine = genuine || (equal && !secret.empty());
    }
    return {
        genuine,
        genuine
            ? ""
            : "the signature fits none of the webhook secrets; a webhook made without a secret signs with "
              "one that the shop made up"
    };
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(const sdk::WebhookRequest& request) {
    if (is_ping(request)) {
        return std::vector<sdk::WebhookEvent>();
    }
    const auto topic = request.header(kTopic);
    if (topic.empty()) {
        return std::unexpected("there is no header X-WC-Webhook-Topic");
    }
    auto body = sdk::read_json_object(request.body);
    if (!body) {
        return std::unexpected("the body of " + std::string(topic) + " is no JSON object");
    }
    sdk::WebhookEvent event;
    event.event_type = topic;
    event.account = source_of(request);
    // The delivery id is a hash of the webhook and the second: several orders of one second carry the same.
    event.deduplication_key = std::string(request.header("X-WC-Webhook-ID")) + ":" +
                              std::string(request.header("X-WC-Webhook-Delivery-ID")) + ":" +
                              sdk::fingerprint(request.body);
    event.thin = false;
    event.deleted = topic.ends_with(".deleted");
    event.occurred_at = sdk::from_iso_text(sdk::text_at(*body, "date_modified_gmt"));
    const auto id = sdk::integer_at(*body, "id");
    if (id && *id > 0) {
        event.object = object_of(topic);
        event.remote_id = std::to_string(*id);
    }
    decode_names(*body);
    event.fields = std::move(*body);
    return std::vector{std::move(event)};
}

}  // namespace navette::woocommerce
