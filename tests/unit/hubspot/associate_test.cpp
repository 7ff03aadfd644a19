// Associations with parents, and parts of a batch that HubSpot refuses as one.
#include "tests/support/connector_test.hpp"

namespace navette::hubspot {
namespace {

using sdk::OutcomeKind;

constexpr auto kUpsert = "POST /crm/objects/2026-09/contacts/batch/upsert";
constexpr auto kUpdate = "POST /crm/objects/2026-09/contacts/batch/update";
constexpr auto kAssociate = "POST /crm/associations/2026-09/contacts/companies/batch/associate/default";
constexpr auto kBothWritten =
    R"({"results":[{"id":"502","objectWriteTraceId":"nv-2"},{"id":"501","objectWriteTraceId":"nv-1"}]})";

class HubSpotAssociate : public support::ConnectorTest {
  protected:
    /// Contacts 1 and 2 with the companies 30 and 31.
    std::vector<sdk::Outcome> push_two() {
        std::vector<sdk::Operation> batch;
        batch.push_back(operation("contact", R"({"email":"a@x.test"})", "", "1"));
        batch.push_back(operation("contact", R"({"email":"b@x.test"})", "", "2"));
        batch[0].references = {{"company", "30"}};
        batch[1].references = {{"company", "31"}};
        return push_all(std::move(batch));
    }

    support::ScriptedSession::Exchange& expect_single(
        const std::string& contact, const std::string& company
    ) {
        return session_.expect(
            "PUT /crm/objects/2026-09/contacts/" + contact + "/associations/default/companies/" + company
        );
    }
};

TEST_F(HubSpotAssociate, AllPairsTravelTogether) {
    session_.expect(kUpsert).answer(200, kBothWritten);
    session_.expect(kAssociate)
        .with(R"({"inputs":[{"from":{"id":"501"},"to":{"id":"30"}},{"from":{"id":"502"},"to":{"id":"31"}}]})")
        .answer(200, R"({"status":"COMPLETE","results":[]})");
    for (const auto& outcome : push_two()) {
        EXPECT_EQ(outcome.kind, OutcomeKind::done) << outcome.message;
    }
}

TEST_F(HubSpotAssociate, AParentThatIsNoMoreSinksOnlyItsChildAndNotTheChildsLink) {
    session_.expect(kUpsert).answer(200, kBothWritten);
    session_.expect(kAssociate)
        .answer(
            207,
            R"({"results":[{"from":{"id":"30"},"to":{"id":"501"}},{"from":{"id":"501"},"to":{"id":"30"}}],)"
            R"("errors":[{"category":"OBJECT_NOT_FOUND","message":"one of them is not there"}]})"
        );
    expect_single("502", "31").answer(404, R"({"category":"OBJECT_NOT_FOUND","message":"no company 31"})");
    const auto outcomes = push_two();
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done) << outcomes[0].message;
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected) << "gone would drop the link of the contact";
    EXPECT_NE(outcomes[1].message.find("not associated with its company"), std::string::npos);
    EXPECT_NE(outcomes[1].message.find("no company 31"), std::string::npos);
}

TEST_F(HubSpotAssociate, PairsThatAreRefusedAsOneGoAlone) {
    session_.expect(kUpsert).answer(200, kBothWritten);
    session_.expect(kAssociate).answer(400, R"({"category":"VALIDATION_ERROR","message":"no"})");
    expect_single("501", "30").answer(400, R"({"category":"VALIDATION_ERROR","message":"no company"})");
    expect_single("502", "31").answer(200, R"({"results":[]})");
    const auto outcomes = push_two();
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::done) << outcomes[1].message;
}

TEST_F(HubSpotAssociate, APlatformInTheWayEndsTheSingleTries) {
    session_.expect(kUpsert).answer(200, kBothWritten);
    session_.expect(kAssociate).answer(400, R"({"category":"VALIDATION_ERROR","message":"no"})");
    expect_single("501", "30").answer(429, R"({"policyName":"TEN_SECONDLY_ROLLING","message":"slower"})");
    for (const auto& outcome : push_two()) {
        EXPECT_EQ(outcome.kind, OutcomeKind::throttled) << outcome.message;
        EXPECT_TRUE(outcome.maybe_applied);
        EXPECT_TRUE(outcome.retry_after.has_value());
    }
}

TEST_F(HubSpotAssociate, ASecondEmailOfAnotherContactIsAdoptedInABatchToo) {
    session_.expect(kUpsert).answer(
        207,
        R"({"results":[{"id":"501","objectWriteTraceId":"nv-1"}],"errors":[{"category":"CONFLICT",)"
        R"("message":"Contact already exists. Existing ID: 123","context":{"objectWriteTraceId":["nv-2"]}}]})"
    );
    session_.expect("PATCH /crm/objects/2026-09/contacts/123").answer(200, R"({"id":"123"})");
    const auto outcomes = push_all(
        {operation("contact", R"({"email":"a@x.test"})", "", "1"),
         operation("contact", R"({"email":"b@x.test"})", "", "2")}
    );
    EXPECT_EQ(outcomes[0].remote_id, "501");
    EXPECT_EQ(outcomes[1].remote_id, "123");
}

TEST_F(HubSpotAssociate, ABatchRefusedAsAWholeIsLeftToTheEngine) {
    session_.expect(kUpsert).answer(
        409, R"({"category":"CONFLICT","message":"Contact already exists. Existing ID: 123"})"
    );
    const auto outcomes = push_all(
        {operation("contact", R"({"email":"a@x.test"})", "", "1"),
         operation("contact", R"({"email":"b@x.test"})", "", "2")}
    );
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::conflict) << "which of the two it is, nobody said";
    EXPECT_EQ(outcomes[0].message, outcomes[1].message);
}

TEST_F(HubSpotAssociate, APartRefusedAsAWholeIsHalvedUntilTheBadRecordStandsAlone) {
    const auto* const refusal = R"({"category":"VALIDATION_ERROR","message":"bad phone"})";
    session_.expect(kUpdate).with(R"({"inputs":[{"id":"7"},{"id":"8"}]})").answer(400, refusal);
    session_.expect(kUpdate).with(R"({"inputs":[{"id":"7"}]})").answer(200, R"({"results":[{"id":"7"}]})");
    session_.expect(kUpdate).with(R"({"inputs":[{"id":"8"}]})").answer(400, refusal);
    session_.expect(kUpsert).answer(200, R"({"results":[{"id":"501","objectWriteTraceId":"nv-3"}]})");
    const auto outcomes = push_all(
        {operation("contact", R"({"phone":"1"})", "7", "1"),
         operation("contact", R"({"phone":"bad"})", "8", "2"),
         operation("contact", R"({"email":"c@x.test"})", "", "3")}
    );
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done) << outcomes[0].message;
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[2].remote_id, "501");
}

}  // namespace
}  // namespace navette::hubspot
