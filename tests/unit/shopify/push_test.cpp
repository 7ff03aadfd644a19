#include "fixture.hpp"

namespace navette::shopify::test {
namespace {

constexpr auto kCustomer = "gid://shopify/Customer/5";
constexpr auto kProduct = "gid://shopify/Product/8";
constexpr auto kOrder = "gid://shopify/Order/77";

class Customers : public ShopifyTest {
  protected:
    static sdk::Operation jane(std::string remote_id = {}) {
        return operation(
            "customer",
            R"({"email":"jane@x.test","firstName":"Jane","phone":"+33102030405","address":{"company":"Acme","countryCode":"FR"}})",
            std::move(remote_id)
        );
    }
    const std::string set_ = data(
        R"("customerSet":{"customer":{"id":"gid://shopify/Customer/5","updatedAt":"2026-05-01T10:00:00Z"},"userErrors":[]})"
    );
};

TEST_F(Customers, ANewOneIsMadeByItsAddressWithWhatCannotBeLost) {
    expect(documents::kFindCustomer, R"({"email":"jane@x.test"})")
        .answer(200, data(R"("customerByIdentifier":null)"));
    expect(
        documents::kSetCustomer,
        R"({"identifier":{"email":"jane@x.test"},"input":{"email":"jane@x.test","firstName":"Jane","phone":"+33102030405",
        "addresses":[{"company":"Acme","countryCode":"FR","firstName":"Jane"}]}})"
    )
        .answer(200, set_);
    const auto outcome = push(jane());
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, kCustomer);
    EXPECT_EQ(outcome.remote_version, "2026-05-01T10:00:00Z");
}

TEST_F(Customers, AnExistingOneKeepsItsAddressesAndTags) {
    auto tagged = jane();
    tagged.fields["tags"] = json::array{"vip"};
    expect(documents::kFindCustomer)
        .answer(200, data(R"("customerByIdentifier":{"id":"gid://shopify/Customer/5"})"));
    expect(documents::kSetCustomer, R"({"identifier":{"id":"gid://shopify/Customer/5"}})").answer(200, set_);
    EXPECT_EQ(push(std::move(tagged)).kind, OutcomeKind::done);
    const auto sent = json::parse(session_.sent().back().body).at("variables").at("input").as_object();
    EXPECT_FALSE(sent.contains("addresses"));
    EXPECT_FALSE(sent.contains("address"));
    EXPECT_FALSE(sent.contains("tags"));
}

TEST_F(Customers, ACreateWhoseAnswerWasLostIsAnUpsertThatFindsItsOwnWork) {
    expect(documents::kFindCustomer).answer(200, data(R"("customerByIdentifier":null)"));
    expect(documents::kSetCustomer).fail(Transport::cut_off);
    const auto lost = push(jane());
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);
    expect(documents::kFindCustomer)
        .answer(200, data(R"("customerByIdentifier":{"id":"gid://shopify/Customer/5"})"));
    expect(documents::kSetCustomer, R"({"identifier":{"id":"gid://shopify/Customer/5"}})").answer(200, set_);
    EXPECT_EQ(push(in_doubt(jane())).remote_id, kCustomer);
}

TEST_F(Customers, ANumberWithoutItsCountryDoesNotCostTheWholeCustomer) {
    expect(documents::kSetCustomer).answer(200, set_);
    EXPECT_EQ(
        push(operation("customer", R"({"email":"a@x","phone":"12"})", kCustomer)).kind, OutcomeKind::done
    );
    EXPECT_FALSE(
        json::parse(session_.sent().back().body).at("variables").at("input").as_object().contains("phone")
    );
    EXPECT_EQ(session_.remarks().size(), 1U);
}

TEST_F(Customers, UserErrorsHaveTheirOutcomeAndField) {
    const std::vector<std::pair<std::string, OutcomeKind>> kinds{
        {"TAKEN", OutcomeKind::conflict},
        {"NOT_FOUND", OutcomeKind::gone},
        {"INVALID", OutcomeKind::rejected},
        {"", OutcomeKind::rejected},
        {"SHOP_DORMANT", OutcomeKind::misconfigured},
    };
    for (const auto& [code, kind] : kinds) {
        expect(documents::kSetCustomer).answer(200, user_error("customerSet", code));
        const auto outcome = push(jane(kCustomer));
        EXPECT_EQ(outcome.kind, kind) << code;
        EXPECT_NE(outcome.message.find("words of Shopify"), std::string::npos);
        if (kind == OutcomeKind::rejected) {
            EXPECT_EQ(outcome.field, "input.email");
        }
    }
}

class Products : public ShopifyTest {
  protected:
    static sdk::Operation tea(std::string remote_id = {}) {
        return operation(
            "product",
            R"({"sku":"T-1","title":"Tea","price":"9.99","status":"ACTIVE","_currency":"EUR"})",
            std::move(remote_id)
        );
    }
    void expect_look(const std::string& by_key, const std::string& by_sku) {
        expect(documents::kFindProduct, R"({"key":"shop-x-1","sku":"sku:'T-1'"})")
            .answer(
                200,
                data(
                    R"("productByIdentifier":)" + by_key + R"(,"productVariants":{"nodes":[)" + by_sku + "]}"
                )
            );
    }
    void expect_variants(const std::string& nodes) {
        expect(documents::kVariants, R"({"id":"gid://shopify/Product/8"})")
            .answer(
                200,
                data(R"("product":{"id":"gid://shopify/Product/8","variants":{"nodes":[)" + nodes + "]}}")
            );
    }
    const std::string set_ =
        data(R"("productSet":{"product":{"id":"gid://shopify/Product/8","updatedAt":"u"},"userErrors":[]})");
    const std::string updated_ = data(
        R"("productUpdate":{"product":{"id":"gid://shopify/Product/8"},"userErrors":[]},)"
        R"("productVariantsBulkUpdate":{"product":{"id":"gid://shopify/Product/8","updatedAt":"u"},"userErrors":[]})"
    );
};

TEST_F(Products, ANewOneIsMadeUnderOurKey) {
    expect_definition("PRODUCT");
    expect_look("null", "");
    expect(
        documents::kCreateProduct,
        R"({"identifier":{"customId":{"namespace":"navette","key":"id","value":"shop-x-1"}},"input":{"title":"Tea","status":"ACTIVE",
        "productOptions":[{"name":"Title","values":[{"name":"Default Title"}]}],
        "variants":[{"sku":"T-1","price":"9.99","optionValues":[{"optionName":"Title","name":"Default Title"}]}]}})"
    )
        .answer(200, set_);
    EXPECT_EQ(push(tea()).remote_id, kProduct);
}

TEST_F(Products, ACreateWhoseAnswerWasLostIsFoundByOurKeyAndNotRepeated) {
    expect_definition("PRODUCT");
    expect_look("null", "");
    expect(documents::kCreateProduct).answer(502, "<html>", "text/html");
    const auto lost = push(tea());
    EXPECT_EQ(lost.kind, OutcomeKind::unavailable);
    EXPECT_TRUE(lost.maybe_applied);
    // The definition is asked for once while the process lives.
    expect_look(R"({"id":"gid://shopify/Product/8"})", "");
    expect_variants(R"({"id":"v1","sku":"T-1"})");
    expect(documents::kUpdateProduct).answer(200, updated_);
    EXPECT_EQ(push(in_doubt(tea())).remote_id, kProduct);
}

TEST_F(Products, OneOfTheShopWithTheSameSkuIsAdoptedWithoutLosingItsOtherVariants) {
    expect_definition("PRODUCT");
    expect_look(
        "null",
        R"({"sku":"T-10","product":{"id":"x"}},{"sku":"t-1","product":{"id":"gid://shopify/Product/8"}})"
    );
    expect_variants(R"({"id":"v0","sku":"T-0"},{"id":"v1","sku":"t-1"})");
    expect(
        documents::kUpdateProduct,
        R"({"id":"gid://shopify/Product/8","product":{"id":"gid://shopify/Product/8","title":"Tea"},
        "variants":[{"id":"v1","price":"9.99","inventoryItem":{"sku":"T-1"}}]})"
    )
        .answer(200, updated_);
    EXPECT_EQ(push(tea()).kind, OutcomeKind::done);
}

TEST_F(Products, SeveralVariantsWithoutOurSkuAreAConflict) {
    expect_variants(R"({"id":"v0","sku":"T-0"},{"id":"v1","sku":"T-2"})");
    EXPECT_EQ(push(tea(kProduct)).kind, OutcomeKind::conflict);
}

TEST_F(Products, OneThatIsNoMoreIsGone) {
    expect(documents::kVariants).answer(200, data(R"("product":null)"));
    EXPECT_EQ(push(tea(kProduct)).kind, OutcomeKind::gone);
}

TEST_F(Products, AnotherCurrencyAndAMissingSkuAreRefused) {
    EXPECT_EQ(push(operation("product", R"({"sku":"T","title":"n","_currency":"USD"})")).field, "currency");
    EXPECT_EQ(push(operation("product", R"({"title":"n"})")).field, "sku");
}

TEST_F(Products, ADefinitionThatIsThereIsEnough) {
    expect(documents::kDefineKey).answer(200, user_error("metafieldDefinitionCreate", "TAKEN"));
    expect_look("null", "");
    expect(documents::kCreateProduct).answer(200, set_);
    EXPECT_EQ(push(tea()).kind, OutcomeKind::done);
}

TEST_F(Products, WithoutTheDefinitionNothingIsCreated) {
    expect(documents::kDefineKey)
        .answer(200, user_error("metafieldDefinitionCreate", "RESERVED_NAMESPACE_KEY"));
    EXPECT_EQ(push(tea()).kind, OutcomeKind::rejected);
}

class Orders : public ShopifyTest {
  protected:
    static sdk::Operation order(std::string remote_id = {}) {
        return operation(
            "order",
            R"({"name":"LU1","sourceIdentifier":"LU1","currency":"EUR","_amount":"25.00","email":"jane@x.test","financialStatus":"PAID",
            "lineItems":[{"title":"Tea","sku":"T-1","quantity":2,"_unit_price":"12.50"}]})",
            std::move(remote_id)
        );
    }
    static std::string held(const std::string& more = R"("displayFinancialStatus":"PAID")") {
        return R"({"id":"gid://shopify/Order/77","updatedAt":"u","totalPriceSet":{"shopMoney":{"amount":"25.0"}},)" +
               more + "}";
    }
    const std::string created_ = data(R"("orderCreate":{"order":)" + held() + R"(,"userErrors":[]})");
};

TEST_F(Orders, OneIsCreatedWithOurKeyItsMoneyAndNoMail) {
    expect_definition("ORDER");
    expect(
        documents::kCreateOrder,
        R"({"order":{"name":"LU1","sourceIdentifier":"LU1","sourceName":"navette","currency":"EUR","taxesIncluded":true,"financialStatus":"PAID",
        "customer":{"toUpsert":{"email":"jane@x.test"}},
        "lineItems":[{"title":"Tea","sku":"T-1","quantity":2,"priceSet":{"shopMoney":{"amount":"12.50","currencyCode":"EUR"}}}],
        "transactions":[{"kind":"SALE","status":"SUCCESS","gateway":"navette","amountSet":{"shopMoney":{"amount":"25.00","currencyCode":"EUR"}}}],
        "metafields":[{"namespace":"navette","key":"id","type":"id","value":"shop-x-1"}]},
        "options":{"inventoryBehaviour":"BYPASS","sendReceipt":false}})"
    )
        .answer(200, created_);
    EXPECT_EQ(push(order()).remote_id, kOrder);
    EXPECT_TRUE(session_.remarks().empty());
    EXPECT_FALSE(
        json::parse(session_.sent().back().body).at("variables").at("order").as_object().contains("_amount")
    );
}

TEST_F(Orders, ALinkedCustomerIsAssociated) {
    expect_definition("ORDER");
    expect(
        documents::kCreateOrder, R"({"order":{"customer":{"toAssociate":{"id":"gid://shopify/Customer/5"}}}})"
    )
        .answer(200, created_);
    auto made = order();
    made.references["customer"] = kCustomer;
    EXPECT_EQ(push(std::move(made)).kind, OutcomeKind::done);
}

TEST_F(Orders, ACreateWhoseAnswerWasLostIsLookedForByOurKeyAndNotRepeated) {
    expect_definition("ORDER");
    expect(documents::kCreateOrder).fail(Transport::cut_off);
    const auto lost = push(order());
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);
    expect(documents::kFindOrder, R"({"key":"shop-x-1"})")
        .answer(200, data(R"("orderByIdentifier":)" + held()));
    EXPECT_EQ(push(in_doubt(order())).remote_id, kOrder);
}

TEST_F(Orders, ACreateThatNeverArrivedIsMadeOnce) {
    expect_definition("ORDER");
    expect(documents::kFindOrder).answer(200, data(R"("orderByIdentifier":null)"));
    expect(documents::kCreateOrder).answer(200, created_);
    EXPECT_EQ(push(in_doubt(order())).remote_id, kOrder);
}

TEST_F(Orders, ARefusedDuplicateOfOurKeyIsAdopted) {
    expect_definition("ORDER");
    expect(documents::kCreateOrder)
        .answer(200, user_error("orderCreate", "INVALID", R"(["order","metafields","0","value"])"));
    expect(documents::kFindOrder).answer(200, data(R"("orderByIdentifier":)" + held()));
    EXPECT_EQ(push(order()).remote_id, kOrder);
}

TEST_F(Orders, AnyOtherRefusalIsTold) {
    expect_definition("ORDER");
    expect(documents::kCreateOrder)
        .answer(200, user_error("orderCreate", "PROCESSED_AT_INVALID", R"(["order","processedAt"])"));
    const auto outcome = push(order());
    EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome.field, "order.processedAt");
}

TEST_F(Orders, AnUnpaidOneIsMarkedAsPaid) {
    expect(documents::kReadOrder, R"({"id":"gid://shopify/Order/77"})")
        .answer(
            200, data(R"("order":)" + held(R"("displayFinancialStatus":"PENDING","canMarkAsPaid":true)"))
        );
    expect(documents::kMarkOrderPaid)
        .answer(
            200,
            data(
                R"("orderMarkAsPaid":{"order":{"id":"gid://shopify/Order/77","updatedAt":"v"},"userErrors":[]})"
            )
        );
    EXPECT_EQ(push(order(kOrder)).remote_version, "v");
}

TEST_F(Orders, WhatIsAsWantedIsNotWritten) {
    expect(documents::kReadOrder).answer(200, data(R"("order":)" + held()));
    EXPECT_EQ(push(order(kOrder)).kind, OutcomeKind::done);
    EXPECT_TRUE(session_.remarks().empty());
}

TEST_F(Orders, WhatCannotBeCarriedOverIsRemarked) {
    expect(documents::kReadOrder)
        .answer(
            200, data(R"("order":)" + held(R"("displayFinancialStatus":"REFUNDED","canMarkAsPaid":false)"))
        );
    EXPECT_EQ(push(order(kOrder)).kind, OutcomeKind::done);
    expect(documents::kReadOrder)
        .answer(
            200, data(R"("order":)" + held(R"("cancelledAt":"2026-05-01T10:00:00Z","canMarkAsPaid":true)"))
        );
    EXPECT_EQ(push(order(kOrder)).kind, OutcomeKind::done);
    EXPECT_EQ(session_.remarks().size(), 2U);
    expect(documents::kReadOrder).answer(200, data(R"("order":null)"));
    EXPECT_EQ(push(order(kOrder)).kind, OutcomeKind::gone);
}

TEST_F(Orders, BadLinesAreRefused) {
    const auto refused = [&](const std::string& fields) { return push(operation("order", fields)).field; };
    EXPECT_EQ(refused(R"({"currency":"EUR","lineItems":[]})"), "lines");
    EXPECT_EQ(refused(R"({"lineItems":[]})"), "currency");
    EXPECT_EQ(
        refused(R"({"currency":"EUR","lineItems":[{"title":"x","quantity":0,"_unit_price":"1.00"}]})"),
        "quantity"
    );
    EXPECT_EQ(refused(R"({"currency":"EUR","lineItems":[{"title":"x","quantity":1}]})"), "unit_price_cents");
}

class Removals : public ShopifyTest {};

TEST_F(Removals, EachObjectHasItsMutation) {
    const std::vector<std::tuple<std::string, std::string_view, std::string>> kinds{
        {"customer", documents::kDeleteCustomer, "customerDelete"},
        {"product", documents::kDeleteProduct, "productDelete"},
        {"order", documents::kDeleteOrder, "orderDelete"},
        {"draft_order", documents::kDeleteDraft, "draftOrderDelete"},
    };
    for (const auto& [object, document, name] : kinds) {
        auto made = operation(object, "{}", "gid://1");
        made.action = sdk::Action::remove;
        expect(document, R"({"id":"gid://1"})").answer(200, data("\"" + name + R"(":{"userErrors":[]})"));
        EXPECT_EQ(push(made).kind, OutcomeKind::done);
        expect(document).answer(200, user_error(name, ""));
        expect(documents::kExists).answer(200, data(R"("node":null)"));
        EXPECT_EQ(push(made).kind, OutcomeKind::done);
        expect(document).answer(200, user_error(name, ""));
        expect(documents::kExists).answer(200, data(R"("node":{"id":"gid://1"})"));
        EXPECT_EQ(push(made).kind, OutcomeKind::rejected);
    }
    auto unknown = operation("order", "{}");
    unknown.action = sdk::Action::remove;
    EXPECT_EQ(push(std::move(unknown)).kind, OutcomeKind::skipped);
}

}  // namespace
}  // namespace navette::shopify::test
