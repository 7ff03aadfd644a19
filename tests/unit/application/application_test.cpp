// The webhook that an entry of the feed becomes, and what an endpoint's answers lead to.
#include "tests/support/connector_test.hpp"
#include "tests/support/manifest_mapping.hpp"

#include <gmock/gmock.h>

namespace navette::application {
namespace {

namespace json = sdk::json;
using sdk::OutcomeKind;
using ::testing::HasSubstr;

/// A job's data as navette.publish_change makes it.
std::string entry(int position) {
    return R"({"id":"chg_0123456789ab_)" + std::to_string(position) +
           R"(","type":"customer.updated","position":)" + std::to_string(position) +
           R"(,"entity_type":"customer","entity_id":"42","operation":"upsert","integration_id":"int_shop",)"
           R"("remote_id":"r7","event_type":"customers/update","data":{"name":"Jane","address":{"city":null}},)"
           R"("version":3,"fields":["name"],"occurred_at":"2026-05-15T10:00:00.000Z",)"
           R"("created_at":"2026-05-15T10:00:01.000Z"})";
}

class Application : public support::ConnectorTest {
  protected:
    Application() { session_.set("url", "https://app.test/hooks"); }

    /// What the manifest's mapping makes of an entry, pushed.
    sdk::Outcome deliver(int position) {
        return push(
            operation("change", json::serialize(support::mapped(manifest_, "change", entry(position))))
        );
    }
    sdk::Outcome answered(int position, int status, const std::string& body = {}) {
        session_.expect("POST ").answer(status, body);
        return deliver(position);
    }

    config::Manifest manifest_ = support::manifest_of("application");
};

TEST_F(Application, AnEntryOfTheFeedIsSentWholeInTheShapeThatTheSpecificationRecommends) {
    session_.expect("POST ").with_header("webhook-id", "chg_0123456789ab_7").answer(204);
    const auto outcome = deliver(7);
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(
        json::parse(session_.sent().front().body),
        json::parse(
            R"({"type":"customer.updated","timestamp":"2026-05-15T10:00:00.000Z","data":{"position":7,)"
            R"("entity_type":"customer","entity_id":"42","operation":"upsert","integration_id":"int_shop",)"
            R"("remote_id":"r7","event_type":"customers/update","data":{"name":"Jane","address":{"city":null}},)"
            R"("version":3,"fields":["name"],"occurred_at":"2026-05-15T10:00:00.000Z",)"
            R"("created_at":"2026-05-15T10:00:01.000Z"}})"
        )
    );
}

TEST_F(Application, WithoutAKnownTimeOfTheEventThatOfTheEntryStands) {
    auto record = json::parse(entry(7)).as_object();
    record["occurred_at"] = nullptr;
    record["version"] = nullptr;
    record["fields"] = nullptr;
    session_.expect("POST ").with(R"({"timestamp":"2026-05-15T10:00:01.000Z"})").answer(200);
    push(operation("change", json::serialize(support::mapped(manifest_, "change", json::serialize(record)))));
}

TEST_F(Application, RepeatedDeliveriesAreTheSameToTheByte) {
    answered(7, 500);
    answered(7, 200);
    EXPECT_EQ(session_.sent().at(0).body, session_.sent().at(1).body);
    EXPECT_EQ(
        sdk::first_header(session_.sent().at(0).headers, "webhook-id"),
        sdk::first_header(session_.sent().at(1).headers, "webhook-id")
    );
}

TEST_F(Application, AnAddressThatEndsInASlashIsMetThere) {
    session_.set("url", "https://app.test/hooks/");
    session_.expect("POST /").answer(200);
    EXPECT_EQ(deliver(1).kind, OutcomeKind::done);
}

TEST_F(Application, WhatIsNoEntryOfTheFeedIsRefused) {
    const auto outcome = push(operation("change", R"({"id":"42","name":"Jane"})"));
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_THAT(outcome.message, HasSubstr("no entry of the change feed"));
}

TEST_F(Application, AnIdThatCouldBeTakenApartIsNeverSigned) {
    const auto outcome = push(operation("change", R"({"id":"a.1","type":"x.y","data":{}})"));
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
}

TEST_F(Application, GoneSwitchesTheEndpointOffAtOnce) {
    const auto outcome = answered(1, 410);
    EXPECT_EQ(outcome.kind, OutcomeKind::misconfigured);
    EXPECT_THAT(outcome.message, HasSubstr("wants no more webhooks"));
}

TEST_F(Application, AnEndpointThatAsksForAPauseGetsIt) {
    session_.expect("POST ").answer(429);
    EXPECT_EQ(deliver(1).kind, OutcomeKind::throttled);
    session_.expect("POST ").answer(503);
    EXPECT_EQ(deliver(1).kind, OutcomeKind::unavailable);
    session_.expect("POST ").fail(Transport::not_sent);
    EXPECT_EQ(deliver(1).kind, OutcomeKind::unavailable);
}

TEST_F(Application, ARedirectIsAFailureThatTellsWhatToDo) {
    const auto outcome = answered(1, 302);
    EXPECT_EQ(outcome.kind, OutcomeKind::retry);
    EXPECT_THAT(outcome.message, HasSubstr("not followed"));
}

TEST_F(Application, AnAnswerThatDidNotComeMayHaveBeenADelivery) {
    session_.expect("POST ").fail(Transport::cut_off);
    const auto outcome = deliver(1);
    EXPECT_EQ(outcome.kind, OutcomeKind::retry);
    EXPECT_TRUE(outcome.maybe_applied);
}

TEST_F(Application, OneWebhookThatIsRefusedAgainAndAgainIsItsOwnTrouble) {
    for (int attempt = 0; attempt < 6; ++attempt) {
        EXPECT_EQ(answered(1, 500).kind, OutcomeKind::retry) << attempt;
    }
}

TEST_F(Application, AnEndpointThatRefusesAllIsAwayUntilItTakesOne) {
    EXPECT_EQ(answered(1, 500).kind, OutcomeKind::retry);
    EXPECT_EQ(answered(2, 400).kind, OutcomeKind::retry);
    EXPECT_EQ(answered(3, 500).kind, OutcomeKind::unavailable);
    EXPECT_EQ(answered(1, 500).kind, OutcomeKind::unavailable);
    EXPECT_EQ(answered(1, 200).kind, OutcomeKind::done);
    EXPECT_EQ(answered(4, 500).kind, OutcomeKind::retry);
}

TEST_F(Application, TheTestSendsASignedWebhookOfItsOwnType) {
    session_.set_now(sdk::Instant(std::chrono::seconds(1'800'000'000)));
    session_.expect("POST ")
        .with(R"({"type":"navette.test","timestamp":"2027-01-15T08:00:00Z"})")
        .with_header("webhook-id", "test_1800000000000")
        .answer(200);
    EXPECT_THAT(sentence_of_test(true), HasSubstr("navette.test"));
    session_.expect("POST ").answer(401, "who are you");
    EXPECT_THAT(sentence_of_test(false), HasSubstr("401: who are you"));
}

TEST_F(Application, TheTestNamesAnEventThatTheFeedNeverTells) {
    session_.set("events", "customer.* order.paid, x.deleted");
    EXPECT_THAT(sentence_of_test(false), HasSubstr("'order.paid'"));
    session_.set("events", " customer.*,order.created\norder.archived ");
    session_.expect("POST ").answer(200);
    sentence_of_test(true);
}

TEST_F(Application, TheManifestSignsAndSwitchesOffAndTakesTheFeedAlone) {
    EXPECT_EQ(manifest_.auth.at(0).type, config::AuthSpec::Type::standard_webhooks);
    EXPECT_EQ(manifest_.auth.at(0).secret, "signing_secret");
    ASSERT_TRUE(manifest_.disable);
    EXPECT_EQ(manifest_.disable->attempts, 20);
    EXPECT_EQ(manifest_.field("disable_after")->fallback, "5d");
    const auto* change = manifest_.object("change");
    EXPECT_TRUE(change->every_event);
    EXPECT_FALSE(change->linked);
}

}  // namespace
}  // namespace navette::application
