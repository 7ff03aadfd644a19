// The vectors of Stripe's own client (stripe-node 23.1.0) and what it accepts and refuses.
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/timestamp.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::stripe {
namespace {

namespace json = sdk::json;
using std::chrono::seconds;

constexpr std::int64_t kTime = 1746093600;
const std::string kSecret = "whsec_navette_test_secret";

struct Vector {
    std::string body;
    std::string signature;
};

const std::array<Vector, 5> kVectors{{
    {R"({"id":"evt_1NavetteTest","object":"event","type":"payment_intent.succeeded","created":1746093600,"data":{"object":{"id":"pi_1","object":"payment_intent","amount":1999,"currency":"eur","status":"succeeded"}}})",
     "16e3b0efc420f9e4fae27313f998af8eae752ddfff3c6cafac602c82c128d87f"},
    {R"({"id":"evt_2","object":"event","note":"café – 日本"})",
     "cc9ab11dd1d35b5b481f0e326b6a6c2c900367a1d04a090c8c716eab0efa4fa9"},
    {R"({"id":"evt_payment_intent_succeeded","object":"event","api_version":"2026-10-28.endive","created":1746093600,"data":{"object":{"id":"pi_3NavetteA","object":"payment_intent","amount":1999,"currency":"eur","metadata":{"order_number":"LU240515001"},"amount_received":1999,"status":"succeeded"}},"livemode":false,"pending_webhooks":1,"request":{"id":"req_1","idempotency_key":null},"type":"payment_intent.succeeded"})",
     "178cf3356e251e37cc0193658067c11ac36a3efced1e64192042d84c2b352d8a"},
    {R"({"id":"evt_payment_intent_payment_failed","object":"event","api_version":"2026-10-28.endive","created":1746093600,"data":{"object":{"id":"pi_3NavetteA","object":"payment_intent","amount":1999,"currency":"eur","metadata":{"order_number":"LU240515001"},"amount_received":0,"status":"requires_payment_method","last_payment_error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","message":"declined"}}},"livemode":false,"pending_webhooks":1,"request":{"id":"req_1","idempotency_key":null},"type":"payment_intent.payment_failed"})",
     "8bd71bada9edb7a5fa1f1e8f13966ec6ee5bac88f73d3ca5de560503e9de823b"},
    {R"({"id":"evt_payment_intent_canceled","object":"event","api_version":"2026-10-28.endive","created":1746093600,"data":{"object":{"id":"pi_3NavetteA","object":"payment_intent","amount":1999,"currency":"eur","metadata":{"order_number":"LU240515001"},"amount_received":0,"status":"canceled","canceled_at":1746093600,"cancellation_reason":"abandoned"}},"livemode":false,"pending_webhooks":1,"request":{"id":"req_1","idempotency_key":null},"type":"payment_intent.canceled"})",
     "3a3c2657fb40d415d4509644fb99212b3e840c9188b9b66c1986f9b5a770a649"},
}};
constexpr auto kRolledBody = R"({"id":"evt_roll","object":"event","type":"payment_intent.succeeded"})";
constexpr auto kRolledHeader =
    "t=1746093600,v1=e6fbf932356f6ee3f8ae4755ef0f941164e7a3241d24c3bd66839e3ea425c545,"
    "v1=4fbf4809eb69d2d11380e2f22256bc362f72f9d7ab7b296ae8c734410aee9971";

sdk::WebhookRequest request(std::string body, const std::string& header) {
    sdk::WebhookRequest made;
    made.method = "POST";
    made.path = "/webhooks/integrations/stripe";
    made.body = std::move(body);
    made.headers.push_back({"content-type", "application/json; charset=utf-8"});
    made.headers.push_back({"stripe-signature", header});
    return made;
}

class StripeSignature : public ::testing::Test {
  protected:
    sdk::WebhookVerdict verify(const sdk::WebhookRequest& received) const {
        return verify_webhook(
            received, {secrets_, settings_, *sdk::from_unix_seconds(kTime) + age_, seconds(300)}
        );
    }
    bool accepts(const std::string& header, const std::string& body = kVectors[0].body) const {
        const auto verdict = verify(request(body, header));
        EXPECT_NE(verdict.genuine, !verdict.reason.empty()) << header;
        return verdict.genuine;
    }

    std::vector<std::string> secrets_{kSecret};
    json::object settings_;
    std::chrono::milliseconds age_{0};
    const std::string right_ = "v1=" + kVectors[0].signature;
};

TEST_F(StripeSignature, EveryVectorIsGenuine) {
    for (const auto& vector : kVectors) {
        EXPECT_TRUE(accepts("t=1746093600,v1=" + vector.signature, vector.body)) << vector.body;
    }
}

TEST_F(StripeSignature, AnyChangeOfTheBodyIsRefused) {
    for (const auto& vector : kVectors) {
        EXPECT_FALSE(accepts("t=1746093600,v1=" + vector.signature, vector.body + "\n"));
        auto changed = vector.body;
        changed[7] = changed[7] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(accepts("t=1746093600,v1=" + vector.signature, changed));
    }
}

TEST_F(StripeSignature, ARolledSecretIsAcceptedUnderTheOldAndTheNewOne) {
    for (const auto* secret : {"whsec_old", "whsec_new"}) {
        secrets_ = {secret};
        EXPECT_TRUE(accepts(kRolledHeader, kRolledBody)) << secret;
    }
    secrets_ = {"whsec_other"};
    EXPECT_FALSE(accepts(kRolledHeader, kRolledBody));
    secrets_ = {"whsec_other", "whsec_new"};
    EXPECT_TRUE(accepts(kRolledHeader, kRolledBody));
    secrets_ = {};
    EXPECT_FALSE(accepts(kRolledHeader, kRolledBody));
}

TEST_F(StripeSignature, IsAcceptedForFiveMinutesAndNotASecondLonger) {
    age_ = seconds(300);
    EXPECT_TRUE(accepts("t=1746093600," + right_));
    age_ = std::chrono::milliseconds(300'999);
    EXPECT_TRUE(accepts("t=1746093600," + right_));
    age_ = seconds(301);
    EXPECT_FALSE(accepts("t=1746093600," + right_));
    age_ = seconds(-300);
    EXPECT_TRUE(accepts("t=1746093600," + right_));
    age_ = seconds(-301);
    EXPECT_FALSE(accepts("t=1746093600," + right_));
}

TEST_F(StripeSignature, OneRightSignatureAmongOthersIsEnough) {
    EXPECT_TRUE(accepts("t=1746093600,v1=" + std::string(64, '0') + "," + right_));
    EXPECT_TRUE(accepts("t=1746093600," + right_ + ",v0=" + std::string(64, '0')));
}

TEST_F(StripeSignature, OtherSpellingsOfTheHeaderAreRefusedAsStripesClientDoes) {
    auto upper = kVectors[0].signature;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    for (const auto& header :
         {std::string("t=1746093600,v0=") + kVectors[0].signature,
          std::string(right_),
          std::string("t=1746093600"),
          "t=," + right_,
          std::string("t=1746093600,v1="),
          "t=1746093600,v1=" + upper,
          "t=1746093600, " + right_,
          "t=1746093601," + right_,
          "t=+1746093600," + right_,
          "t=1746093600.0," + right_,
          "t=99999999999999999999," + right_,
          "t=9223372036854775807," + right_,
          "t=-1," + right_,
          "t=1746093600,t=1746093600," + right_,
          "t=1746093600,v1=" + kVectors[0].signature.substr(0, 63),
          std::string(","),
          std::string("="),
          std::string(1000, ',')}) {
        EXPECT_FALSE(accepts(header)) << header;
    }
}

TEST_F(StripeSignature, NoHeaderAndTwoHeadersAreRefused) {
    auto received = request(kVectors[0].body, "t=1746093600," + right_);
    received.headers.push_back({"Stripe-Signature", "t=1746093600," + right_});
    EXPECT_FALSE(verify(received).genuine);
    received.headers.clear();
    EXPECT_FALSE(verify(received).genuine);
}

sdk::WebhookEvent only_event(const std::string& body) {
    const auto events = parse_webhook(request(body, ""));
    EXPECT_TRUE(events.has_value()) << (events ? "" : events.error());
    EXPECT_EQ(events.value_or(std::vector<sdk::WebhookEvent>()).size(), 1U);
    return events && !events->empty() ? events->front() : sdk::WebhookEvent();
}

std::string event(const std::string& type, const std::string& object, const std::string& more = "") {
    return R"({"id":"evt_x","object":"event","created":1746093600,"livemode":true,"type":")" + type + "\"" +
           more + R"(,"data":{"object":)" + object + "}}";
}

TEST(StripeEvents, APaymentThatSucceededNamesItsOrder) {
    const auto read = only_event(kVectors[2].body);
    EXPECT_EQ(read.deduplication_key, "evt_payment_intent_succeeded");
    EXPECT_EQ(read.event_type, "payment_intent.succeeded");
    EXPECT_EQ(read.object, "payment");
    EXPECT_EQ(read.remote_id, "pi_3NavetteA");
    EXPECT_EQ(read.account, "");
    EXPECT_FALSE(read.thin);
    EXPECT_FALSE(read.deleted);
    EXPECT_EQ(read.occurred_at, sdk::from_unix_seconds(kTime));
    EXPECT_EQ(
        json::value(read.fields),
        json::parse(
            R"({"payment_intent":"pi_3NavetteA","status":"succeeded","amount_cents":1999,"currency":"EUR","order_id":"LU240515001",
            "order_number":"LU240515001","metadata":{"order_number":"LU240515001"},"created":1746093600,
            "event_id":"evt_payment_intent_succeeded","livemode":false})"
        )
    ) << json::serialize(read.fields);
}

TEST(StripeEvents, TheAmountIsWhatWasReceivedOrElseWhatWasAskedFor) {
    EXPECT_EQ(only_event(kVectors[0].body).fields.at("amount_cents"), 1999);
    EXPECT_EQ(
        only_event(event("payment_intent.succeeded", R"({"id":"pi_1","amount":500,"amount_received":300})"))
            .fields.at("amount_cents"),
        300
    );
    EXPECT_EQ(only_event(kVectors[3].body).fields.at("amount_cents"), 1999);
}

TEST(StripeEvents, AFailureTellsWhy) {
    const auto read = only_event(kVectors[3].body);
    EXPECT_EQ(read.fields.at("status"), "failed");
    EXPECT_EQ(read.fields.at("failure_code"), "insufficient_funds");
    EXPECT_EQ(read.fields.at("failure_message"), "declined");
}

TEST(StripeEvents, ACancellationTellsWhenAndWhy) {
    const auto read = only_event(kVectors[4].body);
    EXPECT_EQ(read.fields.at("status"), "canceled");
    EXPECT_EQ(read.fields.at("canceled_at"), kTime);
    EXPECT_EQ(read.fields.at("cancellation_reason"), "abandoned");
}

TEST(StripeEvents, TheOrdersIdGoesBeforeItsNumber) {
    const auto read = only_event(event(
        "payment_intent.succeeded",
        R"({"id":"pi_1","metadata":{"order_id":" 42 ","order_number":"LU1"},"latest_charge":"ch_1","customer":{"id":"cus_1"}})"
    ));
    EXPECT_EQ(read.fields.at("order_id"), "42");
    EXPECT_EQ(read.fields.at("order_number"), "LU1");
    EXPECT_EQ(read.fields.at("charge"), "ch_1");
    EXPECT_EQ(read.fields.at("customer"), "cus_1");
    EXPECT_EQ(read.fields.at("livemode"), true);
}

TEST(StripeEvents, ARefundOfTheWholeChargeIsToldFromOneOfAPart) {
    const auto refunded = [](const std::string& amounts) {
        return only_event(event(
            "charge.refunded",
            R"({"id":"ch_1","object":"charge","payment_intent":"pi_1","currency":"eur","metadata":{"order_id":"42"},)" +
                amounts + "}"
        ));
    };
    const auto whole = refunded(R"("amount":1999,"amount_refunded":1999,"refunded":true)");
    EXPECT_EQ(whole.object, "payment");
    EXPECT_EQ(whole.remote_id, "pi_1");
    EXPECT_EQ(whole.fields.at("status"), "refunded");
    EXPECT_EQ(whole.fields.at("order_id"), "42");
    EXPECT_EQ(whole.fields.at("charge"), "ch_1");
    EXPECT_EQ(whole.fields.at("refunded_cents"), 1999);
    EXPECT_FALSE(whole.thin);
    const auto part = refunded(R"("amount":1999,"amount_refunded":500,"refunded":false)");
    EXPECT_EQ(part.fields.at("status"), "partially_refunded");
    EXPECT_EQ(part.fields.at("amount_cents"), 1999);
}

TEST(StripeEvents, ARefundByItselfDoesNotTellWhetherAnythingIsLeft) {
    const auto read = only_event(event(
        "refund.updated",
        R"({"id":"re_1","object":"refund","payment_intent":"pi_1","charge":"ch_1","amount":500,"currency":"eur","status":"succeeded"})"
    ));
    EXPECT_EQ(read.object, "payment");
    EXPECT_EQ(read.remote_id, "pi_1");
    EXPECT_TRUE(read.thin);
    EXPECT_FALSE(read.fields.contains("status"));
    EXPECT_EQ(read.fields.at("refund_status"), "succeeded");
    EXPECT_EQ(read.fields.at("refund_cents"), 500);
}

TEST(StripeEvents, OthersAreKeptWithoutAnObject) {
    for (const auto* type :
         {"payment_intent.created",
          "payment_intent.processing",
          "customer.created",
          "charge.dispute.created",
          "something.new"}) {
        const auto read = only_event(event(type, R"({"id":"pi_1","object":"payment_intent"})"));
        EXPECT_EQ(read.event_type, type);
        EXPECT_EQ(read.object, "") << type;
        EXPECT_EQ(read.deduplication_key, "evt_x");
    }
    EXPECT_EQ(
        only_event(event("charge.refunded", R"({"id":"ch_1","object":"charge","payment_intent":null})"))
            .object,
        ""
    );
}

TEST(StripeEvents, AConnectedAccountIsNamed) {
    EXPECT_EQ(
        only_event(event("payment_intent.succeeded", R"({"id":"pi_1"})", R"(,"account":"acct_1")")).account,
        "acct_1"
    );
}

TEST(StripeEvents, AThinEventIsRefusedWithAdvice) {
    const auto events = parse_webhook(
        request(R"({"id":"evt_1","object":"v2.core.event","type":"v1.payment_intent.succeeded"})", "")
    );
    ASSERT_FALSE(events.has_value());
    EXPECT_NE(events.error().find("Snapshot"), std::string::npos);
}

TEST(StripeEvents, BadBodiesAreToldInASentence) {
    for (const auto& body :
         {std::string(),
          std::string("null"),
          std::string("[]"),
          std::string("\"evt\""),
          std::string("{"),
          std::string("{}"),
          std::string(R"({"id":"evt_1","object":"event"})"),
          std::string(R"({"id":"evt_1","object":"event","type":"x"})"),
          std::string(R"({"id":"evt_1","object":"event","type":"x","data":[]})"),
          std::string(R"({"id":"evt_1","object":"event","type":"x","data":{"object":7}})"),
          std::string(R"({"id":{},"object":"event","type":"x","data":{"object":{}}})"),
          std::string(R"({"id":"evt_1","object":"charge","type":"x","data":{"object":{}}})"),
          std::string("\xff\xfe"),
          std::string(R"({"a":"\ud800"})"),
          "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"}) {
        const auto events = parse_webhook(request(body, ""));
        ASSERT_FALSE(events.has_value()) << body.substr(0, 100);
        EXPECT_FALSE(events.error().empty());
    }
}

TEST(StripeEvents, ForeignTypesInsideAnEventDoNoHarm) {
    for (const auto* object :
         {R"({"id":{},"amount":"many","currency":5,"metadata":[],"latest_charge":{},"created":"x"})",
          R"({"id":"pi_1","amount_received":18446744073709551615,"metadata":{"order_id":{}},"refunded":"yes"})",
          R"({"id":"pi_1","last_payment_error":"no","payment_intent":[]})"}) {
        for (const auto* type :
             {"payment_intent.succeeded",
              "payment_intent.payment_failed",
              "payment_intent.canceled",
              "charge.refunded",
              "refund.created"}) {
            EXPECT_FALSE(only_event(event(type, object)).fields.contains("order_id")) << type << object;
        }
    }
    const auto odd = only_event(
        R"({"id":"evt_1","object":"event","created":9223372036854775807,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","amount":"many"}}})"
    );
    EXPECT_FALSE(odd.occurred_at.has_value());
    EXPECT_FALSE(odd.fields.contains("amount_cents"));
}

TEST(StripeConnector, VerifiesAndParsesThroughItsInterface) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "stripe");
    const std::array secrets{kSecret};
    const auto received = request(kVectors[0].body, "t=1746093600,v1=" + kVectors[0].signature);
    EXPECT_TRUE(connector->verify(received, {secrets, {}, *sdk::from_unix_seconds(kTime)}).genuine);
    EXPECT_TRUE(connector->parse(received).has_value());
    EXPECT_EQ(connector->acknowledge(received).status, 200);
}

}  // namespace
}  // namespace navette::stripe
