// The one webhook that Zendesk should hold for us.
#include "tests/support/connector_test.hpp"

#include <gmock/gmock.h>

namespace navette::zendesk {
namespace {

using sdk::OutcomeKind;
using State = sdk::SubscriptionState::State;
using ::testing::HasSubstr;
namespace json = sdk::json;

constexpr auto kUrl = "https://n.example/webhooks/integrations/zendesk/i1";
constexpr auto kList = "GET /api/v2/webhooks?page[size]=100";
constexpr auto kOfOrganizations =
    R"("zen:event-type:organization.created","zen:event-type:organization.deleted","zen:event-type:organization.name_changed","zen:event-type:organization.external_id_changed","zen:event-type:organization.tags_changed","zen:event-type:organization.custom_field_changed")";

class ZendeskSubscriptions : public support::ConnectorTest {
  protected:
    static sdk::SubscriptionPlan plan(std::vector<std::string> objects, bool repair = true) {
        sdk::SubscriptionPlan made;
        made.url = kUrl;
        made.secret = "s1";
        made.objects = std::move(objects);
        made.repair = repair;
        return made;
    }

    /// A webhook to our address.
    static std::string webhook(const std::string& subscriptions, const std::string& status = "active") {
        return R"({"id":"w1","endpoint":")" + std::string(kUrl) + R"(","status":")" + status +
               R"(","subscriptions":[)" + subscriptions + "]}";
    }

    std::vector<sdk::SubscriptionState> states(sdk::SubscriptionPlan made) {
        auto found = support::run(connector_->subscriptions(session_, std::move(made)));
        EXPECT_TRUE(found.has_value()) << (found ? std::string() : found.error().message);
        return found.value_or(std::vector<sdk::SubscriptionState>());
    }

    void expect_webhooks(const std::string& webhooks) {
        session_.expect(kList).answer(200, R"({"webhooks":[)" + webhooks + R"(],"meta":{"has_more":false}})");
    }
    void expect_secret(const std::string& secret) {
        session_.expect("GET /api/v2/webhooks/w1/signing_secret")
            .answer(200, R"({"signing_secret":{"algorithm":"SHA256","secret":")" + secret + "\"}}");
    }

    /// The events that the request at that place subscribes to.
    [[nodiscard]] std::string sent_events(std::size_t at) const {
        const auto body = json::parse(session_.sent().at(at).body);
        return json::serialize(body.at("webhook").at("subscriptions"));
    }
};

TEST_F(ZendeskSubscriptions, AWebhookOfAllEventsIsMadeAndItsSecretReadBack) {
    expect_webhooks(
        R"({"id":"w0","endpoint":"https://other.example","status":"active","subscriptions":["zen:event-type:user.created"]})"
    );
    session_.expect("POST /api/v2/webhooks")
        .with(
            R"({"webhook":{"endpoint":"https://n.example/webhooks/integrations/zendesk/i1","http_method":"POST","request_format":"json","status":"active"}})"
        )
        .answer(201, R"({"webhook":{"id":"w1"}})");
    expect_secret("new");
    const auto found = states(plan({"contact", "company", "ticket", "note"}));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].topic, "zen:event-type:user.*");
    EXPECT_EQ(found[2].topic, "zen:event-type:ticket.*");
    for (const auto& state : found) {
        EXPECT_EQ(state.state, State::repaired);
        EXPECT_EQ(state.remote_id, "w1");
        EXPECT_EQ(state.sentence, "");
    }
    EXPECT_EQ(found[0].secret, "new");
    EXPECT_EQ(found[1].secret, "");
    for (const auto* event : {"user.active_changed", "organization.deleted", "ticket.soft_deleted"}) {
        EXPECT_THAT(sent_events(1), HasSubstr("\"zen:event-type:" + std::string(event) + "\""));
    }
    EXPECT_EQ(sent_events(1).find("updated"), std::string::npos) << "Zendesk knows no such event";
}

TEST_F(ZendeskSubscriptions, WhatIsThereIsHeld) {
    expect_webhooks(webhook(kOfOrganizations));
    expect_secret("s1");
    const auto found = states(plan({"company"}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].state, State::held) << found[0].sentence;
    EXPECT_EQ(found[0].remote_id, "w1");
    EXPECT_EQ(found[0].secret, "") << "it would be stored anew at every look";
}

TEST_F(ZendeskSubscriptions, TheSecretOfAWebhookWhoseMakingWasCutOffIsToldAtTheNextLook) {
    expect_webhooks("");
    session_.expect("POST /api/v2/webhooks").fail(Transport::cut_off);
    EXPECT_FALSE(support::run(connector_->subscriptions(session_, plan({"company"}))).has_value());
    expect_webhooks(webhook(kOfOrganizations));
    expect_secret("new");
    const auto found = states(plan({"company"}));
    EXPECT_EQ(found.at(0).state, State::held);
    EXPECT_EQ(found.at(0).secret, "new");
}

TEST_F(ZendeskSubscriptions, ALookChangesNothing) {
    expect_webhooks(webhook(kOfOrganizations, "inactive"));
    const auto off = states(plan({"company"}, false));
    EXPECT_EQ(off.at(0).state, State::missing);
    EXPECT_THAT(off.at(0).sentence, HasSubstr("switched off"));
    expect_webhooks(webhook(kOfOrganizations));
    const auto found = states(plan({"company", "ticket"}, false));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].state, State::held);
    EXPECT_EQ(found[1].state, State::missing);
    EXPECT_THAT(found[1].sentence, HasSubstr("ticket.created"));
    expect_webhooks("");
    EXPECT_THAT(states(plan({"contact"}, false)).at(0).sentence, HasSubstr("no webhook"));
}

TEST_F(ZendeskSubscriptions, WhatWasSwitchedOffOrCutDownIsMendedAndKeepsWhatItHas) {
    expect_webhooks(
        webhook(R"("zen:event-type:user.photo_changed","zen:event-type:organization.created")", "inactive")
    );
    session_.expect("PATCH /api/v2/webhooks/w1")
        .with(
            R"({"webhook":{"status":"active","subscriptions":["zen:event-type:user.photo_changed",)" +
            std::string(kOfOrganizations) + "]}}"
        )
        .answer(204);
    expect_secret("s1");
    const auto found = states(plan({"company"}));
    EXPECT_EQ(found.at(0).state, State::repaired);
    EXPECT_EQ(found.at(0).remote_id, "w1");
    EXPECT_EQ(found.at(0).secret, "");
}

TEST_F(ZendeskSubscriptions, AnAccountWithoutEventsOfTicketsHasTheRest) {
    expect_webhooks("");
    session_.expect("POST /api/v2/webhooks")
        .answer(400, R"({"errors":[{"code":"InvalidWebhook","detail":"ticket.created is not supported"}]})");
    session_.expect("POST /api/v2/webhooks").answer(201, R"({"webhook":{"id":"w1"}})");
    expect_secret("new");
    const auto found = states(plan({"company", "ticket"}));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].state, State::repaired);
    EXPECT_EQ(found[1].state, State::refused);
    EXPECT_THAT(found[1].sentence, HasSubstr("not supported"));
    EXPECT_THAT(sent_events(1), HasSubstr("ticket.created"));
    EXPECT_EQ(sent_events(2).find("ticket."), std::string::npos);
}

TEST_F(ZendeskSubscriptions, ATriggerThatAnAdministratorMadeDoesForTickets) {
    expect_webhooks(
        webhook(kOfOrganizations) +
        R"(,{"id":"w2","endpoint":"https://n.example/webhooks/integrations/zendesk/i1","status":"active","subscriptions":["conditional_ticket_events"]})"
    );
    expect_secret("s1");
    const auto found = states(plan({"company", "ticket"}));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].remote_id, "w1");
    EXPECT_EQ(found[1].state, State::held);
    EXPECT_EQ(found[1].remote_id, "w2");
}

TEST_F(ZendeskSubscriptions, ARefusalIsTold) {
    expect_webhooks("");
    session_.expect("POST /api/v2/webhooks")
        .answer(403, R"({"errors":[{"code":"Forbidden","title":"Forbidden","detail":"no rights"}]})");
    const auto found = states(plan({"contact"}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].state, State::refused);
    EXPECT_THAT(found[0].sentence, HasSubstr("no rights"));
}

TEST_F(ZendeskSubscriptions, ASecretThatCannotBeReadIsAskedFor) {
    expect_webhooks("");
    session_.expect("POST /api/v2/webhooks").answer(201, R"({"webhook":{"id":"w1"}})");
    session_.expect("GET /api/v2/webhooks/w1/signing_secret").answer(403, R"({"error":"Forbidden"})");
    const auto found = states(plan({"contact"}));
    EXPECT_EQ(found.at(0).state, State::repaired);
    EXPECT_THAT(found.at(0).sentence, HasSubstr("signing secret of the webhook w1"));
}

TEST_F(ZendeskSubscriptions, WhatPassesByItselfEndsTheLook) {
    session_.expect(kList).answer(503, "down", "text/html");
    const auto found = support::run(connector_->subscriptions(session_, plan({"contact"})));
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().kind, OutcomeKind::unavailable);
}

TEST_F(ZendeskSubscriptions, AllPagesAreLookedThrough) {
    session_.expect(kList).answer(200, R"({"webhooks":[],"meta":{"has_more":true,"after_cursor":"c"}})");
    session_.expect("GET /api/v2/webhooks?page[size]=100&page[after]=c")
        .answer(200, R"({"webhooks":[)" + webhook(kOfOrganizations) + R"(],"meta":{"has_more":false}})");
    expect_secret("s1");
    EXPECT_EQ(states(plan({"company"})).at(0).state, State::held);
}

TEST_F(ZendeskSubscriptions, NothingIsWantedForWhatOnlyGoesThere) {
    expect_webhooks("");
    EXPECT_TRUE(states(plan({"note", "call"})).empty());
}

}  // namespace
}  // namespace navette::zendesk
