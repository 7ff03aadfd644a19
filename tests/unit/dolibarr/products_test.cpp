#include "fixture.hpp"

namespace navette::dolibarr::test {
namespace {

const std::string kTaken =
    error_body(500, "Internal Server Error: Error creating product", {"ErrorProductAlreadyExists"});

class Products : public DolibarrTest {
  protected:
    static sdk::Operation widget() {
        return operation(
            "product",
            R"({"ref":"SKU/3 \u00e9","label":"Widget","price":"12.50000","price_base_type":"HT","tva_tx":"20.000"})"
        );
    }
    static std::string remote(const std::string& ref_ext, const std::string& price = "12.50000000") {
        return R"({"id":"8","ref":"SKU_3_e","ref_ext":")" + ref_ext + R"(","label":"Widget","price":")" +
               price + R"(","price_base_type":"HT","tva_tx":"20.0000"})";
    }
};

TEST_F(Products, OneIsCreatedUnderTheReferenceThatDolibarrWillKeep) {
    session_.expect("POST /products")
        .with(R"({"ref":"SKU_3_e","label":"Widget","ref_ext":"nv-1"})")
        .answer(200, "8");
    EXPECT_EQ(push(widget()).remote_id, "8");
}

TEST_F(Products, OurOwnDuplicateIsAdopted) {
    session_.expect("POST /products").answer(500, kTaken);
    session_.expect("GET /products/ref/SKU_3_e").answer(200, remote("nv-1"));
    EXPECT_EQ(push(widget()).remote_id, "8");
}

TEST_F(Products, AnUnclaimedOneIsClaimedAndBroughtUpToDate) {
    session_.expect("POST /products").answer(500, kTaken);
    session_.expect("GET /products/ref/SKU_3_e").answer(200, remote("", "9.00000000"));
    session_.expect("PUT /products/8")
        .with(R"({"ref_ext":"nv-1","price":"12.50000"})")
        .without("label")
        .answer(200, remote("nv-1"));
    EXPECT_EQ(push(widget()).remote_id, "8");
}

TEST_F(Products, SomebodyElsesReferenceIsAConflict) {
    session_.expect("POST /products").answer(500, kTaken);
    session_.expect("GET /products/ref/SKU_3_e").answer(200, remote("nv-2"));
    EXPECT_EQ(push(widget()).kind, OutcomeKind::conflict);
}

TEST_F(Products, AReferenceThatNoPathCarriesIsSearchedFor) {
    session_.expect("POST /products").answer(500, kTaken);
    session_.expect("GET /products?sortfield=t.rowid&sortorder=ASC&limit=50&sqlfilters=(t.ref:=:'a#b')")
        .answer(200, R"([{"id":"9","ref":"a#b","ref_ext":"nv-1","label":"A"}])");
    EXPECT_EQ(push(operation("product", R"({"ref":"a#b","label":"A"})")).remote_id, "9");
}

TEST_F(Products, ALinkedOneIsUpdated) {
    session_.expect("PUT /products/8")
        .with(R"({"ref":"SKU_3_e","price":"12.50000"})")
        .answer(200, remote("nv-1"));
    auto linked = widget();
    linked.remote_id = "8";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
}

TEST_F(Products, APriceAloneIsReckonedByTheRateThatDolibarrHolds) {
    session_.expect("GET /products/8")
        .answer(200, R"({"id":"8","tva_tx":"20.0000","price_ttc":"12.00000000"})");
    session_.expect("PUT /products/8")
        .with(R"({"price":"39.16667","price_base_type":"HT"})")
        .without("tva_tx")
        .without("status")
        .answer(200, remote("nv-1"));
    auto linked = operation("product", R"({"_price_cents":4700,"price_base_type":"HT","status":1})");
    linked.remote_id = "8";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
}

TEST_F(Products, ARateAloneLeavesThePriceWithVat) {
    session_.expect("GET /products/8")
        .answer(200, R"({"id":"8","tva_tx":"20.0000","price_ttc":"12.00000000"})");
    session_.expect("PUT /products/8")
        .with(R"({"tva_tx":"10.000","price":"10.90909"})")
        .answer(200, remote("nv-1"));
    auto linked = operation("product", R"({"tva_tx":"10.000","price_base_type":"HT"})");
    linked.remote_id = "8";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
}

TEST_F(Products, OneWithoutASkuIsRejected) {
    EXPECT_EQ(push(operation("product", R"({"label":"A"})")).kind, OutcomeKind::rejected);
}

class Deals : public DolibarrTest {
  protected:
    Deals() { session_.set("stages", json::parse(R"({"proposal":3,"won":6,"lost":7})")); }

    static sdk::Operation deal(const std::string& stage) {
        auto made = operation("deal", R"({"title":"Big","opp_amount":"1500.50","_stage":")" + stage + "\"}");
        made.references["customer"] = "3";
        return made;
    }
    const std::string taken_ = error_body(
        500,
        "Internal Server Error: Error creating project",
        {"Duplicate entry 'nv-1-1' for key 'uk_projet_ref'"}
    );
    const std::string opened_ = R"({"success":{"code":200,"message":"Project validated"}})";
};

TEST_F(Deals, OneBecomesAnOpenProjectUnderOurKey) {
    session_.expect("POST /projects")
        .with(
            R"({"ref":"nv-1","title":"Big","opp_amount":"1500.50","opp_status":3,"usage_opportunity":1,"socid":"3"})"
        )
        .without("_stage")
        .answer(200, "2");
    session_.expect("POST /projects/2/validate").answer(200, opened_);
    EXPECT_EQ(push(deal("Proposal")).remote_id, "2");
}

TEST_F(Deals, AWonOneIsCertainAndALostOneIsNot) {
    session_.expect("POST /projects").with(R"({"opp_status":6,"opp_percent":100})").answer(200, "2");
    session_.expect("POST /projects/2/validate").answer(304);
    EXPECT_EQ(push(deal("won")).kind, OutcomeKind::done);
    session_.expect("POST /projects").with(R"({"opp_status":7,"opp_percent":0})").answer(200, "2");
    session_.expect("POST /projects/2/validate").answer(304);
    EXPECT_EQ(push(deal("lost")).kind, OutcomeKind::done);
}

TEST_F(Deals, AnUnknownStageIsRejectedBeforeAnyCall) {
    const auto outcome = push(deal("dreaming"));
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome.field, "stage");
}

TEST_F(Deals, ADuplicateIsOursAndADraftIsOpenedAfterall) {
    session_.expect("POST /projects").answer(500, taken_);
    session_.expect("GET /projects/ref/nv-1")
        .answer(
            200,
            R"({"id":"2","ref":"nv-1","statut":"0","title":"Big","opp_amount":"1500.50000000","opp_status":"3","usage_opportunity":"1","socid":"3"})"
        );
    session_.expect("POST /projects/2/validate").answer(200, opened_);
    EXPECT_EQ(push(deal("proposal")).remote_id, "2");
}

TEST_F(Deals, AnOpenDuplicateIsOnlyBroughtUpToDate) {
    session_.expect("POST /projects").answer(500, taken_);
    session_.expect("GET /projects/ref/nv-1")
        .answer(
            200,
            R"({"id":"2","ref":"nv-1","statut":"1","title":"Old","opp_amount":"1500.5","opp_status":"3","usage_opportunity":"1","socid":"3"})"
        );
    session_.expect("PUT /projects/2")
        .with(R"({"title":"Big"})")
        .without("ref")
        .without("opp_amount")
        .answer(200, R"({"id":"2","date_m":7})");
    EXPECT_EQ(push(deal("proposal")).remote_version, "")
        << "what people changed before is told by the next pull";
}

TEST_F(Deals, ALinkedOneIsUpdatedUnderItsOwnReference) {
    session_.expect("PUT /projects/2").with(R"({"title":"Big"})").without("ref").answer(200, R"({"id":"2"})");
    auto linked = deal("proposal");
    linked.remote_id = "2";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
}

}  // namespace
}  // namespace navette::dolibarr::test
