#include "tests/support/connector_test.hpp"

#include <navette/sdk/signature.hpp>

namespace navette::salesforce {
namespace {

using sdk::OutcomeKind;

class SalesforceNote : public support::ConnectorTest {
  protected:
    static sdk::Operation note(std::string remote_id = {}) {
        auto made = operation("note", R"({"_title":"Contract","_text":"1 < 2"})", std::move(remote_id));
        made.references = {{"contact", "003AA"}, {"deal", "006AA"}, {"company", ""}};
        return made;
    }
};

constexpr auto kComposite = "POST /services/data/v68.0/composite";
constexpr auto kMade =
    R"({"compositeResponse":[{"referenceId":"note","httpStatusCode":201,"body":{"id":"069AA","success":true,"errors":[]}},)"
    R"({"referenceId":"link_contact","httpStatusCode":201,"body":{"id":"06A1","success":true}},)"
    R"({"referenceId":"link_deal","httpStatusCode":201,"body":{"id":"06A2","success":true}}]})";

TEST_F(SalesforceNote, ANoteAndItsLinksAreMadeInOnePiece) {
    session_.expect(kComposite)
        .with(
            R"({"allOrNone":true,"collateSubrequests":false,"compositeRequest":[)"
            R"({"method":"POST","url":"/services/data/v68.0/sobjects/ContentNote","referenceId":"note","body":{"Title":"Contract [nv-1]","Content":")" +
            sdk::base64("1 &lt; 2") +
            R"("}},)"
            R"({"method":"POST","url":"/services/data/v68.0/sobjects/ContentDocumentLink","body":{"ContentDocumentId":"@{note.id}","LinkedEntityId":"003AA","ShareType":"V"}},)"
            R"({"method":"POST","body":{"ContentDocumentId":"@{note.id}","LinkedEntityId":"006AA","ShareType":"V"}}]})"
        )
        .answer(200, kMade);
    const auto outcome = push(note());
    EXPECT_EQ(outcome.kind, OutcomeKind::done) << outcome.message;
    EXPECT_EQ(outcome.remote_id, "069AA");
}

TEST_F(SalesforceNote, OneWhoseAnswerWasLostIsFoundByItsTitle) {
    auto again = note();
    again.key = "nv_1";
    again.maybe_applied = true;
    session_
        .expect(
            R"(GET /services/data/v68.0/query?q=SELECT Id FROM ContentNote WHERE Title LIKE '%[nv\_1]' LIMIT 1)"
        )
        .answer(200, R"({"done":true,"records":[{"Id":"069AA"}]})");
    EXPECT_EQ(push(again).remote_id, "069AA");

    session_
        .expect(
            R"(GET /services/data/v68.0/query?q=SELECT Id FROM ContentNote WHERE Title LIKE '%[nv\_1]' LIMIT 1)"
        )
        .answer(200, R"({"done":true,"records":[]})");
    session_.expect(kComposite).answer(200, kMade);
    EXPECT_EQ(push(again).remote_id, "069AA");
}

TEST_F(SalesforceNote, ALookThatFailsMakesNothingAndStaysOpen) {
    auto again = note();
    again.maybe_applied = true;
    session_
        .expect(
            "GET /services/data/v68.0/query?q=SELECT Id FROM ContentNote WHERE Title LIKE '%[nv-1]' LIMIT 1"
        )
        .answer(503, "<html>busy</html>", "text/html");
    const auto outcome = push(again);
    EXPECT_EQ(outcome.kind, OutcomeKind::unavailable);
    EXPECT_TRUE(outcome.maybe_applied) << "or the next attempt would not look";
}

TEST_F(SalesforceNote, APartThatFailsFailsTheWholeWithItsOwnWords) {
    session_.expect(kComposite)
        .answer(
            200,
            R"({"compositeResponse":[)"
            R"({"referenceId":"note","httpStatusCode":400,"body":[{"errorCode":"PROCESSING_HALTED","message":"rolled back"}]},)"
            R"({"referenceId":"link_contact","httpStatusCode":400,"body":[{"errorCode":"INVALID_CROSS_REFERENCE_KEY","message":"no such contact","fields":["LinkedEntityId"]}]}]})"
        );
    const auto outcome = push(note());
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome.field, "LinkedEntityId");
    EXPECT_NE(outcome.message.find("no such contact"), std::string::npos);
}

TEST_F(SalesforceNote, NotesThatAreSwitchedOffAreNamed) {
    session_.expect(kComposite)
        .answer(
            200,
            R"({"compositeResponse":[{"referenceId":"note","httpStatusCode":404,"body":[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]}]})"
        );
    const auto outcome = push(note());
    EXPECT_EQ(outcome.kind, OutcomeKind::misconfigured);
    EXPECT_NE(outcome.message.find("Notes Settings"), std::string::npos);
}

TEST_F(SalesforceNote, ANoteOfNobodyIsRefusedWithoutACall) {
    auto alone = note();
    alone.references.clear();
    EXPECT_EQ(push(alone).kind, OutcomeKind::rejected);
    EXPECT_TRUE(session_.sent().empty());
}

TEST_F(SalesforceNote, AKnownOneIsChangedAndDeletedByItsId) {
    session_.expect("PATCH /services/data/v68.0/sobjects/ContentNote/069AA")
        .with(R"({"Title":"Contract [nv-1]"})")
        .answer(204);
    EXPECT_EQ(push(note("069AA")).remote_id, "069AA");
    session_.expect("DELETE /services/data/v68.0/sobjects/ContentNote/069AA").answer(204);
    EXPECT_EQ(push(removal("note", "069AA")).kind, OutcomeKind::done);
    session_.expect("DELETE /services/data/v68.0/sobjects/ContentNote/069AA")
        .answer(404, R"([{"errorCode":"ENTITY_IS_DELETED","message":"entity is deleted"}])");
    EXPECT_EQ(push(removal("note", "069AA")).kind, OutcomeKind::done);
    EXPECT_EQ(push(removal("note", "")).kind, OutcomeKind::skipped);
}

TEST_F(SalesforceNote, AnAnswerWithoutPartsLeavesOpenWhatHappened) {
    for (const auto* body :
         {"{}",
          "[]",
          R"({"compositeResponse":[]})",
          R"({"compositeResponse":[{"httpStatusCode":201,"body":{}}]})"}) {
        session_.expect(kComposite).answer(200, body);
        const auto outcome = push(note());
        EXPECT_EQ(outcome.kind, OutcomeKind::retry) << body;
        EXPECT_TRUE(outcome.maybe_applied) << body;
    }
}

}  // namespace
}  // namespace navette::salesforce
