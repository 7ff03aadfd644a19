#include "fixture.hpp"

namespace navette::shopify::test {
namespace {

constexpr auto kDraft = "gid://shopify/DraftOrder/9";

class DraftOrders : public ShopifyTest {
  protected:
    static sdk::Operation draft(std::string remote_id = {}) {
        return operation(
            "draft_order",
            R"({"poNumber":"Q1","_currency":"EUR","_amount":"25.00","email":"jane@x.test","note":"soon",
            "lineItems":[{"title":"Tea","sku":"T-1","quantity":2,"_unit_price":"12.50"}]})",
            std::move(remote_id)
        );
    }
    void expect_found(const std::string& nodes) {
        expect(documents::kFindDraft, R"({"query":"tag:'navette-shop-x-1'"})")
            .answer(200, data(R"("draftOrders":{"nodes":[)" + nodes + "]}"));
    }
    void expect_update() {
        expect(documents::kUpdateDraft, R"({"id":"gid://shopify/DraftOrder/9","input":{"poNumber":"Q1"}})")
            .answer(200, data(R"("draftOrderUpdate":)" + written_));
    }
    const std::string written_ =
        R"({"draftOrder":{"id":"gid://shopify/DraftOrder/9","updatedAt":"u","totalPriceSet":{"shopMoney":{"amount":"25.0"}}},
        "userErrors":[]})";
    const std::string ours_ =
        R"({"id":"gid://shopify/DraftOrder/9","updatedAt":"u","status":"OPEN","tags":["vip","navette-shop-x-1"]})";
};

TEST_F(DraftOrders, OneIsMadeWithItsLinesAndOurKeyTwice) {
    expect_definition("DRAFTORDER");
    expect(
        documents::kCreateDraft,
        R"({"input":{"poNumber":"Q1","email":"jane@x.test","note":"soon","tags":["navette-shop-x-1"],
        "lineItems":[{"title":"Tea","sku":"T-1","quantity":2,"originalUnitPriceWithCurrency":{"amount":"12.50","currencyCode":"EUR"}}],
        "metafields":[{"namespace":"navette","key":"id","type":"id","value":"shop-x-1"}]}})"
    )
        .answer(200, data(R"("draftOrderCreate":)" + written_));
    EXPECT_EQ(push(draft()).remote_id, kDraft);
    EXPECT_TRUE(session_.remarks().empty());
    const auto input = json::parse(session_.sent().back().body).at("variables").at("input").as_object();
    EXPECT_FALSE(input.contains("_currency"));
    EXPECT_FALSE(input.at("lineItems").at(0).as_object().contains("unit_price"));
}

TEST_F(DraftOrders, ALinkedCustomerIsItsBuyer) {
    expect_definition("DRAFTORDER");
    expect(
        documents::kCreateDraft, R"({"input":{"purchasingEntity":{"customerId":"gid://shopify/Customer/5"}}})"
    )
        .answer(200, data(R"("draftOrderCreate":)" + written_));
    auto made = draft();
    made.references["customer"] = "gid://shopify/Customer/5";
    EXPECT_EQ(push(std::move(made)).kind, OutcomeKind::done);
}

TEST_F(DraftOrders, ACreateWhoseAnswerWasLostIsFoundByItsTagAndNotRepeated) {
    expect_definition("DRAFTORDER");
    expect(documents::kCreateDraft).fail(Transport::cut_off);
    const auto lost = push(draft());
    EXPECT_TRUE(lost.maybe_applied);
    expect_found(
        R"({"id":"gid://shopify/DraftOrder/8","status":"OPEN","tags":["navette-shop-x-10"]},)" + ours_
    );
    expect_update();
    EXPECT_EQ(push(in_doubt(draft())).remote_id, kDraft);
    // Its tags are the shop's by now.
    const auto input = json::parse(session_.sent().back().body).at("variables").at("input").as_object();
    EXPECT_FALSE(input.contains("tags"));
    EXPECT_FALSE(input.contains("metafields"));
}

TEST_F(DraftOrders, ARefusedDuplicateThatTheSearchDoesNotFindYetIsTriedAgainAndNotDropped) {
    expect_definition("DRAFTORDER");
    expect_found("");
    expect(documents::kCreateDraft)
        .answer(200, user_error("draftOrderCreate", "", R"(["input","metafields","0","value"])"));
    expect_found("");
    EXPECT_EQ(push(in_doubt(draft())).kind, OutcomeKind::retry);
    expect(documents::kCreateDraft)
        .answer(200, user_error("draftOrderCreate", "", R"(["input","metafields","0","value"])"));
    expect_found(ours_);
    expect_update();
    EXPECT_EQ(push(draft()).remote_id, kDraft);
}

TEST_F(DraftOrders, WhatTheShopHasGoneOnWithIsLeftAlone) {
    for (const std::string status : {"COMPLETED", "INVOICE_SENT"}) {
        expect(documents::kReadDraft, R"({"id":"gid://shopify/DraftOrder/9"})")
            .answer(
                200,
                data(
                    R"("draftOrder":{"id":"gid://shopify/DraftOrder/9","updatedAt":"u","status":")" + status +
                    "\"}"
                )
            );
        EXPECT_EQ(push(draft(kDraft)).kind, OutcomeKind::done) << status;
    }
    EXPECT_EQ(session_.remarks().size(), 2U);
    expect(documents::kReadDraft).answer(200, data(R"("draftOrder":null)"));
    EXPECT_EQ(push(draft(kDraft)).kind, OutcomeKind::gone);
}

TEST_F(DraftOrders, AnOpenOneIsUpdated) {
    expect(documents::kReadDraft).answer(200, data(R"("draftOrder":)" + ours_));
    expect(documents::kUpdateDraft).answer(503, "<html>", "text/html");
    const auto lost = push(draft(kDraft));
    EXPECT_EQ(lost.kind, OutcomeKind::unavailable);
    EXPECT_FALSE(lost.maybe_applied) << "an update may be sent twice";
}

TEST_F(DraftOrders, ATagIsNeverLongerThanShopifyTakes) {
    auto made = draft();
    made.key = std::string(48, 'k');
    expect_definition("DRAFTORDER");
    expect(documents::kCreateDraft).answer(200, data(R"("draftOrderCreate":)" + written_));
    EXPECT_EQ(push(std::move(made)).kind, OutcomeKind::done);
    const auto sent = json::parse(session_.sent().back().body);
    const auto tag = sent.at("variables").at("input").at("tags").at(0).as_string();
    EXPECT_LE(tag.size(), 40U) << tag;
}

TEST_F(DraftOrders, AnotherCurrencyIsRefused) {
    EXPECT_EQ(push(operation("draft_order", R"({"_currency":"USD","lineItems":[]})")).field, "currency");
    EXPECT_EQ(push(operation("draft_order", R"({"lineItems":[]})")).field, "currency");
    EXPECT_EQ(push(operation("draft_order", R"({"_currency":"EUR","lineItems":[]})")).field, "lines");
}

}  // namespace
}  // namespace navette::shopify::test
