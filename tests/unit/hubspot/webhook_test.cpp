// Signatures: the vectors A to E of the fact sheet, made with HubSpot's own client 13.5.0.
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::hubspot {
namespace {

namespace json = sdk::json;
using std::chrono::milliseconds;

constexpr auto kAddress = "https://hooks.example.test/v1/hubspot";
constexpr auto kBodyA =
    R"([{"eventId":3181526801,"subscriptionId":412001,"portalId":55501234,"appId":9900123,"occurredAt":1767225600123,)"
    R"("subscriptionType":"object.propertyChange","attemptNumber":0,"objectId":70112233445,"objectTypeId":"0-1",)"
    R"("propertyName":"lifecyclestage","propertyValue":"customer","changeSource":"CRM_UI","sourceId":"userId:1234567"}])";
constexpr auto kBodyB =
    R"([{"eventId":1,"subscriptionId":2,"portalId":3,"appId":4,"occurredAt":1767225600000,)"
    R"("subscriptionType":"contact.propertyChange","attemptNumber":1,"objectId":5,"propertyName":"firstname",)"
    R"("propertyValue":"Zoë ☃","changeSource":"CRM"}])";

class HubSpotSignature : public ::testing::Test {
  protected:
    static sdk::WebhookRequest request(std::string body, std::string url = kAddress) {
        sdk::WebhookRequest made;
        made.method = "POST";
        made.url = std::move(url);
        made.body = std::move(body);
        return made;
    }

    static sdk::WebhookRequest v3(
        std::string body, std::string time, std::string signature, std::string url = kAddress
    ) {
        auto made = request(std::move(body), std::move(url));
        made.headers = {
            {"x-hubspot-signature-v3", std::move(signature)}, {"X-HubSpot-Request-Timestamp", std::move(time)}
        };
        return made;
    }

    [[nodiscard]] bool is_genuine(const sdk::WebhookRequest& made) const {
        const auto verdict = verify_webhook(made, {secrets_, settings_, now_});
        EXPECT_EQ(verdict.genuine, verdict.reason.empty()) << verdict.reason;
        return verdict.genuine;
    }

    std::array<std::string, 2> secrets_{"an-older-secret", "navette-test-secret-0001"};
    json::object settings_;
    sdk::Instant now_{milliseconds(1'767'225'603'500)};
};

constexpr auto kSignatureA = "cCVUUEz/WkVE0jjjryn1bx/Wqs6GrNFIgzdOuzvcMmg=";

TEST_F(HubSpotSignature, VectorA) {
    ASSERT_EQ(std::string(kBodyA).size(), 327U);
    EXPECT_TRUE(is_genuine(v3(kBodyA, "1767225601000", kSignatureA)));
}

TEST_F(HubSpotSignature, VectorBWithCharactersOfSeveralBytes) {
    ASSERT_EQ(std::string(kBodyB).size(), 234U);
    EXPECT_TRUE(is_genuine(v3(kBodyB, "1767225602000", "39lBbu/7L0Fk+ym25cbRmKDy7efhN+uQwXsW/zlWJ9g=")));
}

TEST_F(HubSpotSignature, VectorCIsSignedOverTheDecodedQuery) {
    const std::string decoded = "zaox1UwIesPcESVZ/pQSHpxf1ABJg07fMdybBr3t/z0=";
    const std::string raw = "1rVN925muarPLNbfVGxhbs81V3YWecdADjZ2UYsejPc=";
    const auto address = std::string(kAddress) + "?tenant=a%3Ab%2Fc";
    EXPECT_TRUE(is_genuine(v3("[]", "1767225603000", decoded, address)));
    EXPECT_TRUE(is_genuine(v3("[]", "1767225603000", decoded, std::string(kAddress) + "?tenant=a:b/c")));
    EXPECT_FALSE(is_genuine(v3("[]", "1767225603000", raw, address)));
}

TEST_F(HubSpotSignature, VectorDIsVersionTwo) {
    auto made = request(R"({"vid":101})");
    made.headers = {
        {"X-HubSpot-Signature", "e23ab896910e65b57271bb92d53491999ceb607bfa4f9f76d4fdf0bd80f1116a"},
        {"X-HubSpot-Signature-Version", "v2"}
    };
    EXPECT_TRUE(is_genuine(made));
    made.method = "GET";
    EXPECT_FALSE(is_genuine(made));
}

TEST_F(HubSpotSignature, VectorEIsVersionOneWhetherNamedOrNot) {
    auto made = request(kBodyA);
    made.headers = {
        {"X-HubSpot-Signature", "55e2957e5db30077d7a7ed213c9bad9d1f04a5475647cc37f0a6c3adaad2975a"}
    };
    EXPECT_TRUE(is_genuine(made));
    made.headers.push_back({"X-HubSpot-Signature-Version", "v1"});
    EXPECT_TRUE(is_genuine(made));
    made.headers.back().value = "v4";
    EXPECT_FALSE(is_genuine(made));
}

TEST_F(HubSpotSignature, OlderVersionsCanBeForbidden) {
    auto made = request(kBodyA);
    made.headers = {
        {"X-HubSpot-Signature", "55e2957e5db30077d7a7ed213c9bad9d1f04a5475647cc37f0a6c3adaad2975a"}
    };
    settings_["accept_old_signatures"] = false;
    EXPECT_FALSE(is_genuine(made));
    EXPECT_TRUE(is_genuine(v3(kBodyA, "1767225601000", kSignatureA)));
}

TEST_F(HubSpotSignature, AGoodOldSignatureDoesNotMakeUpForAWrongNewOne) {
    auto made = v3(kBodyA, "1767225601000", "AAAA");
    made.headers.push_back(
        {"X-HubSpot-Signature", "55e2957e5db30077d7a7ed213c9bad9d1f04a5475647cc37f0a6c3adaad2975a"}
    );
    EXPECT_FALSE(is_genuine(made));
}

TEST_F(HubSpotSignature, TheSignedTimeIsHeldToTheMillisecond) {
    const milliseconds sent(1'767'225'601'000);
    now_ = sdk::Instant(sent + milliseconds(300'000));
    EXPECT_TRUE(is_genuine(v3(kBodyA, "1767225601000", kSignatureA)));
    now_ = sdk::Instant(sent + milliseconds(300'001));
    EXPECT_FALSE(is_genuine(v3(kBodyA, "1767225601000", kSignatureA)));
    now_ = sdk::Instant(sent - milliseconds(600'000));
    EXPECT_FALSE(is_genuine(v3(kBodyA, "1767225601000", kSignatureA)));
}

TEST_F(HubSpotSignature, ATimeThatIsNoNumberIsRefused) {
    for (const auto* time : {"", "soon", "1767225601000x", "-1", "+1767225601000", "99999999999999999999"}) {
        EXPECT_FALSE(is_genuine(v3(kBodyA, time, kSignatureA))) << time;
    }
}

TEST_F(HubSpotSignature, EverythingElseIsRefused) {
    EXPECT_FALSE(is_genuine(request(kBodyA)));
    EXPECT_FALSE(is_genuine(v3(std::string(kBodyA) + " ", "1767225601000", kSignatureA)));
    EXPECT_FALSE(is_genuine(v3(kBodyA, "1767225601001", kSignatureA)));
    EXPECT_FALSE(is_genuine(v3(kBodyA, "1767225601000", kSignatureA, "https://other.test/v1/hubspot")));
    secrets_ = {"", "another"};
    EXPECT_FALSE(is_genuine(v3(kBodyA, "1767225601000", kSignatureA)));
}

TEST(HubSpotAddress, OnlyTheListedCharactersOfTheQueryAreDecoded) {
    EXPECT_EQ(signed_address("https://h/a%2Fb?x=%3a%20%2C&y=%"), "https://h/a%2Fb?x=:%20,&y=%");
    EXPECT_EQ(signed_address("https://h/?%3F%40%21%24%27%28%29%2A%3B"), "https://h/??@!$'()*;");
    EXPECT_EQ(signed_address("https://h/?a=%2"), "https://h/?a=%2");
}

std::vector<sdk::WebhookEvent> events_of(std::string body) {
    sdk::WebhookRequest made;
    made.body = std::move(body);
    auto events = parse_webhook(made);
    EXPECT_TRUE(events.has_value()) << (events ? std::string() : events.error());
    return events.value_or(std::vector<sdk::WebhookEvent>());
}

TEST(HubSpotEvents, EachItemIsAnEventOfItsOwn) {
    const auto events = events_of(
        R"([{"eventId":1,"portalId":3,"occurredAt":1767225600123,"subscriptionType":"contact.creation","objectId":5},)"
        R"({"eventId":1,"portalId":3,"occurredAt":1767225600123,"subscriptionType":"deal.deletion","objectId":6},)"
        R"({"eventId":1,"portalId":3,"occurredAt":1767225600123,"eventType":"object.restore","objectTypeId":"0-2","objectId":7}])"
    );
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].account, "3");
    EXPECT_EQ(events[0].object, "contact");
    EXPECT_EQ(events[0].remote_id, "5");
    EXPECT_TRUE(events[0].thin);
    EXPECT_FALSE(events[0].deleted);
    EXPECT_EQ(events[0].occurred_at, sdk::Instant(milliseconds(1'767'225'600'123)));
    EXPECT_EQ(events[1].object, "deal");
    EXPECT_TRUE(events[1].deleted);
    EXPECT_EQ(events[2].object, "company");
    EXPECT_EQ(events[2].event_type, "object.restore");
    EXPECT_NE(events[0].deduplication_key, events[1].deduplication_key);
}

TEST(HubSpotEvents, ARepeatedDeliveryHasTheSameKey) {
    const std::string first =
        R"([{"eventId":9,"portalId":3,"occurredAt":10,"subscriptionType":"contact.propertyChange","objectId":5,"propertyName":"email","attemptNumber":0}])";
    auto again = first;
    again.replace(again.find("\"attemptNumber\":0"), 17, "\"attemptNumber\":4");
    EXPECT_EQ(events_of(first)[0].deduplication_key, events_of(again)[0].deduplication_key);
}

TEST(HubSpotEvents, WhatDiffersInOneMemberHasAnotherKey) {
    const auto key = [](const char* changed) {
        auto event =
            json::parse(
                R"({"eventId":9,"portalId":3,"occurredAt":10,"subscriptionType":"contact.propertyChange","objectId":5,"propertyName":"email"})"
            )
                .as_object();
        if (*changed != '\0') {
            event[changed] = "other";
        }
        return events_of(json::serialize(json::array{event}))[0].deduplication_key;
    };
    for (const auto* member :
         {"eventId", "portalId", "occurredAt", "subscriptionType", "objectId", "propertyName"}) {
        EXPECT_NE(key(member), key("")) << member;
    }
}

TEST(HubSpotEvents, AMergeConcernsTheNewRecordAndAnAssociationItsFirst) {
    const auto events = events_of(
        R"([{"portalId":3,"subscriptionType":"contact.merge","objectId":5,"primaryObjectId":5,"mergedObjectIds":[6],"newObjectId":7},)"
        R"({"portalId":3,"subscriptionType":"contact.associationChange","associationType":"CONTACT_TO_COMPANY","fromObjectId":8,"toObjectId":9},)"
        R"({"portalId":3,"subscriptionType":"contact.privacyDeletion","objectId":10},)"
        R"({"portalId":3,"subscriptionType":"ticket.creation","objectId":11}])"
    );
    ASSERT_EQ(events.size(), 4U);
    EXPECT_EQ(events[0].remote_id, "7");
    EXPECT_EQ(events[1].remote_id, "8");
    EXPECT_TRUE(events[2].deleted);
    EXPECT_EQ(events[3].object, "");
}

TEST(HubSpotEvents, AnEmptyListHoldsNone) {
    EXPECT_TRUE(events_of("[]").empty());
}

TEST(HubSpotEvents, BadBodiesAreToldInASentence) {
    for (const auto& body :
         {std::string(),
          std::string("{"),
          std::string("1"),
          std::string("[1]"),
          std::string("[{}]"),
          std::string(R"([{"subscriptionType":"contact.creation"}])"),
          std::string("[\"\xff\"]"),
          std::string(100'000, '[')}) {
        sdk::WebhookRequest made;
        made.body = body;
        const auto events = parse_webhook(made);
        ASSERT_FALSE(events.has_value()) << body.substr(0, 80);
        EXPECT_FALSE(events.error().empty());
    }
}

TEST(HubSpotConnector, HasTheSlugOfItsManifestAndPassesWebhooksOn) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "hubspot");
    sdk::WebhookRequest made;
    made.body = "[]";
    EXPECT_TRUE(connector->parse(made).has_value());
    EXPECT_EQ(connector->acknowledge(made).status, 200);
}

}  // namespace
}  // namespace navette::hubspot
