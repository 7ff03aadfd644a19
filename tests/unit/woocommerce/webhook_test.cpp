// The vectors of real shops (WooCommerce 9.9.5), as they were delivered.
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/signature.hpp>
#include <navette/sdk/timestamp.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::woocommerce {
namespace {

const std::string kSecret = "nvt-hook-secret-1";

struct Vector {
    std::string topic;
    std::string body;
    std::string signature;
};

const std::array<Vector, 3> kVectors{{
    {"order.deleted", R"({"id":707})", "EpB+y2ihE9DQMarAv5shqGzcIoJy5L/dy3E9DKRmaDg="},
    {"customer.deleted", R"({"id":322})", "b0CtlO0dQzSzeZH1jssXeas+DsRldxJihemPdm19nvY="},
    {"customer.created",
     R"({"id":322,"date_created":"2026-11-21T06:54:43","date_created_gmt":"2026-11-21T05:54:43","date_modified":"2026-11-21T06:54:43","date_modified_gmt":"2026-11-21T05:54:43","email":"zoe@example.test","first_name":"Zo\u00e9","last_name":"O'Neil &amp; fils","role":"customer","username":"zoe","billing":{"first_name":"","last_name":"","company":"ACME\/2","address_1":"","address_2":"","city":"Paris","postcode":"","country":"FR","state":"","email":"","phone":""},"shipping":{"first_name":"","last_name":"","company":"","address_1":"","address_2":"","city":"","postcode":"","country":"","state":"","phone":""},"is_paying_customer":false,"avatar_url":"https:\/\/secure.gravatar.com\/avatar\/d9e4f6f336b4c1c5ba144b3c0b77aed4f6c1fb8eafbcf7de3be14cbded96aea4?s=96&d=mm&r=g","meta_data":[{"id":5139,"key":"default_password_nag","value":"1"},{"id":5144,"key":"navette_id","value":"c-42"}],"_links":{"self":[{"href":"http:\/\/127.0.0.1:18080\/wp-json\/wc\/v3\/customers\/322","targetHints":{"allow":["GET","POST","PUT","PATCH","DELETE"]}}],"collection":[{"href":"http:\/\/127.0.0.1:18080\/wp-json\/wc\/v3\/customers"}]}})",
     "9sfsh2bBnSzn0Br+P81ojmKQVID645n3phSXSJSgA0o="},
}};

sdk::WebhookRequest delivery(const std::string& topic, std::string body, const std::string& signature = "x") {
    sdk::WebhookRequest made;
    made.method = "POST";
    made.path = "/webhooks/integrations/woocommerce";
    made.headers = {
        {"Content-Type", "application/json"},
        {"X-WC-Webhook-Source", "https://127.0.0.1:18443/"},
        {"X-WC-Webhook-Topic", topic},
        {"X-WC-Webhook-Signature", signature},
        {"X-WC-Webhook-ID", "2"},
        {"X-WC-Webhook-Delivery-ID", "a8a41f19b5cbcebad3a11fcdb6e91e1f"},
    };
    made.body = std::move(body);
    return made;
}

sdk::WebhookRequest ping(std::string body) {
    sdk::WebhookRequest made;
    made.method = "POST";
    made.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    made.body = std::move(body);
    return made;
}

sdk::WebhookEvent only_event(const sdk::WebhookRequest& received) {
    const auto events = parse_webhook(received);
    EXPECT_TRUE(events.has_value()) << (events ? "" : events.error());
    EXPECT_EQ(events.value_or(std::vector<sdk::WebhookEvent>()).size(), 1U);
    return events && !events->empty() ? events->front() : sdk::WebhookEvent();
}

TEST(WooCommerceSignature, EveryVectorIsGenuine) {
    const std::array secrets{kSecret};
    ASSERT_EQ(kVectors[2].body.size(), 1105U);
    for (const auto& vector : kVectors) {
        EXPECT_TRUE(verify_webhook(delivery(vector.topic, vector.body, vector.signature), secrets).genuine)
            << vector.body;
    }
}

TEST(WooCommerceSignature, AnyChangeOfTheBodyIsRefused) {
    const std::array secrets{kSecret};
    for (const auto& vector : kVectors) {
        auto changed = vector.body;
        changed[7] = changed[7] == '1' ? '2' : '1';
        for (const auto& body : {changed, vector.body + "\n", std::string()}) {
            const auto verdict = verify_webhook(delivery(vector.topic, body, vector.signature), secrets);
            EXPECT_FALSE(verdict.genuine) << body;
            EXPECT_FALSE(verdict.reason.empty());
        }
    }
}

TEST(WooCommerceSignature, OneOfSeveralSecretsIsEnough) {
    const auto& vector = kVectors[0];
    const auto received = delivery(vector.topic, vector.body, vector.signature);
    EXPECT_TRUE(verify_webhook(received, std::array{std::string("other"), kSecret}).genuine);
    EXPECT_TRUE(verify_webhook(received, std::array{kSecret, std::string("other")}).genuine);
    EXPECT_FALSE(verify_webhook(received, std::array{std::string("other")}).genuine);
    EXPECT_FALSE(verify_webhook(received, {}).genuine);
}

TEST(WooCommerceSignature, SecretsWithQuotesSignsAndAccentsAreUsedAsTheyStand) {
    const std::string secret = "a'b\"c&d<e>é";
    const auto signature = sdk::base64(sdk::hmac_sha256(secret, "{}"));
    EXPECT_TRUE(verify_webhook(delivery("order.created", "{}", signature), std::array{secret}).genuine);
}

TEST(WooCommerceSignature, AnEmptySecretOpensNothing) {
    const auto signature = sdk::base64(sdk::hmac_sha256("", "{}"));
    EXPECT_FALSE(verify_webhook(delivery("order.created", "{}", signature), std::array{std::string()}).genuine
    );
}

TEST(WooCommercePing, IsGenuineWithoutASignatureAndCarriesNoEvent) {
    const std::array secrets{kSecret};
    EXPECT_TRUE(verify_webhook(ping("webhook_id=2"), secrets).genuine);
    EXPECT_TRUE(verify_webhook(ping("webhook_id=2"), {}).genuine);
    const auto events = parse_webhook(ping("webhook_id=2"));
    ASSERT_TRUE(events.has_value());
    EXPECT_TRUE(events->empty());
}

TEST(WooCommercePing, NothingElsePassesForOne) {
    const std::array secrets{kSecret};
    for (const auto& body :
         {std::string("webhook_id="),
          std::string("webhook_id=2&id=707"),
          std::string("webhook_id=2x"),
          std::string("webhook_id=-2"),
          "webhook_id=" + std::string(21, '1'),
          std::string("id=2"),
          std::string()}) {
        EXPECT_FALSE(verify_webhook(ping(body), secrets).genuine) << body;
        EXPECT_FALSE(parse_webhook(ping(body)).has_value()) << body;
    }
    auto with_topic = ping("webhook_id=2");
    with_topic.headers.push_back({"X-WC-Webhook-Topic", "order.created"});
    EXPECT_FALSE(verify_webhook(with_topic, secrets).genuine);
    auto as_json = ping("webhook_id=2");
    as_json.headers = {{"Content-Type", "application/json"}};
    EXPECT_FALSE(verify_webhook(as_json, secrets).genuine);
}

TEST(WooCommerceEvents, ACustomerComesWhole) {
    const auto event = only_event(delivery(kVectors[2].topic, kVectors[2].body));
    EXPECT_EQ(event.event_type, "customer.created");
    EXPECT_EQ(event.object, "customer");
    EXPECT_EQ(event.remote_id, "322");
    EXPECT_EQ(event.account, "https://127.0.0.1:18443");
    EXPECT_FALSE(event.thin);
    EXPECT_FALSE(event.deleted);
    EXPECT_FALSE(event.echo);
    EXPECT_EQ(event.occurred_at, sdk::from_iso_text("2026-11-21T05:54:43"));
    EXPECT_EQ(event.fields.at("last_name"), "O'Neil & fils");
}

TEST(WooCommerceEvents, ADeleteTellsOnlyTheId) {
    const auto event = only_event(delivery(kVectors[0].topic, kVectors[0].body));
    EXPECT_TRUE(event.deleted);
    EXPECT_EQ(event.object, "order");
    EXPECT_EQ(event.remote_id, "707");
    EXPECT_FALSE(event.occurred_at.has_value());
}

TEST(WooCommerceEvents, SeveralOrdersOfOneSecondShareTheDeliveryIdButNotTheKey) {
    const auto first = only_event(delivery("order.created", R"({"id":1})"));
    const auto second = only_event(delivery("order.created", R"({"id":2})"));
    EXPECT_NE(first.deduplication_key, second.deduplication_key);
    EXPECT_EQ(
        first.deduplication_key, only_event(delivery("order.created", R"({"id":1})")).deduplication_key
    );
    auto other_webhook = delivery("order.created", R"({"id":1})");
    other_webhook.headers[4].value = "3";
    EXPECT_NE(first.deduplication_key, only_event(other_webhook).deduplication_key);
    EXPECT_TRUE(first.deduplication_key.starts_with("2:a8a41f19b5cbcebad3a11fcdb6e91e1f:"));
}

TEST(WooCommerceEvents, TheShopsOwnErrorInPlaceOfTheObjectIsKeptWithoutAnObject) {
    const auto event = only_event(delivery(
        "order.updated", R"({"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":403}})"
    ));
    EXPECT_EQ(event.object, "");
    EXPECT_EQ(event.fields.at("code"), "woocommerce_rest_cannot_view");
}

TEST(WooCommerceEvents, OthersAreKeptWithoutAnObject) {
    for (const auto* topic :
         {"coupon.created", "action.woocommerce_add_to_cart", "orders.created", "order"}) {
        const auto event = only_event(delivery(topic, R"({"id":3})"));
        EXPECT_EQ(event.event_type, topic);
        EXPECT_EQ(event.object, std::string(topic) == "order" ? "order" : "") << topic;
    }
    EXPECT_EQ(only_event(delivery("product.restored", R"({"id":3})")).object, "product");
}

TEST(WooCommerceEvents, BadBodiesAreToldInASentence) {
    for (const auto& body :
         {std::string(),
          std::string("[]"),
          std::string("7"),
          std::string("{"),
          std::string("webhook_id=2"),
          std::string("\xff"),
          std::string(200'000, '['),
          "{\"id\":" + std::string(64, '[') + std::string(64, ']') + "}"}) {
        const auto events = parse_webhook(delivery("order.created", body));
        ASSERT_FALSE(events.has_value()) << body.substr(0, 80);
        EXPECT_FALSE(events.error().empty());
    }
    auto without_topic = delivery("", "{}");
    EXPECT_FALSE(parse_webhook(without_topic).has_value());
    for (const auto* id : {"0", "-1", "{}", "1.5", "\"x\"", "null", "99999999999999999999"}) {
        EXPECT_EQ(only_event(delivery("order.created", std::string("{\"id\":") + id + "}")).object, "") << id;
    }
}

TEST(WooCommerceConnector, VerifiesAndParsesThroughItsInterface) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "woocommerce");
    const std::array secrets{kSecret};
    const auto received = delivery(kVectors[0].topic, kVectors[0].body, kVectors[0].signature);
    EXPECT_TRUE(connector->verify(received, {secrets, {}, {}}).genuine);
    EXPECT_TRUE(connector->parse(received).has_value());
    EXPECT_EQ(connector->acknowledge(received).status, 200);
}

}  // namespace
}  // namespace navette::woocommerce
