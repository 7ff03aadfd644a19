// Signatures: the three vectors of the fact sheet.
#include "webhook.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::zendesk {
namespace {

namespace json = sdk::json;

constexpr auto kSecret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
constexpr auto kBody =
    R"({"type":"zen:event-type:user.created","account_id":12514403,"id":"2b24ef10-19d4-4740-93cf-8f98ec4776c0",)"
    R"("time":"2026-05-01T10:00:00Z","zendesk_event_version":"2022-06-20","subject":"zen:user:6596848315901"})";
constexpr auto kSignature = "0lPvndKhlFWqITPJ7zbyrHKqkqPQPibBhctIxNSkJAA=";

sdk::WebhookRequest signed_request(std::string time, std::string body, std::string signature) {
    sdk::WebhookRequest made;
    made.method = "POST";
    made.body = std::move(body);
    made.headers = {
        {"X-Zendesk-Webhook-Signature", std::move(signature)},
        {"x-zendesk-webhook-signature-timestamp", std::move(time)},
    };
    return made;
}

class ZendeskSignature : public ::testing::Test {
  protected:
    [[nodiscard]] bool is_genuine(const sdk::WebhookRequest& made) const {
        const auto verdict = verify_webhook(made, {secrets_, settings_, now_});
        EXPECT_EQ(verdict.genuine, verdict.reason.empty()) << verdict.reason;
        return verdict.genuine;
    }

    std::array<std::string, 2> secrets_{"an-older-secret", kSecret};
    json::object settings_;
    sdk::Instant now_ = sdk::from_iso_text("2026-05-01T10:01:00Z").value();
};

TEST_F(ZendeskSignature, Vector1) {
    EXPECT_TRUE(is_genuine(signed_request("2026-05-01T10:00:00Z", kBody, kSignature)));
}

TEST_F(ZendeskSignature, Vector2WithAnEmptyBody) {
    EXPECT_TRUE(
        is_genuine(signed_request("2026-05-01T10:00:01Z", "", "WDuKCn4QgT9XNW0IFllV6gR1/vQzTKH7cYLo2PZoUO0="))
    );
}

TEST_F(ZendeskSignature, Vector3WithCharactersOfSeveralBytes) {
    EXPECT_TRUE(is_genuine(signed_request(
        "2026-05-01T10:00:02Z",
        R"({"id":"35436","status":"Gelöst","note":"café – 日本"})",
        "UuVwemAst7B7eEtWYD965aQAmwIEgE8XJXp0tZTEgjI="
    )));
}

TEST_F(ZendeskSignature, TheTimeIsSignedAsItWasWritten) {
    EXPECT_FALSE(is_genuine(signed_request("2026-05-01T10:00:00+00:00", kBody, kSignature)));
    EXPECT_FALSE(is_genuine(signed_request("2026-05-01T10:00:00.000Z", kBody, kSignature)));
    EXPECT_FALSE(is_genuine(signed_request("2026-05-01T10:00:01Z", kBody, kSignature)));
}

TEST_F(ZendeskSignature, TheSecretIsATextAndNotBase64) {
    secrets_ = {sdk::from_base64(kSecret).value(), "another"};
    EXPECT_FALSE(is_genuine(signed_request("2026-05-01T10:00:00Z", kBody, kSignature)));
}

TEST_F(ZendeskSignature, ThePublicTestSecretOpensNothingByItself) {
    secrets_ = {"a-secret-of-our-own", ""};
    EXPECT_FALSE(is_genuine(signed_request("2026-05-01T10:00:00Z", kBody, kSignature)));
}

TEST_F(ZendeskSignature, ARetryMayBeADayOldAndNoTimeLiesAhead) {
    const auto made = signed_request("2026-05-01T10:00:00Z", kBody, kSignature);
    now_ = sdk::from_iso_text("2026-05-02T10:00:00Z").value();
    EXPECT_TRUE(is_genuine(made));
    now_ += std::chrono::milliseconds(1);
    EXPECT_FALSE(is_genuine(made));
    now_ = sdk::from_iso_text("2026-05-01T09:55:00Z").value();
    EXPECT_TRUE(is_genuine(made));
    now_ -= std::chrono::milliseconds(1);
    EXPECT_FALSE(is_genuine(made));
}

TEST_F(ZendeskSignature, EverythingElseIsRefused) {
    EXPECT_FALSE(is_genuine(signed_request("", kBody, kSignature)));
    EXPECT_FALSE(is_genuine(signed_request("yesterday", kBody, kSignature)));
    EXPECT_FALSE(is_genuine(signed_request("2026-05-01T10:00:00Z", kBody, "")));
    EXPECT_FALSE(is_genuine(signed_request("2026-05-01T10:00:00Z", std::string(kBody) + "\n", kSignature)));
    EXPECT_FALSE(is_genuine({}));
}

std::vector<sdk::WebhookEvent> events_of(sdk::WebhookRequest made) {
    auto events = parse_webhook(made);
    EXPECT_TRUE(events.has_value()) << (events ? std::string() : events.error());
    return events.value_or(std::vector<sdk::WebhookEvent>());
}

sdk::WebhookEvent only_event(std::string body, std::vector<sdk::Header> headers = {}) {
    sdk::WebhookRequest made;
    made.body = std::move(body);
    made.headers = std::move(headers);
    const auto events = events_of(std::move(made));
    EXPECT_EQ(events.size(), 1U);
    return events.empty() ? sdk::WebhookEvent() : events.front();
}

TEST(ZendeskEvents, ASubscribedEventNamesItsSubject) {
    const auto event = only_event(kBody);
    EXPECT_EQ(event.event_type, "zen:event-type:user.created");
    EXPECT_EQ(event.object, "contact");
    EXPECT_EQ(event.remote_id, "6596848315901");
    EXPECT_EQ(event.account, "12514403");
    EXPECT_EQ(event.deduplication_key, "event:2b24ef10-19d4-4740-93cf-8f98ec4776c0");
    EXPECT_EQ(event.occurred_at, sdk::from_iso_text("2026-05-01T10:00:00Z"));
    EXPECT_TRUE(event.thin);
    EXPECT_FALSE(event.deleted);
}

TEST(ZendeskEvents, OrganizationsAndTicketsAreToldAndOthersHaveNoObject) {
    EXPECT_EQ(
        only_event(
            R"({"type":"zen:event-type:organization.name_changed","subject":"zen:organization:7","id":"a"})"
        )
            .object,
        "company"
    );
    EXPECT_EQ(
        only_event(R"({"type":"zen:event-type:ticket.comment_added","subject":"zen:ticket:8","id":"a"})")
            .object,
        "ticket"
    );
    const auto other =
        only_event(R"({"type":"zen:event-type:article.published","subject":"zen:article:9","id":"a"})");
    EXPECT_EQ(other.object, "");
    EXPECT_EQ(other.remote_id, "");
}

TEST(ZendeskEvents, TellsDeletes) {
    for (const auto* body :
         {R"({"type":"zen:event-type:user.deleted","subject":"zen:user:1","id":"a"})",
          R"({"type":"zen:event-type:ticket.soft_deleted","subject":"zen:ticket:1","id":"a"})",
          R"({"type":"zen:event-type:user.active_changed","subject":"zen:user:1","id":"a","event":{"current":false,"previous":true}})"
         }) {
        EXPECT_TRUE(only_event(body).deleted) << body;
    }
    EXPECT_FALSE(
        only_event(
            R"({"type":"zen:event-type:user.active_changed","subject":"zen:user:1","id":"a","event":{"current":true}})"
        )
            .deleted
    );
}

TEST(ZendeskEvents, ATriggerNamesItsTicketAndTheHeadersTheRest) {
    const auto event = only_event(
        R"({"id":"35436","external_id":"t-1","status":"open","updated_at":"2026-05-01T10:00:00Z"})",
        {{"X-Zendesk-Account-Id", "12514403"}, {"X-Zendesk-Webhook-Invocation-Id", "01ABC"}}
    );
    EXPECT_EQ(event.object, "ticket");
    EXPECT_EQ(event.remote_id, "35436");
    EXPECT_EQ(event.account, "12514403");
    EXPECT_EQ(event.deduplication_key, "invocation:01ABC");
}

TEST(ZendeskEvents, WithoutAnInvocationTheBodyTellsThemApart) {
    EXPECT_EQ(only_event(R"({"id":1})").deduplication_key, only_event(R"({"id":1})").deduplication_key);
    EXPECT_NE(only_event(R"({"id":1})").deduplication_key, only_event(R"({"id":2})").deduplication_key);
}

TEST(ZendeskEvents, AnEmptyBodyHoldsNone) {
    EXPECT_TRUE(events_of({}).empty());
}

TEST(ZendeskEvents, BadBodiesAreToldInASentence) {
    for (const auto& body :
         {std::string("{"),
          std::string("[]"),
          std::string("{}"),
          std::string(R"({"id":"x"})"),
          std::string(R"({"id":"1","note":"a "quoted" word"})"),
          std::string(100'000, '[')}) {
        sdk::WebhookRequest made;
        made.body = body;
        const auto events = parse_webhook(made);
        ASSERT_FALSE(events.has_value()) << body.substr(0, 80);
        EXPECT_FALSE(events.error().empty());
    }
}

TEST(ZendeskConnector, HasTheSlugOfItsManifestAndPassesWebhooksOn) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "zendesk");
    EXPECT_TRUE(connector->parse({}).has_value());
}

}  // namespace
}  // namespace navette::zendesk
