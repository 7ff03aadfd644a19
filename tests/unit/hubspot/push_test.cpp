#include "tests/support/connector_test.hpp"

namespace navette::hubspot {
namespace {

using sdk::OutcomeKind;

class HubSpotPush : public support::ConnectorTest {
  protected:
    HubSpotPush() {
        session_.set("pipeline", "default");
        session_.set("first_stage", "appointmentscheduled");
        session_.set("stages", {{"won", "closedwon"}});
    }
};

constexpr auto kUpsertContacts = "POST /crm/objects/2026-09/contacts/batch/upsert";

TEST_F(HubSpotPush, AContactIsFoundByItsEmailAndEveryValueIsAText) {
    session_.expect(kUpsertContacts)
        .with(
            R"({"inputs":[{"id":"ana@x.test","idProperty":"email","objectWriteTraceId":"nv-1",)"
            R"("properties":{"email":"ana@x.test","firstname":"Ana","age":"42","score":"19.99","vip":"true","phone":"","tags":"a;b"}}]})"
        )
        .answer(
            200,
            R"({"status":"COMPLETE","results":[{"id":"501","objectWriteTraceId":"nv-1","new":true,"updatedAt":"2026-01-01T00:00:00Z"}]})"
        );
    const auto outcome = push(operation(
        "contact",
        R"({"email":"ana@x.test","firstname":"Ana","age":42,"score":19.99,"vip":true,"phone":null,"tags":["a","b"]})"
    ));
    EXPECT_EQ(outcome.kind, OutcomeKind::done) << outcome.message;
    EXPECT_EQ(outcome.remote_id, "501");
    EXPECT_EQ(outcome.remote_version, "2026-01-01T00:00:00Z");
}

TEST_F(HubSpotPush, WithoutAnEmailOurKeyIsTheUniqueProperty) {
    session_.expect(kUpsertContacts)
        .with(
            R"({"inputs":[{"id":"nv-1","idProperty":"navette_external_id","properties":{"firstname":"Ana","navette_external_id":"nv-1"}}]})"
        )
        .answer(200, R"({"results":[{"id":"501","properties":{"navette_external_id":"nv-1"}}]})");
    EXPECT_EQ(push(operation("contact", R"({"firstname":"Ana"})")).remote_id, "501");
}

TEST_F(HubSpotPush, ACreateWhoseAnswerIsLostIsRepeatedAndMakesNoSecondRecord) {
    const auto* const body =
        R"({"inputs":[{"id":"nv-1","idProperty":"navette_external_id","properties":{"dealname":"D","navette_external_id":"nv-1"}}]})";
    session_.expect("POST /crm/objects/2026-09/deals/batch/upsert").with(body).fail(Transport::cut_off);
    const auto lost = push(operation("deal", R"({"dealname":"D"})"));
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);

    session_.expect("POST /crm/objects/2026-09/deals/batch/upsert")
        .with(body)
        .answer(200, R"({"results":[{"id":"7","new":false,"objectWriteTraceId":"nv-1"}]})");
    auto again = operation("deal", R"({"dealname":"D"})");
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "7");
    // The two requests are the same to the byte, so HubSpot finds what the first one made.
    EXPECT_EQ(session_.sent().at(0).body, session_.sent().at(1).body);
}

TEST_F(HubSpotPush, ABatchTellsEachRecordByItsTraceWhateverTheOrder) {
    session_.expect(kUpsertContacts)
        .answer(
            207,
            R"({"status":"COMPLETE","results":[{"id":"503","objectWriteTraceId":"nv-3"},{"id":"501","objectWriteTraceId":"nv-1"}],)"
            R"("numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"Property values were not valid",)"
            R"("context":{"objectWriteTraceId":["nv-2"]},"errors":[{"message":"bad was not one of the allowed options","code":"INVALID_OPTION","context":{"propertyName":["lifecyclestage"]}}]}]})"
        );
    const auto outcomes = push_all(
        {operation("contact", R"({"email":"a@x.test"})", "", "1"),
         operation("contact", R"({"email":"b@x.test","lifecyclestage":"bad"})", "", "2"),
         operation("contact", R"({"email":"c@x.test"})", "", "3"),
         operation("contact", R"({"email":"d@x.test"})", "", "4")}
    );
    EXPECT_EQ(outcomes[0].remote_id, "501");
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[1].field, "lifecyclestage");
    EXPECT_NE(outcomes[1].message.find("not one of the allowed options"), std::string::npos);
    EXPECT_EQ(outcomes[2].remote_id, "503");
    EXPECT_EQ(outcomes[3].kind, OutcomeKind::retry) << "of the fourth the answer tells nothing";
    EXPECT_TRUE(outcomes[3].maybe_applied);
}

TEST_F(HubSpotPush, TwoRecordsWithOneEmailNeverTravelTogether) {
    session_.expect(kUpsertContacts)
        .with(R"({"inputs":[{"id":"a@x.test","objectWriteTraceId":"nv-1"}]})")
        .answer(200, R"({"results":[{"id":"501","objectWriteTraceId":"nv-1"}]})");
    session_.expect(kUpsertContacts)
        .with(R"({"inputs":[{"id":"a@x.test","objectWriteTraceId":"nv-2"}]})")
        .answer(200, R"({"results":[{"id":"501","objectWriteTraceId":"nv-2"}]})");
    const auto outcomes = push_all(
        {operation("contact", R"({"email":"a@x.test"})", "", "1"),
         operation("contact", R"({"email":"a@x.test"})", "", "2")}
    );
    EXPECT_EQ(outcomes[0].remote_id, "501");
    EXPECT_EQ(outcomes[1].remote_id, "501");
}

TEST_F(HubSpotPush, LinkedRecordsAreUpdatedByTheirIds) {
    session_.expect("POST /crm/objects/2026-09/companies/batch/update")
        .with(R"({"inputs":[{"id":"8","properties":{"name":"A"}},{"id":"9","properties":{"name":"B"}}]})")
        .answer(
            207,
            R"({"results":[{"id":"8"}],"errors":[{"category":"OBJECT_NOT_FOUND","message":"no 9","context":{"objectWriteTraceId":["nv-2"]}}]})"
        );
    // A merged record is not found in a batch, and reached alone.
    session_.expect("PATCH /crm/objects/2026-09/companies/9")
        .with(R"({"properties":{"name":"B"}})")
        .answer(200, R"({"id":"10","updatedAt":"v2"})");
    const auto outcomes = push_all(
        {operation("company", R"({"name":"A"})", "8", "1"), operation("company", R"({"name":"B"})", "9", "2")}
    );
    EXPECT_EQ(outcomes[0].remote_id, "8");
    EXPECT_EQ(outcomes[1].remote_id, "10");
}

TEST_F(HubSpotPush, ALinkedRecordThatIsNoMoreIsGone) {
    session_.expect("PATCH /crm/objects/2026-09/contacts/9")
        .answer(404, R"({"status":"error","category":"OBJECT_NOT_FOUND","message":"Object not found"})");
    EXPECT_EQ(push(operation("contact", R"({"email":"a@x.test"})", "9")).kind, OutcomeKind::gone);
}

TEST_F(HubSpotPush, AnEmailThatAnotherContactHoldsIsAdopted) {
    session_.expect(kUpsertContacts)
        .answer(
            409,
            R"({"status":"error","message":"Contact already exists. Existing ID: 123","category":"CONFLICT"})"
        );
    session_.expect("PATCH /crm/objects/2026-09/contacts/123").answer(200, R"({"id":"123"})");
    EXPECT_EQ(push(operation("contact", R"({"email":"a@x.test"})")).remote_id, "123");
}

TEST_F(HubSpotPush, ADealGetsItsStageAndItsParents) {
    session_.expect("POST /crm/objects/2026-09/deals/batch/upsert")
        .with(R"({"inputs":[{"properties":{"dealname":"D","dealstage":"closedwon","pipeline":"default"}}]})")
        .answer(200, R"({"results":[{"id":"7","objectWriteTraceId":"nv-1"}]})");
    session_.expect("POST /crm/associations/2026-09/deals/companies/batch/associate/default")
        .with(R"({"inputs":[{"from":{"id":"7"},"to":{"id":"30"}}]})")
        .answer(200, R"({"status":"COMPLETE","results":[]})");
    session_.expect("POST /crm/associations/2026-09/deals/contacts/batch/associate/default")
        .with(R"({"inputs":[{"from":{"id":"7"},"to":{"id":"20"}}]})")
        .answer(200, R"({"status":"COMPLETE","results":[]})");
    auto deal = operation("deal", R"({"dealname":"D","_stage":"Won"})");
    deal.references = {{"contact", "20"}, {"company", "30"}};
    EXPECT_EQ(push(std::move(deal)).remote_id, "7");
}

TEST_F(HubSpotPush, ARecordThatCannotBeAssociatedIsNotDone) {
    session_.expect("POST /crm/objects/2026-09/notes/batch/upsert")
        .answer(200, R"({"results":[{"id":"7","objectWriteTraceId":"nv-1"}]})");
    session_.expect("POST /crm/associations/2026-09/notes/contacts/batch/associate/default")
        .answer(503, "<html>busy</html>", "text/html");
    auto note = operation("note", R"({"_note":"hello"})");
    note.references = {{"contact", "20"}};
    const auto outcome = push(std::move(note));
    EXPECT_EQ(outcome.kind, OutcomeKind::unavailable);
    EXPECT_TRUE(outcome.maybe_applied);
    EXPECT_NE(outcome.message.find("contact"), std::string::npos);
}

TEST_F(HubSpotPush, NotesAndCallsAreEscapedTimedAndCountedInMilliseconds) {
    session_.set_now(sdk::Instant(std::chrono::milliseconds(1'767'225'600'000)));
    session_.expect("POST /crm/objects/2026-09/notes/batch/upsert")
        .with(
            R"({"inputs":[{"properties":{"hs_note_body":"1 &lt; 2 &amp; 3<br>end","hs_timestamp":"1767225600000"}}]})"
        )
        .answer(200, R"({"results":[{"id":"7","objectWriteTraceId":"nv-1"}]})");
    EXPECT_EQ(push(operation("note", R"({"_note":"1 < 2 & 3\r\nend"})")).remote_id, "7");
    session_.expect("POST /crm/objects/2026-09/calls/batch/upsert")
        .with(
            R"({"inputs":[{"properties":{"hs_call_duration":"300000","hs_call_body":"a&lt;b","hs_timestamp":"5"}}]})"
        )
        .answer(200, R"({"results":[{"id":"8","objectWriteTraceId":"nv-1"}]})");
    EXPECT_EQ(
        push(operation("call", R"({"_duration_s":300,"_summary":"a<b","hs_timestamp":5})")).remote_id, "8"
    );
}

TEST_F(HubSpotPush, ALifecycleStageThatDidNotMoveIsRemarked) {
    session_.expect(kUpsertContacts)
        .answer(
            200,
            R"({"results":[{"id":"5","objectWriteTraceId":"nv-1","properties":{"lifecyclestage":"customer"}}]})"
        );
    EXPECT_EQ(
        push(operation("contact", R"({"email":"a@x.test","lifecyclestage":"lead"})")).kind, OutcomeKind::done
    );
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_NE(session_.remarks().front().find("customer"), std::string::npos);
}

TEST_F(HubSpotPush, ALinkedContactsStageThatDidNotMoveIsRemarkedToo) {
    session_.expect("PATCH /crm/objects/2026-09/contacts/5")
        .answer(200, R"({"id":"5","properties":{"lifecyclestage":"customer"}})");
    EXPECT_EQ(push(operation("contact", R"({"lifecyclestage":"lead"})", "5")).kind, OutcomeKind::done);
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_NE(session_.remarks().front().find("customer"), std::string::npos);
}

TEST_F(HubSpotPush, AMissingUniquePropertyIsNamedWithWhatToDo) {
    session_.expect("POST /crm/objects/2026-09/deals/batch/upsert")
        .answer(
            400,
            R"({"status":"error","message":"Property navette_external_id does not exist","category":"VALIDATION_ERROR"})"
        );
    const auto outcome = push(operation("deal", R"({"dealname":"D"})"));
    EXPECT_EQ(outcome.kind, OutcomeKind::misconfigured);
    EXPECT_NE(outcome.message.find("unique property navette_external_id on deals"), std::string::npos);
}

TEST_F(HubSpotPush, DeletesArchiveWhatIsKnown) {
    session_.expect("POST /crm/objects/2026-09/contacts/batch/archive")
        .with(R"({"inputs":[{"id":"5"},{"id":"6"}]})")
        .answer(204);
    const auto outcomes =
        push_all({removal("contact", "5", "1"), removal("contact", "", "2"), removal("contact", "6", "3")});
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::skipped);
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::done);
}

TEST_F(HubSpotPush, TheVersionInThePathIsASetting) {
    session_.set("api_version", "2026-03");
    session_.expect("POST /crm/objects/2026-03/contacts/batch/upsert")
        .answer(200, R"({"results":[{"id":"5","objectWriteTraceId":"nv-1"}]})");
    EXPECT_EQ(push(operation("contact", R"({"email":"a@x.test"})")).kind, OutcomeKind::done);
}

TEST_F(HubSpotPush, AnAnswerThatCannotBeReadLeavesOpenWhatHappened) {
    for (const auto* body :
         {"<html>hello</html>", "{\"results\":", "[]", R"({"results":[{"objectWriteTraceId":"nv-1"}]})"}) {
        session_.expect(kUpsertContacts).answer(200, body);
        const auto outcome = push(operation("contact", R"({"email":"a@x.test"})"));
        EXPECT_EQ(outcome.kind, OutcomeKind::retry) << body;
        EXPECT_TRUE(outcome.maybe_applied) << body;
    }
}

}  // namespace
}  // namespace navette::hubspot
