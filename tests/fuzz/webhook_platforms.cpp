#include "tests/fuzz/webhook_platforms.hpp"

#include "connectors/dolibarr/src/webhook.hpp"
#include "connectors/hubspot/src/webhook.hpp"
#include "connectors/pipedrive/src/webhook.hpp"
#include "connectors/salesforce/src/outbound_message.hpp"
#include "connectors/shopify/src/webhook.hpp"
#include "connectors/stripe/src/webhook.hpp"
#include "connectors/woocommerce/src/webhook.hpp"
#include "connectors/zendesk/src/webhook.hpp"

#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace navette::fuzz {

namespace {

using sdk::WebhookKeys;
using sdk::WebhookRequest;

sdk::WebhookReply usual_reply() {
    return {};
}

/// Only the signature of `name` counts, whatever the input put there.
void set_header(WebhookRequest& request, std::string_view name, std::string value) {
    std::erase_if(request.headers, [&](const sdk::Header& header) {
        const sdk::Header named{header.name, "any"};
        return !sdk::first_header(std::span(&named, 1), name).empty();
    });
    request.headers.push_back({std::string(name), std::move(value)});
}

void sign_in_address(WebhookRequest& request, const std::string& secret, sdk::Instant) {
    request.path = "/webhooks/integrations/x/7?token=" + secret;
}

void sign_stripe(WebhookRequest& request, const std::string& secret, sdk::Instant now) {
    const auto time =
        std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    const auto signature = sdk::hex(sdk::hmac_sha256(secret, time + "." + request.body));
    set_header(request, "Stripe-Signature", "t=" + time + ",v1=" + signature + ",v0=00");
}

void sign_woocommerce(WebhookRequest& request, const std::string& secret, sdk::Instant) {
    set_header(request, "X-WC-Webhook-Signature", sdk::base64(sdk::hmac_sha256(secret, request.body)));
}

void sign_shopify(WebhookRequest& request, const std::string& secret, sdk::Instant) {
    set_header(request, "X-Shopify-Hmac-Sha256", sdk::base64(sdk::hmac_sha256(secret, request.body)));
}

void sign_hubspot(WebhookRequest& request, const std::string& secret, sdk::Instant now) {
    const auto time = std::to_string(now.time_since_epoch().count());
    const auto text = request.method + hubspot::signed_address(request.url) + request.body + time;
    set_header(request, "X-HubSpot-Request-Timestamp", time);
    set_header(request, "X-HubSpot-Signature-v3", sdk::base64(sdk::hmac_sha256(secret, text)));
}

void sign_pipedrive(WebhookRequest& request, const std::string& secret, sdk::Instant) {
    set_header(request, "Authorization", "Basic " + sdk::base64("navette:" + secret));
}

void sign_zendesk(WebhookRequest& request, const std::string& secret, sdk::Instant now) {
    const std::chrono::sys_time seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(seconds - day);
    std::array<char, 64> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02ld:%02ld:%02ldZ",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<long>(time.hours().count()),
        static_cast<long>(time.minutes().count()),
        static_cast<long>(time.seconds().count())
    );
    const std::string written(text.data());
    set_header(request, "X-Zendesk-Webhook-Signature-Timestamp", written);
    set_header(
        request, "X-Zendesk-Webhook-Signature", sdk::base64(sdk::hmac_sha256(secret, written + request.body))
    );
}

constexpr std::array kPlatforms{
    Platform{
        "dolibarr",
        [](const WebhookRequest& request, const WebhookKeys& keys) {
            return dolibarr::verify_webhook(request, keys.secrets);
        },
        dolibarr::parse_webhook,
        usual_reply,
        sign_in_address,
        false
    },
    Platform{"hubspot", hubspot::verify_webhook, hubspot::parse_webhook, usual_reply, sign_hubspot, true},
    Platform{
        "pipedrive", pipedrive::verify_webhook, pipedrive::parse_webhook, usual_reply, sign_pipedrive, false
    },
    Platform{
        "salesforce",
        salesforce::verify_message,
        salesforce::parse_message,
        salesforce::acknowledgement,
        sign_in_address,
        false
    },
    Platform{
        "shopify",
        [](const WebhookRequest& request, const WebhookKeys& keys) {
            return shopify::verify_webhook(request, keys.secrets);
        },
        shopify::parse_webhook,
        usual_reply,
        sign_shopify,
        true
    },
    Platform{"stripe", stripe::verify_webhook, stripe::parse_webhook, usual_reply, sign_stripe, true},
    Platform{
        "woocommerce",
        [](const WebhookRequest& request, const WebhookKeys& keys) {
            return woocommerce::verify_webhook(request, keys.secrets);
        },
        woocommerce::parse_webhook,
        usual_reply,
        sign_woocommerce,
        true
    },
    Platform{"zendesk", zendesk::verify_webhook, zendesk::parse_webhook, usual_reply, sign_zendesk, true},
};

}  // namespace

const Platform* platform(std::string_view slug) {
    const auto* const found = std::ranges::find(kPlatforms, slug, &Platform::slug);
    return found == kPlatforms.end() ? nullptr : found;
}

const sdk::json::object& settings() {
    static const sdk::json::object all{
        {"organization_id", "00Dx0000000BV7zEAG"}, {"webhook_user", "navette"}, {"company_domain", "acme"}
    };
    return all;
}

}  // namespace navette::fuzz
