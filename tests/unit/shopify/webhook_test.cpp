// The vectors of Shopify's own client (shopify-api 15.0.0) and what it accepts and refuses.
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/signature.hpp>
#include <navette/sdk/timestamp.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::shopify {
namespace {

const std::string kSecret = "navette_test_client_secret";

struct Vector {
    std::string header;
    std::string body;
    std::string signature;
};

const std::array<Vector, 3> kVectors{{
    {"X-Shopify-Hmac-Sha256",
     R"({"id":820982911946154508,"email":"jon@example.com","total_price":"10.00","currency":"EUR"})",
     "p+NedOxlYU3CqoHcZKD2wZJCGotEIw8I+Tq5O1CK/Ag="},
    {"X-Shopify-Hmac-Sha256",
     "{\"id\":7,\"note\":\"café – 日本 \\u00e9\"}",
     "PQSrwWdUbFB7QGHWr4jjLPBgHaP9VbRT1xiiklLQR3s="},
    {"shopify-hmac-sha256", R"({"a":1})", "G/TAMfbqHFLebzhwilSePGOolx2kymk9a9tn7IZ51TE="},
}};

sdk::WebhookRequest request(std::string body, std::vector<sdk::Header> headers) {
    sdk::WebhookRequest made;
    made.method = "POST";
    made.path = "/webhooks/integrations/shopify";
    made.headers = std::move(headers);
    made.body = std::move(body);
    return made;
}

TEST(ShopifySignature, EveryVectorIsGenuine) {
    const std::array secrets{kSecret};
    for (const auto& vector : kVectors) {
        EXPECT_TRUE(verify_webhook(request(vector.body, {{vector.header, vector.signature}}), secrets).genuine
        ) << vector.body;
    }
}

TEST(ShopifySignature, AnyChangeOfTheBodyIsRefused) {
    const std::array secrets{kSecret};
    for (const auto& vector : kVectors) {
        auto changed = vector.body;
        changed[2] = changed[2] == 'x' ? 'y' : 'x';
        for (const auto& body : {changed, vector.body + "\n", std::string()}) {
            const auto verdict = verify_webhook(request(body, {{vector.header, vector.signature}}), secrets);
            EXPECT_FALSE(verdict.genuine) << body;
            EXPECT_FALSE(verdict.reason.empty());
        }
    }
}

TEST(ShopifySignature, ARotatedSecretIsAcceptedBesideTheNewOne) {
    const auto received = request(kVectors[0].body, {{"x-shopify-hmac-sha256", kVectors[0].signature}});
    EXPECT_TRUE(verify_webhook(received, std::array{std::string("new"), kSecret}).genuine);
    EXPECT_TRUE(verify_webhook(received, std::array{kSecret, std::string("new")}).genuine);
    EXPECT_FALSE(verify_webhook(received, std::array{std::string("new")}).genuine);
    EXPECT_FALSE(verify_webhook(received, {}).genuine);
}

TEST(ShopifySignature, AnEmptySecretOpensNothing) {
    const auto signature = sdk::base64(sdk::hmac_sha256("", "{}"));
    EXPECT_FALSE(
        verify_webhook(request("{}", {{"X-Shopify-Hmac-Sha256", signature}}), std::array{std::string()})
            .genuine
    );
}

TEST(ShopifySignature, NoSignatureAndOtherSpellingsAreRefused) {
    const std::array secrets{kSecret};
    const auto& vector = kVectors[0];
    EXPECT_FALSE(verify_webhook(request(vector.body, {}), secrets).genuine);
    const auto hex = sdk::hex(*sdk::from_base64(vector.signature));
    for (const auto& signature :
         {hex,
          vector.signature.substr(0, 43),
          vector.signature + "=",
          " " + vector.signature,
          std::string("=")}) {
        EXPECT_FALSE(verify_webhook(request(vector.body, {{vector.header, signature}}), secrets).genuine)
            << signature;
    }
}

// The hex HMAC of the callback's sorted query, which the OAuth callback is checked with.
TEST(ShopifySignature, TheVectorOfTheOAuthCallbackIsReproduced) {
    EXPECT_EQ(
        sdk::hex(sdk::hmac_sha256(
            kSecret,
            "code=0907a61c0c8d55e99db179b68161bc00&host=YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvbmF2ZXR0ZS10ZXN0"
            "&shop=navette-test.myshopify.com&state=0.6784241404160823&timestamp=1746093600"
        )),
        "55280f4365758012a6b3437f1c722ed614cc20443855a1493697679e40d42bd8"
    );
}

sdk::WebhookRequest delivery(const std::string& topic, std::string body) {
    return request(
        std::move(body),
        {{"X-Shopify-Topic", topic},
         {"X-Shopify-Shop-Domain", "Navette-Test.myshopify.com"},
         {"X-Shopify-Webhook-Id", "w-1"},
         {"X-Shopify-Event-Id", "e-1"},
         {"X-Shopify-Triggered-At", "2026-05-01T10:00:01.5Z"}}
    );
}

sdk::WebhookEvent only_event(const sdk::WebhookRequest& received) {
    const auto events = parse_webhook(received);
    EXPECT_TRUE(events.has_value()) << (events ? "" : events.error());
    EXPECT_EQ(events.value_or(std::vector<sdk::WebhookEvent>()).size(), 1U);
    return events && !events->empty() ? events->front() : sdk::WebhookEvent();
}

constexpr auto kOrder =
    R"({"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508","updated_at":"2026-05-01T12:00:00+02:00"})";

TEST(ShopifyEvents, AnOrderIsToFetchByItsGlobalId) {
    const auto event = only_event(delivery("orders/paid", kOrder));
    EXPECT_EQ(event.event_type, "orders/paid");
    EXPECT_EQ(event.object, "order");
    EXPECT_EQ(event.remote_id, "gid://shopify/Order/820982911946154508");
    EXPECT_EQ(event.account, "navette-test");
    EXPECT_EQ(event.deduplication_key, "webhook:w-1");
    EXPECT_TRUE(event.thin);
    EXPECT_FALSE(event.deleted);
    EXPECT_EQ(event.occurred_at, sdk::from_unix_seconds(1777629600));
}

TEST(ShopifyEvents, CustomersAndProductsHaveTheirObject) {
    EXPECT_EQ(only_event(delivery("customers/update", R"({"id":1})")).remote_id, "gid://shopify/Customer/1");
    EXPECT_EQ(only_event(delivery("customers/update", R"({"id":1})")).object, "customer");
    EXPECT_EQ(only_event(delivery("products/create", R"({"id":1})")).object, "product");
}

TEST(ShopifyEvents, ADeleteNeedsNoFetch) {
    const auto event = only_event(delivery("products/delete", R"({"id":788})"));
    EXPECT_TRUE(event.deleted);
    EXPECT_FALSE(event.thin);
    EXPECT_EQ(event.remote_id, "gid://shopify/Product/788");
    EXPECT_EQ(event.occurred_at, sdk::from_iso_text("2026-05-01T10:00:01.500"));
}

TEST(ShopifyEvents, ABodyUnderAnotherTopicThanItsOwnIsRefused) {
    // Captured with its signature, an update could be sent again as a delete: the topic is not signed.
    EXPECT_FALSE(parse_webhook(delivery("orders/delete", kOrder)).has_value());
    EXPECT_FALSE(parse_webhook(delivery("customers/update", kOrder)).has_value());
    EXPECT_FALSE(parse_webhook(
                     delivery("products/delete", R"({"id":1,"admin_graphql_api_id":"gid://shopify/Order/1"})")
    )
                     .has_value());
}

TEST(ShopifyEvents, OthersAreKeptWithoutAnObject) {
    for (const auto* topic :
         {"app/uninstalled",
          "customers/redact",
          "customers/data_request",
          "customers/merge",
          "shop/redact",
          "checkouts/create",
          "inventory_levels/update",
          "bulk_operations/finish"}) {
        const auto event = only_event(delivery(topic, R"({"id":1,"shop_id":2})"));
        EXPECT_EQ(event.object, "") << topic;
        EXPECT_FALSE(event.deleted);
        EXPECT_EQ(event.event_type, topic);
    }
}

TEST(ShopifyEvents, RepeatedDeliveriesHaveOneKeyAndOthersAnother) {
    auto received = delivery("orders/paid", kOrder);
    const auto drop = [&](std::string_view name) {
        std::erase_if(received.headers, [&](const sdk::Header& header) { return header.name == name; });
    };
    EXPECT_EQ(only_event(received).deduplication_key, only_event(received).deduplication_key);
    drop("X-Shopify-Webhook-Id");
    EXPECT_EQ(only_event(received).deduplication_key, "event:e-1:orders/paid");
    drop("X-Shopify-Event-Id");
    const auto by_body = only_event(received).deduplication_key;
    EXPECT_TRUE(by_body.starts_with("body:orders/paid:"));
    received.body = R"({"id":5})";
    EXPECT_NE(only_event(received).deduplication_key, by_body);
}

TEST(ShopifyEvents, TheNewerHeadersAreReadAsWell) {
    const auto event = only_event(request(
        R"({"id":5})",
        {{"shopify-topic", "orders/paid"},
         {"shopify-shop-domain", "a.myshopify.com"},
         {"shopify-webhook-id", "w-2"}}
    ));
    EXPECT_EQ(event.deduplication_key, "webhook:w-2");
    EXPECT_EQ(event.account, "a");
}

TEST(ShopifyEvents, BadBodiesAreToldInASentence) {
    for (const auto& body :
         {std::string(),
          std::string("[]"),
          std::string("7"),
          std::string("{"),
          std::string("\xff"),
          std::string(200'000, '['),
          "{\"id\":" + std::string(64, '[') + std::string(64, ']') + "}"}) {
        const auto events = parse_webhook(delivery("orders/paid", body));
        ASSERT_FALSE(events.has_value()) << body.substr(0, 80);
        EXPECT_FALSE(events.error().empty());
    }
    EXPECT_FALSE(parse_webhook(request("{}", {})).has_value());
    EXPECT_EQ(only_event(delivery("orders/paid", "{}")).object, "");
    EXPECT_EQ(only_event(delivery("orders/paid", R"({"id":-1})")).object, "");
    EXPECT_EQ(only_event(delivery("orders/paid", R"({"id":{}})")).object, "");
}

TEST(ShopifyConnector, VerifiesAndParsesThroughItsInterface) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "shopify");
    const std::array secrets{kSecret};
    const auto received = request(
        kVectors[0].body, {{kVectors[0].header, kVectors[0].signature}, {"X-Shopify-Topic", "orders/paid"}}
    );
    EXPECT_TRUE(connector->verify(received, {secrets, {}, {}}).genuine);
    EXPECT_TRUE(connector->parse(received).has_value());
}

}  // namespace
}  // namespace navette::shopify
