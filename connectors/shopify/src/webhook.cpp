#include "webhook.hpp"

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/signature.hpp>
#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace navette::shopify {

namespace {

/// The header `X-Shopify-<name>`, or `shopify-<name>` of the newer Events.
std::string_view header(const sdk::WebhookRequest& request, std::string_view name) {
    const auto value = request.header("X-Shopify-" + std::string(name));
    return value.empty() ? request.header("shopify-" + std::string(name)) : value;
}

struct Subject {
    std::string_view resource;  // the topic's first part
    std::string_view object;    // the manifest's object
    std::string_view kind;      // in global ids: gid://shopify/<kind>/1
};

const Subject* subject_of(std::string_view topic) {
    static constexpr std::array<Subject, 4> kSubjects{{
        {"customers", "customer", "Customer"},
        {"products", "product", "Product"},
        {"orders", "order", "Order"},
        {"draft_orders", "draft_order", "DraftOrder"},
    }};
    // What is asked for by law (customers/redact) and merges have bodies of their own.
    static constexpr std::array<std::string_view, 3> kOther{
        "customers/data_request", "customers/redact", "customers/merge"
    };
    if (std::ranges::find(kOther, topic) != kOther.end()) {
        return nullptr;
    }
    const auto* const found =
        std::ranges::find(kSubjects, topic.substr(0, topic.find('/')), &Subject::resource);
    return found == kSubjects.end() ? nullptr : found;
}

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

/// The shop's name as `shop` holds it: "navette-test" of "navette-test.myshopify.com".
std::string shop_of(const sdk::WebhookRequest& request) {
    constexpr std::string_view kDomain = ".myshopify.com";
    auto shop = lower_ascii(header(request, "Shop-Domain"));
    if (shop.ends_with(kDomain)) {
        shop.resize(shop.size() - kDomain.size());
    }
    return shop;
}

std::string deduplication_key(const sdk::WebhookRequest& request, std::string_view topic) {
    if (const auto delivery = header(request, "Webhook-Id"); !delivery.empty()) {
        return "webhook:" + std::string(delivery);
    }
    if (const auto cause = header(request, "Event-Id"); !cause.empty()) {
        // One action of a merchant has one event id under several topics.
        return "event:" + std::string(cause) + ":" + std::string(topic);
    }
    return "body:" + std::string(topic) + ":" + sdk::fingerprint(request.body);
}

}  // namespace

sdk::WebhookVerdict verify_webhook(const sdk::WebhookRequest& request, std::span<const std::string> secrets) {
    const auto signature = header(request, "Hmac-Sha256");
    if (signature.empty()) {
        return {false, "there is no header X-Shopify-Hmac-Sha256"};
    }
    if (request.body.empty()) {
        return {false, "the body is empty"};
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
        genuine ? ""
                : "the signature fits none of the app's client secrets; webhooks made under Notifications in "
                  "the shop's admin have a secret of their own"
    };
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(const sdk::WebhookRequest& request) {
    const std::string topic(header(request, "Topic"));
    if (topic.empty()) {
        return std::unexpected("there is no header X-Shopify-Topic");
    }
    auto body = sdk::read_json_object(request.body);
    if (!body) {
        return std::unexpected("the body of " + topic + " is no JSON object");
    }
    sdk::WebhookEvent event;
    event.event_type = topic;
    event.account = shop_of(request);
    event.deduplication_key = deduplication_key(request, topic);
    // The time inside the body is signed, the one in the header is not.
    auto time = sdk::from_iso_text(sdk::text_at(*body, "updated_at"));
    event.occurred_at = time ? time : sdk::from_iso_text(header(request, "Triggered-At"));
    const auto* subject = subject_of(topic);
    const auto id = sdk::integer_at(*body, "id");
    if (subject != nullptr && id && *id > 0) {
        const auto global_id = sdk::text_at(*body, "admin_graphql_api_id");
        const auto expected = "gid://shopify/" + std::string(subject->kind) + "/" + std::to_string(*id);
        event.deleted = topic.ends_with("/delete");
        if ((!global_id.empty() && global_id != expected) ||
            (event.deleted && body->contains("updated_at"))) {
            return std::unexpected(
                "the body is not one of " + topic + ", whose signature does not cover the topic"
            );
        }
        event.object = subject->object;
        event.remote_id = expected;
        event.thin = !event.deleted;
    }
    event.fields = std::move(*body);
    return std::vector{std::move(event)};
}

}  // namespace navette::shopify
