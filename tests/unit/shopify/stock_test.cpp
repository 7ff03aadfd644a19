#include "fixture.hpp"

#include <set>

namespace navette::shopify::test {
namespace {

constexpr auto kProduct = "gid://shopify/Product/8";

class Stock : public ShopifyTest {
  protected:
    Stock() { session_.set("stock_location", "60001"); }

    static sdk::Operation tea(std::string remote_id = {}) {
        return operation("product", R"({"sku":"T-1","title":"Tea","_stock":7})", std::move(remote_id));
    }
    void expect_update() {
        expect(documents::kVariants)
            .answer(200, data(R"("product":{"id":"p","variants":{"nodes":[{"id":"v1","sku":"T-1"}]}})"));
        expect(
            documents::kUpdateProduct,
            R"({"variants":[{"id":"v1","inventoryItem":{"sku":"T-1","tracked":true}}]})"
        )
            .answer(
                200,
                data(
                    R"("productUpdate":{"product":{"id":"p"},"userErrors":[]},)"
                    R"("productVariantsBulkUpdate":{"product":{"id":"gid://shopify/Product/8","updatedAt":"u"},"userErrors":[]})"
                )
            );
    }
    void expect_held(const std::string& level) {
        expect(documents::kReadStock, R"({"id":"v1","location":"gid://shopify/Location/60001"})")
            .answer(
                200, data(R"("productVariant":{"inventoryItem":{"id":"i1","inventoryLevel":)" + level + "}}")
            );
    }
    static std::string level(int quantity, const std::string& changed_at = "t1") {
        return R"({"updatedAt":")" + changed_at + R"(","quantities":[{"quantity":)" +
               std::to_string(quantity) + "}]}";
    }
    [[nodiscard]] std::string sent_key() const {
        return std::string(json::parse(session_.sent().back().body).at("variables").at("key").as_string());
    }
    const std::string set_ =
        data(R"("inventorySetQuantities":{"inventoryAdjustmentGroup":{"id":"g"},"userErrors":[]})");
};

TEST_F(Stock, ANewProductBringsItsStockAlong) {
    expect_definition("PRODUCT");
    expect(documents::kFindProduct)
        .answer(200, data(R"("productByIdentifier":null,"productVariants":{"nodes":[]})"));
    expect(
        documents::kCreateProduct,
        R"({"input":{"variants":[{"sku":"T-1","inventoryItem":{"tracked":true},
        "inventoryQuantities":[{"locationId":"gid://shopify/Location/60001","name":"available","quantity":7}]}]}})"
    )
        .answer(
            200,
            data(
                R"("productSet":{"product":{"id":"gid://shopify/Product/8","updatedAt":"u"},"userErrors":[]})"
            )
        );
    EXPECT_EQ(push(tea()).remote_id, kProduct);
}

TEST_F(Stock, AnotherCountIsSetAgainstTheOneThatWasRead) {
    expect_update();
    expect_held(level(5));
    expect(
        documents::kSetStock,
        R"({"input":{"name":"available","reason":"correction","quantities":[{"inventoryItemId":"i1",
        "locationId":"gid://shopify/Location/60001","quantity":7,"changeFromQuantity":5}]}})"
    )
        .answer(200, set_);
    EXPECT_EQ(push(tea(kProduct)).remote_id, kProduct);
}

TEST_F(Stock, TheSameCountIsNotWritten) {
    expect_update();
    expect_held(level(7));
    EXPECT_EQ(push(tea(kProduct)).kind, OutcomeKind::done);
}

TEST_F(Stock, AKeyIsTheSameForTheSameChangeAndAnotherForEachOther) {
    std::set<std::string> keys;
    for (const auto& held : {level(5, "t1"), level(5, "t1"), level(5, "t2"), level(4, "t1")}) {
        expect_update();
        expect_held(held);
        expect(documents::kSetStock).fail(Transport::cut_off);
        EXPECT_FALSE(push(tea(kProduct)).maybe_applied);
        keys.insert(sent_key());
    }
    EXPECT_EQ(keys.size(), 3U);
}

TEST_F(Stock, ACountThatWasChangedMeanwhileIsReadAgain) {
    expect_update();
    expect_held(level(5));
    expect(documents::kSetStock)
        .answer(200, user_error("inventorySetQuantities", "CHANGE_FROM_QUANTITY_STALE", R"(["input"])"));
    EXPECT_EQ(push(tea(kProduct)).kind, OutcomeKind::retry);
    expect_update();
    expect_held(level(5));
    expect(documents::kSetStock)
        .answer(200, user_error("inventorySetQuantities", "INVALID_LOCATION", R"(["input"])"));
    EXPECT_EQ(push(tea(kProduct)).kind, OutcomeKind::rejected);
}

TEST_F(Stock, AnItemThatIsNotStockedThereYetIsPutThere) {
    expect_update();
    expect_held("null");
    expect(
        documents::kStockAtLocation, R"({"item":"i1","location":"gid://shopify/Location/60001","quantity":7})"
    )
        .answer(200, data(R"("inventoryActivate":{"inventoryLevel":{"id":"l"},"userErrors":[]})"));
    EXPECT_EQ(push(tea(kProduct)).kind, OutcomeKind::done);
    EXPECT_FALSE(sent_key().empty());
}

TEST_F(Stock, WithoutALocationNoneIsWritten) {
    session_.set("stock_location", "");
    expect(documents::kVariants)
        .answer(200, data(R"("product":{"id":"p","variants":{"nodes":[{"id":"v1","sku":"T-1"}]}})"));
    expect(documents::kUpdateProduct)
        .answer(
            200,
            data(
                R"("productUpdate":{"product":{"id":"p"},"userErrors":[]},)"
                R"("productVariantsBulkUpdate":{"product":{"id":"gid://shopify/Product/8","updatedAt":"u"},"userErrors":[]})"
            )
        );
    EXPECT_EQ(push(tea(kProduct)).kind, OutcomeKind::done);
    const auto sent = json::parse(session_.sent().back().body).at("variables").at("variants").at(0);
    EXPECT_FALSE(sent.at("inventoryItem").as_object().contains("tracked"));
}

TEST_F(Stock, TheConnectionTestLooksForTheLocationAndItsScopes) {
    const auto shop = [](const std::string& scopes) {
        return data(
            R"("shop":{"name":"Tea House","currencyCode":"EUR"},"currentAppInstallation":{"accessScopes":[)"
            R"({"handle":"write_customers"},{"handle":"write_products"},{"handle":"write_orders"})" +
            scopes + "]}"
        );
    };
    const std::string rest = R"(,{"handle":"write_inventory"},{"handle":"read_locations"})";
    expect(documents::kTest).answer(200, shop(""));
    EXPECT_NE(
        run(connector_->test(session_)).sentence.find("write_inventory, read_locations"), std::string::npos
    );
    expect(documents::kTest).answer(200, shop(rest));
    expect(documents::kLocation, R"({"id":"gid://shopify/Location/60001"})")
        .answer(200, data(R"("location":null)"));
    EXPECT_NE(run(connector_->test(session_)).sentence.find("stock_location"), std::string::npos);
    expect(documents::kTest).answer(200, shop(rest));
    expect(documents::kLocation)
        .answer(200, data(R"("location":{"id":"l","name":"Attic","isActive":false})"));
    EXPECT_NE(run(connector_->test(session_)).sentence.find("Attic"), std::string::npos);
    expect(documents::kTest).answer(200, shop(rest));
    expect(documents::kLocation).answer(200, data(R"("location":{"id":"l","name":"Shop","isActive":true})"));
    EXPECT_TRUE(run(connector_->test(session_)).ok);
}

}  // namespace
}  // namespace navette::shopify::test
