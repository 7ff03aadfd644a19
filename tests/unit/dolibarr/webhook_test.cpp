#include "webhook.hpp"

#include "fixture.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace navette::dolibarr {
namespace {

sdk::WebhookRequest request(std::string path, std::string body = {}) {
    sdk::WebhookRequest made;
    made.path = std::move(path);
    made.body = std::move(body);
    return made;
}

sdk::WebhookEvent only_event(const std::string& body) {
    const auto events = parse_webhook(request("/", body));
    EXPECT_TRUE(events.has_value()) << body;
    EXPECT_EQ(events.value_or(std::vector<sdk::WebhookEvent>()).size(), 1U);
    return events && !events->empty() ? events->front() : sdk::WebhookEvent();
}

TEST(WebhookVerify, TakesTheSecretFromThePathOrTheQuery) {
    const std::array<std::string, 2> secrets{"old-secret", "new-secret"};
    for (const auto* path :
         {"/webhooks/integrations/dolibarr/new-secret",
          "/webhooks/integrations/dolibarr/7?token=old-secret",
          "/w?a=b&token=new-secret&c=d",
          "/w/old-secret?x=1"}) {
        EXPECT_TRUE(verify_webhook(request(path), secrets).genuine) << path;
    }
}

TEST(WebhookVerify, RefusesEverythingElse) {
    const std::array<std::string, 2> secrets{"secret", ""};
    for (const auto* path :
         {"/webhooks/integrations/dolibarr/7",
          "/w/",
          "/w?token=",
          "/w?token=secreT",
          "/w?token=secret2",
          "/secret/w",
          "",
          "/w?xtoken=secret",
          "/w?a=secret"}) {
        const auto verdict = verify_webhook(request(path), secrets);
        EXPECT_FALSE(verdict.genuine) << path;
        EXPECT_FALSE(verdict.reason.empty()) << path;
    }
    EXPECT_FALSE(verify_webhook(request("/w?token=secret"), {}).genuine);
}

TEST(WebhookParse, NamesObjectAndIdWhetherTheIdIsTextOrNumber) {
    const auto event =
        only_event(R"({"triggercode":"ORDER_VALIDATE","object":{"id":"5","element":"commande","statut":0}})");
    EXPECT_EQ(event.event_type, "ORDER_VALIDATE");
    EXPECT_EQ(event.object, "order");
    EXPECT_EQ(event.remote_id, "5");
    EXPECT_TRUE(event.thin);
    EXPECT_FALSE(event.deleted);
    EXPECT_FALSE(event.echo);
    EXPECT_EQ(only_event(R"({"triggercode":"COMPANY_CREATE","object":{"id":3}})").object, "customer");
    EXPECT_EQ(only_event(R"({"triggercode":"CONTACT_MODIFY","object":{"id":3}})").object, "contact");
    EXPECT_EQ(only_event(R"({"triggercode":"PRODUCT_MODIFY","object":{"id":3}})").object, "product");
    EXPECT_EQ(only_event(R"({"triggercode":"PROJECT_MODIFY","object":{"id":3}})").object, "deal");
}

TEST(WebhookParse, ALineConcernsItsOrder) {
    const auto event =
        only_event(R"({"triggercode":"LINEORDER_DELETE","object":{"id":"50","fk_commande":"5"}})");
    EXPECT_EQ(event.object, "order");
    EXPECT_EQ(event.remote_id, "5");
    EXPECT_FALSE(event.deleted);
}

TEST(WebhookParse, ADeleteIsAHintSinceDolibarrMayRollItBack) {
    const auto event = only_event(R"({"triggercode":"ORDER_DELETE","object":{"id":"5"}})");
    EXPECT_EQ(event.event_type, "ORDER_DELETE");
    EXPECT_EQ(event.remote_id, "5");
    EXPECT_TRUE(event.thin);
    EXPECT_FALSE(event.deleted);
}

TEST(WebhookParse, TellsTheEchoOfOurOwnWrites) {
    EXPECT_TRUE(
        only_event(R"({"triggercode":"ORDER_CREATE","object":{"id":5,"context":{"caller":"navette"}}})").echo
    );
    EXPECT_FALSE(
        only_event(R"({"triggercode":"ORDER_CREATE","object":{"id":5,"context":{"caller":"other"}}})").echo
    );
    EXPECT_FALSE(only_event(R"({"triggercode":"ORDER_CREATE","object":{"id":5,"context":[]}})").echo);
}

TEST(WebhookParse, ATriggerThatConcernsNothingOfOursHasNoObject) {
    EXPECT_EQ(only_event(R"({"triggercode":"ACTION_CREATE","object":{"id":5}})").object, "");
    EXPECT_EQ(only_event(R"({"triggercode":"ORDER_CREATE","object":{"id":null}})").object, "");
}

TEST(WebhookParse, TheDeduplicationKeyFollowsTriggerIdAndBody) {
    const auto first = only_event(R"({"triggercode":"ORDER_MODIFY","object":{"id":5,"x":1}})");
    EXPECT_EQ(
        first.deduplication_key,
        only_event(R"({"triggercode":"ORDER_MODIFY","object":{"id":5,"x":1}})").deduplication_key
    );
    EXPECT_NE(
        first.deduplication_key,
        only_event(R"({"triggercode":"ORDER_MODIFY","object":{"id":5,"x":2}})").deduplication_key
    );
    EXPECT_TRUE(first.deduplication_key.starts_with("ORDER_MODIFY:5:"));
}

TEST(WebhookParse, BadBodiesAreToldInASentence) {
    for (const auto* body :
         {"",
          "[]",
          "1",
          "{",
          "triggercode=ORDER_CREATE&object=1",
          "{}",
          R"({"triggercode":5})",
          R"({"triggercode":"X"})",
          R"({"triggercode":"X","object":[]})"}) {
        const auto events = parse_webhook(request("/", body));
        ASSERT_FALSE(events.has_value()) << body;
        EXPECT_FALSE(events.error().empty());
    }
}

TEST(WebhookConnector, HasTheSlugOfItsManifest) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "dolibarr");
    const std::array<std::string, 1> secrets{"s3cret"};
    EXPECT_TRUE(connector->verify(request("/x?token=s3cret"), {secrets, {}, {}}).genuine);
    EXPECT_TRUE(
        connector->parse(request("/", R"({"triggercode":"ORDER_CLOSE","object":{"id":1}})")).has_value()
    );
}

}  // namespace
}  // namespace navette::dolibarr
