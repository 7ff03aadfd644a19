// Credentials: the vectors of the fact sheet (RFC 7617, UTF-8).
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/reading.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::pipedrive {
namespace {

namespace json = sdk::json;

constexpr auto kBody =
    R"({"meta":{"action":"change","entity":"person","entity_id":"42","company_id":"1","id":"uuid-of-event",)"
    R"("correlation_id":"uuid","timestamp":"2026-05-01T10:00:00.000Z","attempt":1,"type":"general","version":"2.0",)"
    R"("change_source":"api","user_id":"7","webhook_id":"3","webhook_owner_id":"7","host":"acme.pipedrive.com",)"
    R"("is_bulk_edit":false,"permitted_user_ids":["7"]},"data":{"id":42,"name":"Ana"},"previous":{"name":"An"}})";

sdk::WebhookRequest request(std::string authorization, std::string body = kBody) {
    sdk::WebhookRequest made;
    made.method = "POST";
    made.body = std::move(body);
    if (!authorization.empty()) {
        made.headers.push_back({"authorization", std::move(authorization)});
    }
    return made;
}

bool is_genuine(const sdk::WebhookRequest& made, const std::string& user, const std::string& password) {
    const std::array<std::string, 2> secrets{"an-older-password", password};
    const json::object settings{{"webhook_user", user}, {"company_domain", "acme"}};
    const auto verdict = verify_webhook(made, {secrets, settings, {}});
    EXPECT_EQ(verdict.genuine, verdict.reason.empty()) << verdict.reason;
    return verdict.genuine;
}

TEST(PipedriveCredentials, Vector1HasColonBlankAndAccentInThePassword) {
    EXPECT_TRUE(is_genuine(request("Basic bmF2ZXR0ZTpzM2NyOmV0IMOp"), "navette", "s3cr:et é"));
    // The first colon is the border: the same bytes with another user are others.
    EXPECT_FALSE(is_genuine(request("Basic bmF2ZXR0ZTpzM2NyOmV0IMOp"), "navette", "et é"));
}

TEST(PipedriveCredentials, Vector2AndTheSchemeInAnyCase) {
    for (const auto* header : {"Basic aG9vazpwYXNz", "basic aG9vazpwYXNz", "BASIC  aG9vazpwYXNz"}) {
        EXPECT_TRUE(is_genuine(request(header), "hook", "pass")) << header;
    }
}

TEST(PipedriveCredentials, Vector3EverythingElseIsRefused) {
    for (const auto* header :
         {"",
          "Basic aG9vazpwYXNT",
          "Basic",
          "Basic ",
          "Bearer aG9vazpwYXNz",
          "aG9vazpwYXNz",
          "Basic aG9vazpwYXNz=="}) {
        EXPECT_FALSE(is_genuine(request(header), "hook", "pass")) << header;
    }
    EXPECT_FALSE(is_genuine(request("Basic aG9vazo="), "hook", "")) << "an empty password is none";
}

TEST(PipedriveCredentials, AnotherCompanyIsRefusedInSpiteOfThem) {
    EXPECT_FALSE(
        is_genuine(request("Basic aG9vazpwYXNz", R"({"meta":{"host":"evil.pipedrive.com"}})"), "hook", "pass")
    );
    EXPECT_TRUE(
        is_genuine(request("Basic aG9vazpwYXNz", R"({"meta":{"host":"ACME.pipedrive.com"}})"), "hook", "pass")
    );
}

sdk::WebhookEvent only_event(std::string body) {
    const auto events = parse_webhook(request("", std::move(body)));
    EXPECT_TRUE(events.has_value()) << (events ? std::string() : events.error());
    EXPECT_EQ(events.value_or(std::vector<sdk::WebhookEvent>()).size(), 1U);
    return events && !events->empty() ? events->front() : sdk::WebhookEvent();
}

TEST(PipedriveEvents, AChangeBringsTheWholeRecord) {
    const auto event = only_event(kBody);
    EXPECT_EQ(event.event_type, "change.person");
    EXPECT_EQ(event.object, "contact");
    EXPECT_EQ(event.remote_id, "42");
    EXPECT_EQ(event.account, "acme");
    EXPECT_EQ(event.deduplication_key, "uuid-of-event");
    EXPECT_FALSE(event.thin);
    EXPECT_FALSE(event.deleted);
    EXPECT_EQ(sdk::text_at(event.fields, "name"), "Ana");
    EXPECT_EQ(event.occurred_at, sdk::from_iso_text("2026-05-01T10:00:00Z"));
}

TEST(PipedriveEvents, ADeleteBringsTheLastState) {
    const auto event = only_event(
        R"({"meta":{"action":"delete","entity":"organization","entity_id":"9","id":"x","host":"acme.pipedrive.com"},)"
        R"("data":null,"previous":{"id":9,"name":"Acme"}})"
    );
    EXPECT_TRUE(event.deleted);
    EXPECT_FALSE(event.thin);
    EXPECT_EQ(event.object, "company");
    EXPECT_EQ(sdk::text_at(event.fields, "name"), "Acme");
}

TEST(PipedriveEvents, WithoutARecordItIsAHint) {
    const auto event = only_event(
        R"({"meta":{"action":"change","entity":"deal","entity_id":9,"timestamp":"1777629600"},"data":null})"
    );
    EXPECT_TRUE(event.thin);
    EXPECT_EQ(event.object, "deal");
    EXPECT_EQ(event.remote_id, "9");
    EXPECT_EQ(event.occurred_at, sdk::from_iso_text("2026-05-01T10:00:00Z"));
    EXPECT_TRUE(event.deduplication_key.starts_with("change.deal:"));
}

TEST(PipedriveEvents, ActivitiesAreOurs) {
    EXPECT_EQ(
        only_event(
            R"({"meta":{"action":"create","entity":"activity","entity_id":"1","id":"x"},"data":{"id":1}})"
        )
            .object,
        "activity"
    );
}

TEST(PipedriveEvents, WhatConcernsNothingOfOursHasNoObject) {
    EXPECT_EQ(
        only_event(R"({"meta":{"action":"change","entity":"pipeline","entity_id":"1","id":"x"}})").object, ""
    );
}

TEST(PipedriveEvents, BadBodiesAreToldInASentence) {
    for (const auto& body :
         {std::string(),
          std::string("{"),
          std::string("[]"),
          std::string("{}"),
          std::string(R"({"meta":5})"),
          std::string(R"({"meta":{"v":1,"action":"updated","object":"person"}})"),
          std::string(100'000, '[')}) {
        const auto events = parse_webhook(request("", body));
        ASSERT_FALSE(events.has_value()) << body.substr(0, 80);
        EXPECT_FALSE(events.error().empty());
    }
}

TEST(PipedriveConnector, HasTheSlugOfItsManifestAndPassesWebhooksOn) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "pipedrive");
    EXPECT_TRUE(connector->parse(request("")).has_value());
}

}  // namespace
}  // namespace navette::pipedrive
