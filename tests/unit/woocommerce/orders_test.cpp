#include "fixture.hpp"

#include <navette/sdk/timestamp.hpp>

namespace navette::woocommerce::test {
namespace {

const std::string kLook =
    "GET /wc/v3/orders?created_via=nvt.shop-order-42&status=any&_fields=id,created_via,meta_data";
const std::string kLookInTrash =
    "GET /wc/v3/orders?created_via=nvt.shop-order-42&status=trash&_fields=id,created_via,meta_data";
const std::string kProducts = "GET /wc/v3/products?sku=T-1&per_page=100&_fields=id,sku,type,parent_id";

class Orders : public WooCommerceTest {
  protected:
    static sdk::Operation order(const std::string& more = R"("status":"processing","_paid_at":1746093600)") {
        auto made = operation(
            "order",
            R"({"_number":"LU1","currency":"EUR","_amount_cents":2500,"billing":{"email":"jane@x.test"},)" +
                more +
                R"(,"line_items":[{"_sku":"T-1","name":"Tea","quantity":2,"_unit_price_cents":1250,"_vat_rate":"20.000"}]})",
            "shop_Order-42"
        );
        made.references["customer"] = "5";
        return made;
    }
    static std::string remote(
        const std::string& status = "processing",
        const std::string& total = "25.00",
        const std::string& via = "nvt.shop-order-42"
    ) {
        return R"({"id":77,"status":")" + status + R"(","total":")" + total + R"(","created_via":")" + via +
               R"(","date_modified_gmt":"2026-11-21T05:54:43","billing":{"email":"jane@x.test"},"meta_data":[{"key":"_navette_key","value":"shop_Order-42"}]})";
    }
    void expect_product() {
        session_.expect(kProducts).answer(200, R"([{"id":8,"sku":"t-1","type":"simple"}])");
    }
    void expect_known(const std::string& order) {
        session_
            .expect(
                "GET /wc/v3/orders?include=77&per_page=100&_fields=id,status,billing,total,date_modified_gmt"
            )
            .answer(200, order);
    }
};

TEST_F(Orders, OneIsCreatedPaidWithNetLinesAndResolvedProducts) {
    expect_product();
    session_.expect("POST /wc/v3/orders")
        .with(
            R"({"created_via":"nvt.shop-order-42","customer_id":5,"currency":"EUR","set_paid":true,
            "line_items":[{"product_id":8,"name":"Tea","quantity":2,"subtotal":"20.8333","total":"20.8333","tax_class":""}],
            "meta_data":[{"key":"_navette_key","value":"shop_Order-42"},{"key":"_navette_ref","value":"LU1"},{"key":"_date_paid","value":1746093600}]})"
        )
        .without("status")
        .without("_number")
        .answer(201, remote());
    const auto outcome = push(order());
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "77");
    EXPECT_TRUE(session_.remarks().empty());
}

TEST_F(Orders, ACreateWhoseAnswerWasLostIsLookedForByOurKeyAndNotRepeated) {
    expect_product();
    session_.expect("POST /wc/v3/orders").fail(Transport::cut_off);
    const auto lost = push(order());
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);

    session_.expect(kLook).answer(200, "[" + remote() + "]");
    expect_known("[" + remote() + "]");
    const auto found = push(in_doubt(order()));
    EXPECT_EQ(found.kind, OutcomeKind::done);
    EXPECT_EQ(found.remote_id, "77");
}

TEST_F(Orders, ACreateThatNeverArrivedIsMadeOnce) {
    session_.expect(kLook).answer(200, "[]");
    session_.expect(kLookInTrash).answer(200, "[]");
    expect_product();
    session_.expect("POST /wc/v3/orders").answer(201, remote());
    EXPECT_EQ(push(in_doubt(order())).remote_id, "77");
}

TEST_F(Orders, AnOldShopThatIgnoresTheSearchIsReadPageByPage) {
    session_.set_now(*sdk::from_iso_text("2026-11-21T06:00:00"));
    const std::string scan =
        "GET "
        "/wc/v3/orders?after=2026-11-14T06:00:00&dates_are_gmt=true&orderby=id&order=asc&per_page=100&page=";
    std::string full;
    for (int at = 0; at < 100; ++at) {
        full += (full.empty() ? "" : ",") + std::string(R"({"id":1,"meta_data":[]})");
    }
    session_.expect(kLook).answer(200, R"([{"id":3,"created_via":"checkout"}])");
    session_.expect(scan + "1&_fields=id,meta_data").answer(200, "[" + full + "]");
    session_.expect(scan + "2&_fields=id,meta_data")
        .answer(200, R"([{"id":77,"meta_data":[{"key":"_navette_key","value":"shop_Order-42"}]}])");
    expect_known("[" + remote() + "]");
    EXPECT_EQ(push(in_doubt(order())).remote_id, "77");

    // From then on it is not asked in vain.
    session_.expect(scan + "1&_fields=id,meta_data").answer(200, "[]");
    expect_product();
    session_.expect("POST /wc/v3/orders").answer(201, remote());
    push(in_doubt(order()));
}

TEST_F(Orders, TheAnswerToACreateShowsAnOldShop) {
    expect_product();
    session_.expect("POST /wc/v3/orders").answer(201, remote("processing", "25.00", "rest-api"));
    EXPECT_EQ(push(order()).kind, OutcomeKind::done);
    EXPECT_TRUE(session_.recall("orders_forget_created_via").is_bool());
}

TEST_F(Orders, AnotherOrderUnderTheSameSearchKeyIsNotOurs) {
    session_.expect(kLook).answer(
        200,
        R"([{"id":76,"created_via":"nvt.shop-order-42","meta_data":[{"key":"_navette_key","value":"shop-order-42"}]}])"
    );
    session_.expect(kLookInTrash).answer(200, "[]");
    expect_product();
    session_.expect("POST /wc/v3/orders").answer(201, remote());
    EXPECT_EQ(push(in_doubt(order())).remote_id, "77");
}

TEST_F(Orders, OneInTheTrashIsToldAsSuch) {
    session_.expect(kLook).answer(200, "[]");
    session_.expect(kLookInTrash).answer(200, "[" + remote("trash") + "]");
    EXPECT_EQ(push(in_doubt(order())).kind, OutcomeKind::conflict);
}

TEST_F(Orders, AnUnknownSkuIsRefusedSinceTheShopWouldTakeItForNothing) {
    session_.expect(kProducts).answer(200, R"([{"id":9,"sku":"T-10"}])");
    const auto outcome = push(order());
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome.field, "sku");
    EXPECT_NE(outcome.message.find("T-1"), std::string::npos);
}

TEST_F(Orders, AVariationIsNamedWithItsProduct) {
    session_.expect(kProducts).answer(200, R"([{"id":9,"sku":"T-1","type":"variation","parent_id":8}])");
    session_.expect("POST /wc/v3/orders")
        .with(R"({"line_items":[{"product_id":8,"variation_id":9}]})")
        .answer(201, remote());
    push(order());
}

TEST_F(Orders, ALineWithoutASkuIsFreeText) {
    session_.expect("POST /wc/v3/orders")
        .with(
            R"({"line_items":[{"sku":"-","name":"Advice","quantity":1,"total":"100.0000","tax_class":"zero-rate"}]})"
        )
        .answer(201, remote("pending", "100.00"));
    auto made = operation(
        "order",
        R"({"status":"pending","line_items":[{"name":"Advice","quantity":1,"_unit_price_cents":10000,"_vat_rate":"0.000"}]})"
    );
    EXPECT_EQ(push(std::move(made)).kind, OutcomeKind::done);
}

TEST_F(Orders, NetAmountsAreRoundedToTheFourDecimalsThatTheShopKeeps) {
    session_.expect("POST /wc/v3/orders")
        .with(R"({"line_items":[{"total":"0.9479","subtotal":"0.9479","tax_class":"reduced-rate"}]})")
        .answer(201, remote("pending", "1.00"));
    push(operation(
        "order",
        R"({"line_items":[{"name":"Book","quantity":1,"_unit_price_cents":100,"_vat_rate":"5.500"}]})"
    ));
}

TEST_F(Orders, LinesThatTheShopWouldBookWronglyAreRefused) {
    const auto refused = [&](const std::string& line) {
        return push(operation("order", R"({"line_items":[{"name":"x",)" + line + "}]}")).field;
    };
    EXPECT_EQ(refused(R"("quantity":1,"_unit_price_cents":100)"), "vat_rate");
    EXPECT_EQ(refused(R"("quantity":1,"_unit_price_cents":100,"_vat_rate":"19.000")"), "vat_rate");
    EXPECT_EQ(refused(R"("quantity":0,"_unit_price_cents":100,"_vat_rate":"20.000")"), "quantity");
    EXPECT_EQ(refused(R"("quantity":1.5,"_unit_price_cents":100,"_vat_rate":"20.000")"), "quantity");
    EXPECT_EQ(refused(R"("quantity":1,"_unit_price_cents":-1,"_vat_rate":"20.000")"), "unit_price_cents");
    EXPECT_EQ(
        refused(R"("quantity":1000000,"_unit_price_cents":9000000000000,"_vat_rate":"20.000")"),
        "unit_price_cents"
    );
    EXPECT_EQ(push(operation("order", R"({"line_items":[]})")).field, "lines");
    EXPECT_EQ(push(operation("order", R"({"status":"shipped","line_items":[]})")).field, "status");
}

TEST_F(Orders, AShopWithoutTaxGetsTheGrossAmounts) {
    session_.set("shop_counts_tax", false);
    expect_product();
    session_.expect("POST /wc/v3/orders")
        .with(R"({"line_items":[{"total":"25.0000"}]})")
        .answer(201, remote());
    EXPECT_EQ(push(order()).kind, OutcomeKind::done);
}

TEST_F(Orders, ATotalThatDiffersIsRemarked) {
    expect_product();
    session_.expect("POST /wc/v3/orders").answer(201, remote("processing", "25.01"));
    EXPECT_EQ(push(order()).kind, OutcomeKind::done);
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_NE(session_.remarks().front().find("25.01"), std::string::npos);
}

sdk::Operation linked(sdk::Operation made) {
    made.remote_id = "77";
    return made;
}

TEST_F(Orders, AnUpdateSendsOnlyWhatDiffersAndNeverTheLines) {
    expect_known("[" + remote("pending") + "]");
    session_.expect("PUT /wc/v3/orders/77")
        .with(R"({"status":"processing"})")
        .without("line_items")
        .without("billing")
        .without("created_via")
        .answer(200, remote());
    EXPECT_EQ(push(linked(order())).kind, OutcomeKind::done);
}

TEST_F(Orders, AnUpdateThatChangesNothingIsNotSent) {
    expect_known("[" + remote() + "]");
    EXPECT_EQ(push(linked(order())).kind, OutcomeKind::done);
}

TEST_F(Orders, AStateNeverGoesBack) {
    for (const auto* state : {"completed", "refunded", "cancelled", "wc-plugin-state"}) {
        expect_known("[" + remote(state) + "]");
        EXPECT_EQ(push(linked(order())).kind, OutcomeKind::done) << state;
    }
    EXPECT_EQ(session_.remarks().size(), 4U);
}

TEST_F(Orders, ALinkedOneThatTheShopDoesNotListIsGone) {
    expect_known("[]");
    EXPECT_EQ(push(linked(order())).kind, OutcomeKind::gone);
}

TEST_F(Orders, AListThatIgnoredTheIdsIsNotTrusted) {
    expect_known(R"([{"id":78,"status":"pending"}])");
    EXPECT_EQ(push(linked(order())).kind, OutcomeKind::gone);
}

TEST_F(Orders, ABatchReadsOnceAndWritesOnce) {
    expect_known("[" + remote("pending") + "]");
    expect_product();
    session_.expect("POST /wc/v3/orders/batch")
        .with(R"({"create":[{"line_items":[{"product_id":8}]}],"update":[{"id":77,"status":"processing"}]})")
        .answer(200, R"({"create":[)" + remote() + R"(],"update":[)" + remote() + "]}");
    std::vector<sdk::Operation> batch;
    batch.push_back(order());
    batch.push_back(linked(order()));
    for (const auto& outcome : push(std::move(batch))) {
        EXPECT_EQ(outcome.kind, OutcomeKind::done);
    }
}

TEST_F(Orders, AFailedLookUpCreatesNothing) {
    session_.expect(kLook).answer(503, "Briefly unavailable for scheduled maintenance.", "text/html");
    EXPECT_EQ(push(in_doubt(order())).kind, OutcomeKind::unavailable);
}

}  // namespace
}  // namespace navette::woocommerce::test
