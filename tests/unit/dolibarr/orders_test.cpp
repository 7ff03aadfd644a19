#include "fixture.hpp"

namespace navette::dolibarr::test {
namespace {

constexpr auto kFields = R"({
    "ref": "LU240515001", "ref_client": "LU240515001", "date": "2024-05-15",
    "_status": "paid", "_amount_cents": 2500, "_currency": "EUR",
    "lines": [{"desc": "Simple", "subprice": "10.41667", "qty": "2.000", "tva_tx": "20.000", "product_type": 1}]
})";

/// An order as Dolibarr shows it.
std::string order(
    const std::string& statut, const std::string& ref_ext = "nv-1", const std::string& total = "25.00000000"
) {
    return R"({"id":"5","ref":"LU240515001","ref_ext":")" + ref_ext +
           R"(","ref_client":"LU240515001","statut":")" + statut + R"(","total_ttc":")" + total +
           R"(","note_private":"","date_modification":1795245476,"lines":[{"id":"50","subprice":"10.41667000","qty":"2","tva_tx":"20.0000"}]})";
}

const std::string kTaken =
    error_body(500, "Internal Server Error: Error creating order", {"ErrorRefAlreadyExists"});

class Orders : public DolibarrTest {
  protected:
    Orders() { session_.set("currency", "EUR"); }

    static sdk::Operation paid() {
        auto made = operation("order", kFields);
        made.references["customer"] = "3";
        return made;
    }
    static sdk::Operation with(std::string_view member, json::value value) {
        auto made = paid();
        made.fields[member] = std::move(value);
        return made;
    }
    static sdk::Operation linked(std::string_view member, json::value value) {
        auto made = with(member, std::move(value));
        made.remote_id = "5";
        return made;
    }
};

TEST_F(Orders, APaidOneIsCreatedByOneCallAndValidated) {
    session_.expect("POST /orders")
        .with(
            R"({"ref":"LU240515001","ref_client":"LU240515001","ref_ext":"nv-1","socid":"3","date":"2024-05-15","caller":"navette",
                  "lines":[{"desc":"Simple","subprice":"10.41667","qty":"2.000","tva_tx":"20.000","product_type":1}]})"
        )
        .without("_status")
        .without("_amount_cents")
        .without("_currency")
        .answer(200, "5");
    session_.expect("POST /orders/5/validate").with(R"({"notrigger":0})").answer(200, order("1"));
    const auto outcome = push(paid());
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "5");
    EXPECT_EQ(outcome.remote_version, "") << "what people changed before is told by the next pull";
    EXPECT_TRUE(session_.remarks().empty());
}

TEST_F(Orders, ACompletedOneIsValidatedAndClosed) {
    session_.expect("POST /orders").answer(200, "5");
    session_.expect("POST /orders/5/validate").answer(200, order("1"));
    session_.expect("POST /orders/5/close").answer(200, order("3"));
    EXPECT_EQ(push(with("_status", "completed")).kind, OutcomeKind::done);
}

TEST_F(Orders, APendingOneStaysADraft) {
    for (const auto* state : {"pending", "awaiting_validation", "failed"}) {
        session_.expect("POST /orders").answer(200, "5");
        EXPECT_EQ(push(with("_status", state)).kind, OutcomeKind::done) << state;
    }
}

TEST_F(Orders, NothingIsValidatedWhereTheSettingSaysSo) {
    session_.set("validate_orders", false);
    session_.expect("POST /orders").answer(200, "5");
    EXPECT_EQ(push(paid()).kind, OutcomeKind::done);
}

TEST_F(Orders, ValidationCanGoWithoutDolibarrsTriggers) {
    session_.set("suppress_triggers", true);
    session_.expect("POST /orders").answer(200, "5");
    session_.expect("POST /orders/5/validate").with(R"({"notrigger":1})").answer(200, order("1"));
    EXPECT_EQ(push(paid()).kind, OutcomeKind::done);
}

TEST_F(Orders, AnUnknownStateIsRejectedBeforeAnyCall) {
    const auto outcome = push(with("_status", "teleported"));
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome.field, "status");
}

TEST_F(Orders, AnotherCurrencyIsRejectedBeforeAnyCall) {
    const auto outcome = push(with("_currency", "USD"));
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome.field, "currency");
}

TEST_F(Orders, ANumberThatDolibarrCannotKeepIsRejectedBeforeAnyCall) {
    EXPECT_EQ(push(with("ref", json::string(31, 'X'))).field, "ref");
    EXPECT_EQ(push(with("ref", "  ")).kind, OutcomeKind::rejected);
}

TEST_F(Orders, ALineWithoutVatIsRejectedBeforeAnyCall) {
    const auto outcome = push(
        with("lines", json::parse(R"([{"subprice":"1","qty":1,"tva_tx":"20"},{"subprice":"1","qty":1}])"))
    );
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome.field, "lines[1].tva_tx");
}

TEST_F(Orders, OneWithoutACustomerIsRejectedBeforeAnyCall) {
    auto made = paid();
    made.references.clear();
    EXPECT_EQ(push(std::move(made)).field, "customer");
}

TEST_F(Orders, ATotalThatDiffersIsRemarkedUpon) {
    session_.expect("POST /orders").answer(200, "5");
    session_.expect("POST /orders/5/validate").answer(200, order("1", "nv-1", "25.01000000"));
    EXPECT_EQ(push(paid()).kind, OutcomeKind::done);
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_EQ(
        session_.remarks()[0], "order LU240515001: Dolibarr counts a total of 25.01, the application 25.00"
    );
}

TEST_F(Orders, AlreadyValidatedIsFineAndTheTotalIsReadBack) {
    session_.expect("POST /orders").answer(200, "5");
    session_.expect("POST /orders/5/validate").answer(304);
    session_.expect("GET /orders/5").answer(200, order("1", "nv-1", "24.99"));
    EXPECT_EQ(push(paid()).kind, OutcomeKind::done);
    EXPECT_EQ(session_.remarks().size(), 1U);
}

TEST_F(Orders, ALostAnswerIsToldSo) {
    session_.expect("POST /orders").fail(Transport::cut_off);
    const auto outcome = push(paid());
    EXPECT_EQ(outcome.kind, OutcomeKind::retry);
    EXPECT_TRUE(outcome.maybe_applied);
}

TEST_F(Orders, TheSameCreateIsSentAgainAfterALostAnswerAndTheDuplicateAdopted) {
    session_.expect("POST /orders").answer(500, kTaken);
    session_.expect("GET /orders/ref/LU240515001").answer(200, order("0"));
    session_.expect("POST /orders/5/validate").answer(200, order("1"));
    auto again = paid();
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "5");
}

TEST_F(Orders, ALostRaceForTheNumberIsAdoptedLikeADuplicate) {
    session_.expect("POST /orders")
        .answer(
            500,
            error_body(
                500, "Error creating order", {"Duplicate entry 'LU240515001-1' for key 'uk_commande_ref'"}
            )
        );
    session_.expect("GET /orders/ref/LU240515001").answer(200, order("1"));
    EXPECT_EQ(push(paid()).remote_id, "5");
}

TEST_F(Orders, AnAdoptedOneThatWasValidatedIsOnlyClosed) {
    session_.expect("POST /orders").answer(500, kTaken);
    session_.expect("GET /orders/ref/LU240515001").answer(200, order("1"));
    session_.expect("POST /orders/5/close").answer(200, order("3"));
    EXPECT_EQ(push(with("_status", "completed")).kind, OutcomeKind::done);
}

TEST_F(Orders, AnAdoptedOneThatIsCompleteNeedsNothing) {
    session_.expect("POST /orders").answer(500, kTaken);
    session_.expect("GET /orders/ref/LU240515001").answer(200, order("3"));
    EXPECT_EQ(push(with("_status", "completed")).kind, OutcomeKind::done);
}

TEST_F(Orders, AHumansOrderWithTheSameNumberIsAConflictThatNamesIt) {
    for (const auto* owner : {"", "shop-9", "NV-1"}) {
        session_.expect("POST /orders").answer(500, kTaken);
        session_.expect("GET /orders/ref/LU240515001").answer(200, order("1", owner));
        const auto outcome = push(paid());
        EXPECT_EQ(outcome.kind, OutcomeKind::conflict) << owner;
        EXPECT_NE(outcome.message.find("LU240515001 (id 5)"), std::string::npos) << outcome.message;
    }
}

TEST_F(Orders, ATakenNumberThatCannotBeSeenYetIsTriedAgain) {
    session_.expect("POST /orders").answer(500, kTaken);
    session_.expect("GET /orders/ref/LU240515001").answer(404, error_body(404, "Not Found: Order not found"));
    EXPECT_EQ(push(paid()).kind, OutcomeKind::retry);
}

TEST_F(Orders, ANumberThatNoPathCarriesIsSearchedFor) {
    session_.expect("POST /orders").with(R"({"ref":"LU 2/\u00e9"})").answer(500, kTaken);
    session_.expect("GET /orders?sortfield=t.rowid&sortorder=ASC&limit=50&sqlfilters=(t.ref:=:'LU 2/é')")
        .answer(200, "[" + order("1") + "]");
    EXPECT_EQ(push(with("ref", "LU 2/é")).remote_id, "5");
}

TEST_F(Orders, ANumberThatNoFilterCarriesIsSearchedForByOurKey) {
    session_.expect("POST /orders").answer(500, kTaken);
    session_.expect("GET /orders?sortfield=t.rowid&sortorder=ASC&limit=50&sqlfilters=(t.ref_ext:=:'nv-1')")
        .answer(200, "[" + order("1") + "]");
    EXPECT_EQ(push(with("ref", "LU(2)")).remote_id, "5");
}

TEST_F(Orders, ACutBetweenCreateAndValidateIsCompletedByTheNextRun) {
    session_.expect("POST /orders").answer(200, "5");
    session_.expect("POST /orders/5/validate").fail(Transport::cut_off);
    const auto outcome = push(paid());
    EXPECT_EQ(outcome.kind, OutcomeKind::retry);
    EXPECT_TRUE(outcome.maybe_applied);

    session_.expect("POST /orders").answer(500, kTaken);
    session_.expect("GET /orders/ref/LU240515001").answer(200, order("1"));
    EXPECT_EQ(push(paid()).remote_id, "5");
}

TEST_F(Orders, ADeadlockIsTriedAgainAndHadNoEffect) {
    session_.expect("POST /orders")
        .answer(500, error_body(500, "Error creating order", {"Deadlock found when trying to get lock"}));
    const auto outcome = push(paid());
    EXPECT_EQ(outcome.kind, OutcomeKind::retry);
    EXPECT_FALSE(outcome.maybe_applied);
}

TEST_F(Orders, AStepThatIsAnsweredButDoesNothingIsTriedAgain) {
    session_.expect("POST /orders").answer(200, "5");
    session_.expect("POST /orders/5/validate").answer(200, order("0"));
    EXPECT_EQ(push(paid()).kind, OutcomeKind::retry);
}

TEST_F(Orders, ALinkedOneThatAgreesCostsOneRead) {
    session_.expect("GET /orders/5").answer(200, order("1"));
    EXPECT_EQ(push(linked("_status", "paid")).kind, OutcomeKind::done);
}

TEST_F(Orders, OfALinkedOneOnlyTheTextsThatDifferAreWritten) {
    session_.expect("GET /orders/5").answer(200, order("1"));
    session_.expect("PUT /orders/5")
        .with(R"({"note_private":"hello","caller":"navette"})")
        .without("ref_client")
        .without("lines")
        .answer(200, order("1"));
    EXPECT_EQ(push(linked("note_private", "hello")).kind, OutcomeKind::done);
}

TEST_F(Orders, ALinkedOneNeverGoesBack) {
    session_.expect("GET /orders/5").answer(200, order("3"));
    EXPECT_EQ(push(linked("_status", "pending")).kind, OutcomeKind::done);
}

TEST_F(Orders, ALinkedOneThatIsNoMoreIsGone) {
    session_.expect("GET /orders/5").answer(404, error_body(404, "Not Found: Order not found"));
    EXPECT_EQ(push(linked("_status", "paid")).kind, OutcomeKind::gone);
}

TEST_F(Orders, OneCancelledInDolibarrIsLeftAlone) {
    session_.expect("GET /orders/5").answer(200, order("-1"));
    EXPECT_EQ(push(linked("note_private", "hello")).kind, OutcomeKind::done);
    EXPECT_EQ(session_.remarks().size(), 1U);
}

TEST_F(Orders, ARefundIsLeftToAPerson) {
    session_.expect("GET /orders/5").answer(200, order("3"));
    EXPECT_EQ(push(linked("_status", "refunded")).kind, OutcomeKind::done);
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_NE(session_.remarks()[0].find("credit note"), std::string::npos);
}

TEST_F(Orders, LinesOfAValidatedOneStayAndAreRemarkedUpon) {
    session_.expect("GET /orders/5").answer(200, order("1"));
    const auto lines = json::parse(R"([{"desc":"x","subprice":"9","qty":1,"tva_tx":20}])");
    EXPECT_EQ(push(linked("lines", lines)).kind, OutcomeKind::done);
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_NE(session_.remarks()[0].find("lines differ"), std::string::npos);
}

TEST_F(Orders, LinesOfADraftAreReplacedBeforeItIsValidated) {
    session_.expect("GET /orders/5").answer(200, order("0"));
    session_.expect("DELETE /orders/5/lines/50").answer(200, order("0"));
    session_.expect("POST /orders/5/lines")
        .with(R"({"desc":"x","subprice":"9","product_type":0})")
        .answer(200, "51");
    session_.expect("GET /orders/5").answer(200, order("0"));
    session_.expect("POST /orders/5/validate").answer(200, order("1"));
    const auto lines = json::parse(R"([{"desc":"x","subprice":"9","qty":1,"tva_tx":20}])");
    EXPECT_EQ(push(linked("lines", lines)).kind, OutcomeKind::done);
}

TEST_F(Orders, ADraftWhoseNewLineFailsIsNotValidated) {
    session_.expect("GET /orders/5").answer(200, order("0"));
    session_.expect("DELETE /orders/5/lines/50").answer(200, order("0"));
    session_.expect("POST /orders/5/lines").fail(Transport::cut_off);
    const auto lines = json::parse(R"([{"desc":"x","subprice":"9","qty":1,"tva_tx":20}])");
    EXPECT_EQ(push(linked("lines", lines)).kind, OutcomeKind::retry);
}

TEST_F(Orders, EmojiInALineAreStripped) {
    session_.expect("POST /orders").with(R"({"lines":[{"desc":"Int\u00e9grale "}]})").answer(200, "5");
    auto made = with(
        "lines", json::parse(R"([{"desc":"Int\u00e9grale \ud83d\ude00","subprice":"1","qty":1,"tva_tx":20}])")
    );
    made.fields["_status"] = "pending";
    EXPECT_EQ(push(std::move(made)).kind, OutcomeKind::done);
}

}  // namespace
}  // namespace navette::dolibarr::test
