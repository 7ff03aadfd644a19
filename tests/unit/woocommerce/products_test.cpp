#include "fixture.hpp"

namespace navette::woocommerce::test {
namespace {

class Products : public WooCommerceTest {
  protected:
    static sdk::Operation tea(std::string key = "shop-product-1", const std::string& sku = "T-1") {
        return operation(
            "product",
            R"({"sku":")" + sku +
                R"(","name":"Tea","regular_price":"9.99","_currency":"EUR","stock_quantity":3})",
            std::move(key)
        );
    }
    static std::string remote(const std::string& owner, const std::string& sku = "T-1", int id = 8) {
        return R"({"id":)" + std::to_string(id) + R"(,"sku":")" + sku +
               R"(","type":"simple","date_modified_gmt":"2026-11-21T05:54:43","meta_data":[{"id":1,"key":"_navette_id","value":")" +
               owner + R"("}]})";
    }
    static std::string taken(int owner) {
        return error_body(
            "product_invalid_sku",
            400,
            "Invalid or duplicated SKU.",
            R"(,"resource_id":)" + std::to_string(owner) + R"(,"unique_sku":"T-1-1")"
        );
    }
};

TEST_F(Products, OneIsCreatedWithOurKeyAndWithoutWhatIsForTheConnector) {
    session_.expect("POST /wc/v3/products")
        .with(
            R"({"sku":"T-1","name":"Tea","regular_price":"9.99","manage_stock":true,"stock_quantity":3,
            "meta_data":[{"key":"_navette_id","value":"shop-product-1"}]})"
        )
        .with_header("Content-Type", "application/json")
        .without("_currency")
        .answer(201, remote("shop-product-1"));
    const auto outcome = push(tea());
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "8");
    EXPECT_EQ(outcome.remote_version, "2026-11-21T05:54:43");
}

TEST_F(Products, OverPlainHttpASkuThatTheShopWouldDecodeTwiceIsNotAskedFor) {
    session_.set("site_url", "http://shop.test");
    const auto outcome = push(in_doubt(tea("shop-product-1", "A%41")));
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_TRUE(session_.sent().empty());
    session_.expect("GET /wc/v3/products?sku=5%").answer(200, "[]");
    session_.expect("GET /wc/v3/products?sku=5%&status=trash").answer(200, "[]");
    session_.expect("POST /wc/v3/products").answer(201, remote("shop-product-1", "5%"));
    EXPECT_EQ(push(in_doubt(tea("shop-product-1", "5%"))).kind, OutcomeKind::done);
}

TEST_F(Products, ACreateWhoseAnswerWasLostIsLookedForAndNotRepeated) {
    session_.expect("POST /wc/v3/products").fail(Transport::cut_off);
    const auto lost = push(tea());
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);

    session_.expect("GET /wc/v3/products?sku=T-1").answer(200, "[" + remote("shop-product-1") + "]");
    session_.expect("PUT /wc/v3/products/8").with(R"({"sku":"T-1"})").answer(200, remote("shop-product-1"));
    EXPECT_EQ(push(in_doubt(tea())).remote_id, "8");
}

TEST_F(Products, ACreateThatNeverArrivedIsMadeOnce) {
    session_.expect("GET /wc/v3/products?sku=T-1").answer(200, "[]");
    session_.expect("GET /wc/v3/products?sku=T-1&status=trash").answer(200, "[]");
    session_.expect("POST /wc/v3/products").answer(201, remote("shop-product-1"));
    EXPECT_EQ(push(in_doubt(tea())).remote_id, "8");
}

TEST_F(Products, ATakenSkuOfOursIsAdopted) {
    session_.expect("POST /wc/v3/products").answer(400, taken(8));
    session_.expect("GET /wc/v3/products?sku=T-1").answer(200, "[" + remote("shop-product-1") + "]");
    session_.expect("PUT /wc/v3/products/8").answer(200, remote("shop-product-1"));
    EXPECT_EQ(push(tea()).remote_id, "8");
}

TEST_F(Products, AnUnclaimedOneIsClaimed) {
    session_.expect("POST /wc/v3/products").answer(400, taken(8));
    session_.expect("GET /wc/v3/products?sku=T-1").answer(200, R"([{"id":8,"sku":"t-1","type":"simple"}])");
    session_.expect("PUT /wc/v3/products/8")
        .with(R"({"meta_data":[{"key":"_navette_id","value":"shop-product-1"}]})")
        .answer(200, remote("shop-product-1"));
    EXPECT_EQ(push(tea()).kind, OutcomeKind::done);
}

TEST_F(Products, SomebodyElsesIsAConflict) {
    session_.expect("POST /wc/v3/products").answer(400, taken(8));
    session_.expect("GET /wc/v3/products?sku=T-1").answer(200, "[" + remote("shop-product-2") + "]");
    EXPECT_EQ(push(tea()).kind, OutcomeKind::conflict);
}

TEST_F(Products, AnUpdateToATakenSkuIsAConflict) {
    session_.expect("PUT /wc/v3/products/7").answer(400, taken(8));
    auto linked = tea();
    linked.remote_id = "7";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::conflict);
}

TEST_F(Products, AVariationIsAConflict) {
    session_.expect("POST /wc/v3/products").answer(400, taken(9));
    session_.expect("GET /wc/v3/products?sku=T-1")
        .answer(200, R"([{"id":9,"sku":"T-1","type":"variation","parent_id":8}])");
    const auto outcome = push(tea());
    EXPECT_EQ(outcome.kind, OutcomeKind::conflict);
    EXPECT_NE(outcome.message.find("variation 9 of product 8"), std::string::npos) << outcome.message;
}

TEST_F(Products, OneInTheTrashIsToldAsSuch) {
    session_.expect("POST /wc/v3/products")
        .answer(
            400,
            error_body("woocommerce_rest_product_not_created", 400, "already present in the lookup table")
        );
    session_.expect("GET /wc/v3/products?sku=T-1").answer(200, "[]");
    session_.expect("GET /wc/v3/products?sku=T-1&status=trash").answer(200, "[" + remote("") + "]");
    const auto outcome = push(tea());
    EXPECT_EQ(outcome.kind, OutcomeKind::conflict);
    EXPECT_NE(outcome.message.find("trash"), std::string::npos);
}

TEST_F(Products, AListThatIgnoredTheSkuIsNotTrusted) {
    session_.expect("POST /wc/v3/products").answer(400, taken(8));
    session_.expect("GET /wc/v3/products?sku=T-1").answer(200, "[" + remote("", "OTHER", 3) + "]");
    session_.expect("GET /wc/v3/products?sku=T-1&status=trash").answer(200, "[]");
    EXPECT_EQ(push(tea()).kind, OutcomeKind::retry);
}

TEST_F(Products, ASkuThatDiffersByAnAccentOnlyIsAConflict) {
    session_.expect("POST /wc/v3/products").answer(400, taken(8));
    session_.expect("GET /wc/v3/products?sku=T-1")
        .answer(200, "[" + remote("", "OTHER", 3) + "," + remote("shop-product-1", "\xC5\xA2-1", 8) + "]");
    const auto outcome = push(tea());
    EXPECT_EQ(outcome.kind, OutcomeKind::conflict);
    EXPECT_NE(outcome.message.find("product 8"), std::string::npos) << outcome.message;
}

TEST_F(Products, ABatchHasAnOutcomeForEachRecord) {
    session_.expect("POST /wc/v3/products/batch")
        .with(
            R"({"create":[{"sku":"T-1"},{"sku":"T-2"},{"sku":"T-4"}],"update":[{"id":70,"sku":"T-3"},{"id":71,"sku":"T-5"}]})"
        )
        .answer(
            200,
            R"({"create":[)" + remote("a", "T-1", 60) +
                R"(,{"id":0,"error":{"code":"rest_invalid_param","message":"Invalid parameter(s): name","data":{"status":400,"params":{"name":"too long"}}}},)" +
                R"({"id":0,"error":)" + taken(62) + R"(}],"update":[)" + remote("c", "T-3", 70) +
                R"(,{"id":71,"error":{"code":"woocommerce_rest_product_invalid_id","message":"Invalid ID.","data":{"status":400}}}]})"
        );
    session_.expect("GET /wc/v3/products?sku=T-4").answer(200, "[" + remote("d", "T-4", 62) + "]");
    session_.expect("PUT /wc/v3/products/62").answer(200, remote("d", "T-4", 62));
    std::vector<sdk::Operation> batch;
    batch.push_back(tea("a", "T-1"));
    batch.push_back(tea("x", ""));
    batch.push_back(tea("b", "T-2"));
    batch.push_back(tea("c", "T-3"));
    batch.back().remote_id = "70";
    batch.push_back(tea("d", "T-4"));
    batch.push_back(tea("e", "T-5"));
    batch.back().remote_id = "71";
    const auto outcomes = push(std::move(batch));
    EXPECT_EQ(outcomes[0].remote_id, "60");
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[1].field, "sku");
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[2].field, "name");
    EXPECT_EQ(outcomes[3].remote_id, "70");
    EXPECT_EQ(outcomes[4].remote_id, "62");
    EXPECT_EQ(outcomes[5].kind, OutcomeKind::gone);
}

TEST_F(Products, ABatchWhoseAnswerWasLostLeavesItsCreatesOpenAndItsUpdatesNot) {
    session_.expect("POST /wc/v3/products/batch").fail(Transport::cut_off);
    std::vector<sdk::Operation> batch;
    batch.push_back(tea("a", "T-1"));
    batch.push_back(tea("b", "T-2"));
    batch.back().remote_id = "70";
    const auto outcomes = push(std::move(batch));
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::retry);
    EXPECT_TRUE(outcomes[0].maybe_applied);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::retry);
    EXPECT_FALSE(outcomes[1].maybe_applied);
}

TEST_F(Products, ABatchAnsweredInPartIsLeftOpen) {
    session_.expect("POST /wc/v3/products/batch").answer(200, R"({"create":[)" + remote("a") + "]}");
    std::vector<sdk::Operation> batch;
    batch.push_back(tea("a", "T-1"));
    batch.push_back(tea("b", "T-2"));
    for (const auto& outcome : push(std::move(batch))) {
        EXPECT_EQ(outcome.kind, OutcomeKind::retry);
        EXPECT_TRUE(outcome.maybe_applied);
    }
}

TEST_F(Products, WhatTheShopWouldKeepWronglyIsRefusedBeforeItIsSent) {
    const auto refused = [&](const std::string& fields) { return push(operation("product", fields)); };
    EXPECT_EQ(refused(R"({"sku":"T","name":"n","regular_price":"12,50"})").field, "regular_price");
    EXPECT_EQ(refused(R"({"sku":"T","name":"n","regular_price":12.5})").field, "regular_price");
    EXPECT_EQ(refused(R"({"sku":"T","name":"n","regular_price":"-5"})").field, "regular_price");
    EXPECT_EQ(refused(R"({"sku":"T","name":"n","_currency":"USD"})").field, "currency");
    EXPECT_EQ(refused(R"({"sku":"T","name":"n","stock_quantity":3.5})").field, "stock_quantity");
    EXPECT_EQ(refused(R"({"sku":")" + std::string(101, 'T') + R"(","name":"n"})").field, "sku");
    EXPECT_EQ(refused(R"({"sku":"R&D <1>","name":"n"})").field, "sku");
}

TEST_F(Products, NoStockMeansThatTheShopDoesNotCountIt) {
    session_.expect("POST /wc/v3/products")
        .with(R"({"manage_stock":false})")
        .without("stock_quantity")
        .answer(201, remote("shop-x-1", "T"));
    EXPECT_EQ(
        push(operation("product", R"({"sku":"T","name":"n","stock_quantity":null})")).kind, OutcomeKind::done
    );
}

TEST_F(Products, ASkuThatTheShopRewroteIsRemarked) {
    session_.expect("POST /wc/v3/products").answer(201, R"({"id":8,"sku":"R&amp;D"})");
    push(operation("product", R"({"sku":"R&D","name":"n"})"));
    ASSERT_EQ(session_.remarks().size(), 1U);
}

TEST_F(Products, OnesAreMovedToTheTrashOneByOne) {
    session_.expect("DELETE /wc/v3/products/8").without_body().answer(200, remote(""));
    session_.expect("DELETE /wc/v3/products/9")
        .answer(404, error_body("woocommerce_rest_product_invalid_id", 404));
    session_.expect("DELETE /wc/v3/products/10")
        .answer(410, error_body("woocommerce_rest_already_trashed", 410));
    session_.expect("DELETE /wc/v3/products/11").answer(500, "x", "text/html");
    std::vector<sdk::Operation> batch;
    for (const auto* id : {"8", "9", "10", "11", ""}) {
        batch.push_back(operation("product", "{}", "k", id));
        batch.back().action = sdk::Action::remove;
    }
    const auto outcomes = push(std::move(batch));
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[3].kind, OutcomeKind::retry);
    EXPECT_EQ(outcomes[4].kind, OutcomeKind::skipped);
}

TEST_F(Products, AnUnknownObjectIsRejected) {
    EXPECT_EQ(push(operation("ticket", "{}")).kind, OutcomeKind::rejected);
}

}  // namespace
}  // namespace navette::woocommerce::test
