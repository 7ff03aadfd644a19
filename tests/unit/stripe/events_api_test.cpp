// The connection test, the list of missed events, and a payment as it stands.
#include "tests/support/scripted_session.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::stripe {
namespace {

namespace json = sdk::json;
using sdk::OutcomeKind;
using support::run;
using Transport = sdk::TransportFailure::Kind;

const std::string kTypes =
    "&types[]=payment_intent.succeeded&types[]=payment_intent.payment_failed&types[]=payment_intent.canceled"
    "&types[]=charge.refunded&types[]=refund.created&types[]=refund.updated&types[]=refund.failed";

std::string error_of(const std::string& code, const std::string& message) {
    return R"({"error":{"type":"invalid_request_error","code":")" + code + R"(","message":")" + message +
           "\"}}";
}

std::string event(const std::string& id, int created, const std::string& type = "payment_intent.succeeded") {
    return R"({"id":")" + id + R"(","object":"event","created":)" + std::to_string(created) + R"(,"type":")" +
           type + R"(","data":{"object":{"id":"pi_)" + id + R"(","object":"payment_intent","amount":100}}})";
}

std::string list(const std::string& events, bool more) {
    return R"({"object":"list","has_more":)" + std::string(more ? "true" : "false") + R"(,"data":[)" +
           events + "]}";
}

class StripeReads : public ::testing::Test {
  protected:
    StripeReads() { session_.set("catch_up", true); }

    std::expected<sdk::PullPage, sdk::Outcome> pull(json::value cursor = nullptr) {
        sdk::PullRequest request;
        request.object = "payment";
        request.cursor = std::move(cursor);
        return run(connector_->pull(session_, std::move(request)));
    }

    std::unique_ptr<sdk::Connector> connector_{navette_connector_create()};
    support::ScriptedSession session_;
};

TEST_F(StripeReads, WithoutCatchUpNothingIsCalled) {
    session_.set("catch_up", false);
    const auto report = run(connector_->test(session_));
    EXPECT_TRUE(report.ok);
    EXPECT_NE(report.sentence.find("catch_up is off"), std::string::npos);
    EXPECT_EQ(pull().error().kind, OutcomeKind::misconfigured);
}

TEST_F(StripeReads, TheTestTriesBothRights) {
    session_.expect("GET /v1/events?limit=1" + kTypes).answer(200, list("", false));
    session_.expect("GET /v1/payment_intents?limit=1&expand[]=data.latest_charge")
        .answer(200, list("", false));
    EXPECT_TRUE(run(connector_->test(session_)).ok);
}

TEST_F(StripeReads, TheTestTellsAMissingRightInStripesWords) {
    session_.expect("GET /v1/events?limit=1" + kTypes).answer(200, list("", false));
    session_.expect("GET /v1/payment_intents?limit=1&expand[]=data.latest_charge")
        .answer(403, error_of("", "The provided key does not have the required permissions"));
    const auto report = run(connector_->test(session_));
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("required permissions"), std::string::npos) << report.sentence;
    EXPECT_NE(report.sentence.find("payments cannot be read"), std::string::npos) << report.sentence;
}

TEST_F(StripeReads, TheTestTellsAKeyThatWasRolled) {
    session_.expect("GET /v1/events?limit=1" + kTypes).answer(401, error_of("", "Expired API Key provided"));
    const auto report = run(connector_->test(session_));
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("Expired API Key provided"), std::string::npos) << report.sentence;
    EXPECT_NE(report.sentence.find("restricted key"), std::string::npos) << report.sentence;
}

TEST_F(StripeReads, ASweepReadsAllPagesAndTheNextOneOverlapsItByTenMinutes) {
    session_.expect("GET /v1/events?limit=100" + kTypes).with_header("Stripe-Version", "2026-10-28.endive");
    const auto empty = pull();
    ASSERT_FALSE(empty.has_value());  // 200 without a body is no list

    session_.expect("GET /v1/events?limit=100" + kTypes)
        .answer(200, list(event("evt_3", 5000) + "," + event("evt_2", 4000), true));
    auto page = pull();
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    ASSERT_EQ(page->records.size(), 2U);
    EXPECT_EQ(page->records[0].remote_id, "pi_evt_2");  // oldest first
    EXPECT_EQ(page->records[0].version, "evt_2");
    EXPECT_EQ(page->records[0].fields.at("event_id"), "evt_2");
    EXPECT_EQ(page->records[0].fields.at("event_type"), "payment_intent.succeeded");
    EXPECT_EQ(page->records[1].modified_at, sdk::Instant(std::chrono::seconds(5000)));
    EXPECT_EQ(page->cursor, json::parse(R"({"next":5000,"after":"evt_2"})"));

    session_.expect("GET /v1/events?limit=100" + kTypes + "&starting_after=evt_2")
        .answer(200, list(event("evt_1", 3000), false));
    page = pull(page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_FALSE(page->more);
    EXPECT_EQ(page->cursor, json::parse(R"({"since":4400})"));

    session_.expect("GET /v1/events?limit=100" + kTypes + "&created[gte]=4400").answer(200, list("", false));
    page = pull(page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->cursor, json::parse(R"({"since":4400})"));
}

TEST_F(StripeReads, EventsThatConcernNoPaymentAreLeftOut) {
    session_.expect("GET /v1/events?limit=100" + kTypes)
        .answer(200, list(event("evt_1", 3000, "customer.created") + ",7,{}", false));
    const auto page = pull();
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->records.empty());
}

TEST_F(StripeReads, FailuresHaveTheirOutcome) {
    const std::string line = "GET /v1/events?limit=100" + kTypes;
    const std::vector<std::pair<int, OutcomeKind>> kinds{
        {401, OutcomeKind::needs_reauth},
        {403, OutcomeKind::misconfigured},
        {404, OutcomeKind::gone},
        {429, OutcomeKind::throttled},
        {500, OutcomeKind::unavailable},
        {503, OutcomeKind::unavailable},
        {400, OutcomeKind::rejected},
        {409, OutcomeKind::retry},
        {301, OutcomeKind::misconfigured},
    };
    for (const auto& [status, kind] : kinds) {
        session_.expect(line).answer(status, error_of("x", "words of Stripe"));
        const auto page = pull();
        ASSERT_FALSE(page.has_value());
        EXPECT_EQ(page.error().kind, kind) << status;
        EXPECT_NE(page.error().message.find("words of Stripe"), std::string::npos) << page.error().message;
        EXPECT_FALSE(page.error().maybe_applied);
    }
    session_.expect(line).answer(200, "<html>", "text/html");
    EXPECT_EQ(pull().error().kind, OutcomeKind::retry);
    session_.expect(line).answer(200, R"({"object":"list"})");
    EXPECT_EQ(pull().error().kind, OutcomeKind::retry);
    session_.expect(line).fail(Transport::cut_off);
    EXPECT_EQ(pull().error().kind, OutcomeKind::unavailable);
}

TEST_F(StripeReads, AFetchedPaymentTellsItsRefunds) {
    const std::string line = "GET /v1/payment_intents/pi_1?expand[]=latest_charge";
    const auto fetch = [&](const std::string& intent) {
        session_.expect(line).answer(200, intent);
        const auto record = run(connector_->fetch(session_, "payment", "pi_1"));
        EXPECT_TRUE(record.has_value());
        return record ? record->fields : json::object();
    };
    const std::string open =
        R"({"id":"pi_1","amount":100,"amount_received":100,"currency":"eur","metadata":{"order_id":"42"},)";
    auto fields = fetch(
        open + R"("status":"succeeded","latest_charge":{"id":"ch_1","amount":100,"amount_refunded":0}})"
    );
    EXPECT_EQ(fields.at("status"), "succeeded");
    EXPECT_EQ(fields.at("charge"), "ch_1");
    EXPECT_EQ(fields.at("order_id"), "42");
    fields = fetch(
        open + R"("status":"succeeded","latest_charge":{"id":"ch_1","amount":100,"amount_refunded":40}})"
    );
    EXPECT_EQ(fields.at("status"), "partially_refunded");
    fields = fetch(
        open + R"("status":"succeeded","latest_charge":{"id":"ch_1","amount":100,"amount_refunded":100}})"
    );
    EXPECT_EQ(fields.at("status"), "refunded");
    fields =
        fetch(open + R"("status":"requires_payment_method","last_payment_error":{"code":"card_declined"}})");
    EXPECT_EQ(fields.at("status"), "failed");
    fields = fetch(open + R"("status":"processing"})");
    EXPECT_EQ(fields.at("status"), "processing");
}

TEST_F(StripeReads, APaymentThatIsUnknownIsGone) {
    session_.expect("GET /v1/payment_intents/pi_1?expand[]=latest_charge")
        .answer(404, error_of("resource_missing", "No such payment_intent: 'pi_1'"));
    EXPECT_EQ(run(connector_->fetch(session_, "payment", "pi_1")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(run(connector_->fetch(session_, "payment", "")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(run(connector_->fetch(session_, "order", "1")).error().kind, OutcomeKind::rejected);
}

TEST_F(StripeReads, WithoutCatchUpNothingIsAskedSoThatNoPaymentIsHeld) {
    session_.set("catch_up", false);
    EXPECT_EQ(run(connector_->fetch(session_, "payment", "pi_1")).error().kind, OutcomeKind::skipped);
}

TEST_F(StripeReads, NothingIsWritten) {
    std::vector<sdk::Operation> batch(2);
    const auto outcomes = run(connector_->push(session_, std::move(batch)));
    ASSERT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
}

}  // namespace
}  // namespace navette::stripe
