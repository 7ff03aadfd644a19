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
constexpr auto kGraph = "POST /services/data/v68.0/composite/graph";
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

/// What Salesforce answers for a graph: a note with that id, or an error of that code at both parts.
std::string graph(const std::string& place, const std::string& id, const std::string& code = {}) {
    const auto body = code.empty() ? R"({"id":")" + id + R"(","success":true})"
                                   : R"([{"errorCode":")" + code + R"(","message":"no"}])";
    const std::string status = code.empty() ? "201" : "400";
    const auto part = R"({"referenceId":"note","httpStatusCode":)" + status + R"(,"body":)" + body + "}";
    return R"({"graphId":")" + place + R"(","graphResponse":{"compositeResponse":[)" + part + "," + part +
           R"(]},"isSuccessful":)" + (code.empty() ? "true" : "false") + "}";
}

class SalesforceNotes : public SalesforceNote {
  protected:
    static std::vector<sdk::Operation> notes(int count) {
        std::vector<sdk::Operation> batch;
        for (int n = 1; n <= count; ++n) {
            batch.push_back(note());
            batch.back().key = "nv-" + std::to_string(n);
        }
        return batch;
    }
};

TEST_F(SalesforceNotes, SeveralTravelInOneCallAndEachHasItsOwnOutcome) {
    session_.expect(kGraph)
        .with(
            R"({"graphs":[{"graphId":"0","compositeRequest":[)"
            R"({"method":"POST","url":"/services/data/v68.0/sobjects/ContentNote","referenceId":"note","body":{"Title":"Contract [nv-1]"}},)"
            R"({"body":{"ContentDocumentId":"@{note.id}","LinkedEntityId":"003AA"}},{"body":{"LinkedEntityId":"006AA"}}]},)"
            R"({"graphId":"1"},{"graphId":"2"}]})"
        )
        .answer(
            200,
            R"({"graphs":[)" + graph("2", "069CC") + "," + graph("0", "069AA") + "," +
                graph("1", "", "STRING_TOO_LONG") + "]}"
        );
    const auto outcomes = push_all(notes(3));
    EXPECT_EQ(outcomes[0].remote_id, "069AA");
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[2].remote_id, "069CC");
}

TEST_F(SalesforceNotes, WhatSalesforceDidNotTryIsSentAgainAtOnce) {
    session_.expect(kGraph).answer(
        200,
        R"({"graphs":[)" + graph("0", "", "STRING_TOO_LONG") + "," + graph("1", "", "PROCESSING_HALTED") +
            "]}"
    );
    session_.expect(kGraph)
        .with(
            R"({"graphs":[{"graphId":"0","compositeRequest":[{"body":{"Title":"Contract [nv-2]"}},{},{}]}]})"
        )
        .answer(200, R"({"graphs":[)" + graph("0", "069BB") + "]}");
    const auto outcomes = push_all(notes(2));
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[1].remote_id, "069BB");

    session_.expect(kGraph).answer(
        200,
        R"({"graphs":[)" + graph("0", "", "PROCESSING_HALTED") + "," + graph("1", "", "PROCESSING_HALTED") +
            "]}"
    );
    for (const auto& outcome : push_all(notes(2))) {
        EXPECT_EQ(outcome.kind, OutcomeKind::retry) << "and there is no end of it otherwise";
    }
}

TEST_F(SalesforceNotes, OnlyNewOnesTravelTogether) {
    auto batch = notes(4);
    batch[0].remote_id = "069KK";
    batch[1].maybe_applied = true;
    batch[3].references.clear();
    session_.expect("PATCH /services/data/v68.0/sobjects/ContentNote/069KK").answer(204);
    session_
        .expect(
            "GET /services/data/v68.0/query?q=SELECT Id FROM ContentNote WHERE Title LIKE '%[nv-2]' LIMIT 1"
        )
        .answer(200, R"({"done":true,"records":[{"Id":"069BB"}]})");
    session_.expect(kComposite).answer(200, kMade);
    const auto outcomes = push_all(std::move(batch));
    EXPECT_EQ(outcomes[0].remote_id, "069KK");
    EXPECT_EQ(outcomes[1].remote_id, "069BB");
    EXPECT_EQ(outcomes[2].remote_id, "069AA");
    EXPECT_EQ(outcomes[3].kind, OutcomeKind::rejected);
}

TEST_F(SalesforceNotes, ACallThatIsRefusedAsAWholeIsTakenApartAndALostOneStaysOpen) {
    session_.expect(kGraph).answer(404, R"([{"errorCode":"NOT_FOUND","message":"no such resource"}])");
    session_.expect(kComposite).answer(200, kMade);
    session_.expect(kComposite).answer(200, kMade);
    for (const auto& outcome : push_all(notes(2))) {
        EXPECT_EQ(outcome.remote_id, "069AA");
    }
    session_.expect(kGraph).fail(Transport::cut_off);
    for (const auto& outcome : push_all(notes(2))) {
        EXPECT_TRUE(outcome.maybe_applied);
    }
    session_.expect(kGraph).answer(200, R"({"graphs":[)" + graph("1", "069BB") + "]}");
    const auto half = push_all(notes(2));
    EXPECT_TRUE(half[0].maybe_applied) << "nothing was told of it";
    EXPECT_EQ(half[1].remote_id, "069BB");
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
