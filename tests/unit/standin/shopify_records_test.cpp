// The rules of the Shopify stand-in's records: what is unique, what is replaced, what is refused, and how
// lists are read.
#include "tests/unit/standin/shopify_fixture.hpp"

namespace navette::standin {
namespace {

namespace json = boost::json;

constexpr auto kSetCustomer =
    "mutation($identifier:CustomerSetIdentifiers!,$input:CustomerSetInput!){customerSet(identifier:$"
    "identifier,"
    "input:$input){customer{id updatedAt} userErrors{code field message}}}";
constexpr auto kSetProduct =
    "mutation($identifier:ProductSetIdentifiers!,$input:ProductSetInput!){productSet(identifier:$identifier,"
    "input:$input,synchronous:true){product{id} userErrors{code field message}}}";
constexpr auto kCreateOrder =
    "mutation($order:OrderCreateOrderInput!){orderCreate(order:$order){order{id "
    "totalPriceSet{shopMoney{amount}}} userErrors{code field message}}}";
constexpr auto kDefine =
    "mutation($definition:MetafieldDefinitionInput!){metafieldDefinitionCreate(definition:$definition)"
    "{createdDefinition{id} userErrors{code field message}}}";

class ShopifyRecords : public ShopifySiteTest {
  protected:
    using ShopifySiteTest::ShopifySiteTest;

    std::string define(const std::string& owner) {
        return user_error(
            kDefine,
            R"({"definition":{"name":"id","namespace":"navette","key":"id","type":"id","ownerType":")" +
                owner + "\"}}"
        );
    }
    std::string set_customer(const std::string& identifier, const std::string& input) {
        return user_error(kSetCustomer, R"({"identifier":)" + identifier + R"(,"input":)" + input + "}");
    }
    static std::string order(const std::string& key, const std::string& more = "") {
        return R"({"order":{"currency":"EUR","lineItems":[{"title":"Tea","quantity":2,"priceSet":{"shopMoney":{"amount":"9.99","currencyCode":"EUR"}}}],
               "metafields":[{"namespace":"navette","key":"id","type":"id","value":")" +
               key + "\"}]" + more + "}}";
    }
    static std::string tea(const std::string& variants) {
        return R"({"identifier":{"customId":{"namespace":"navette","key":"id","value":"p-1"}},"input":{"title":"Tea",
               "productOptions":[{"name":"Title","values":[{"name":"Default Title"}]}],"variants":[)" +
               variants + "]}}";
    }
    static std::string variant(const std::string& sku, const std::string& more = "") {
        return R"({"optionValues":[{"optionName":"Title","name":"Default Title"}],"price":"9.99","sku":")" +
               sku + "\"" + more + "}";
    }
};

TEST_F(ShopifyRecords, ACustomerIsSetByItsAddressAndCountsAsChangedOnlyWhereItDiffers) {
    const auto jane = R"({"email":"Jane@x.test","firstName":"Jane"})";
    EXPECT_EQ(set_customer(R"({"email":"jane@x.test"})", jane), "none");
    EXPECT_EQ(set_customer(R"({"email":"jane@x.test"})", jane), "none");
    EXPECT_EQ(count("customers"), 1);
    EXPECT_EQ(count("customers", "update"), 0);
    EXPECT_EQ(
        set_customer(R"({"email":"jane@x.test"})", R"({"email":"jane@x.test","firstName":"Joan"})"), "none"
    );
    EXPECT_EQ(count("customers", "update"), 1);
}

TEST_F(ShopifyRecords, ACustomersAddressAndNumberAreCheckedAndUnique) {
    EXPECT_EQ(set_customer(R"({"email":"x"})", R"({"email":"x"})"), "input.email INVALID: Email is invalid");
    EXPECT_EQ(
        set_customer(R"({"email":"a@x.test"})", R"({"email":"a@x.test","phone":"0102030405"})"),
        "input.phone INVALID: Phone is invalid"
    );
    EXPECT_EQ(
        set_customer(R"({"email":"a@x.test"})", R"({"email":"b@x.test"})").substr(0, 20),
        "input INPUT_MISMATCH"
    );
    EXPECT_EQ(
        set_customer(R"({"email":"a@x.test"})", R"({"email":"a@x.test","phone":"+33102030405"})"), "none"
    );
    EXPECT_EQ(
        set_customer(R"({"email":"b@x.test"})", R"({"email":"b@x.test","phone":"+33102030405"})"),
        "input.phone TAKEN: Phone has already been taken"
    );
    EXPECT_EQ(set_customer(R"({"id":"gid://shopify/Customer/1"})", "{}").substr(0, 15), "input NOT_FOUND");
    EXPECT_EQ(count("customers"), 1);
}

TEST_F(ShopifyRecords, ListsOfACustomerAreReplacedAsAWhole) {
    const auto set = [&](const std::string& more) {
        return set_customer(R"({"email":"a@x.test"})", R"({"email":"a@x.test")" + more + "}");
    };
    EXPECT_EQ(set(R"(,"tags":["vip"],"addresses":[{"city":"Paris","countryCode":"FR"}])"), "none");
    EXPECT_EQ(set(R"(,"addresses":[{"city":"Lyon"}])"), "none");
    const auto held =
        data(R"(query{customerByIdentifier(identifier:{emailAddress:"A@x.test"}){tags defaultAddress{city
             countryCodeV2}}})");
    EXPECT_EQ(held, json::parse(R"({"tags":["vip"],"defaultAddress":{"city":"Lyon","countryCodeV2":null}})"));
}

TEST_F(ShopifyRecords, CustomIdsNeedTheirDefinition) {
    EXPECT_EQ(error_code(kSetProduct, tea(variant("T-1"))), "NOT_FOUND");
    EXPECT_EQ(count("products"), 0);
    EXPECT_EQ(define("PRODUCT"), "none");
    EXPECT_EQ(define("PRODUCT").substr(0, 20), "definition.key TAKEN");
    EXPECT_EQ(user_error(kSetProduct, tea(variant("T-1"))), "none");
    EXPECT_EQ(user_error(kSetProduct, tea(variant("T-1"))), "none");
    EXPECT_EQ(count("products"), 1);
}

TEST_F(ShopifyRecords, SettingAProductDeletesTheVariantsThatAreNotTold) {
    define("PRODUCT");
    EXPECT_EQ(user_error(kSetProduct, tea(variant("T-1") + "," + variant("T-2"))), "none");
    EXPECT_EQ(user_error(kSetProduct, tea(variant("T-2"))), "none");
    const auto found = data("query{productVariants(first:5){nodes{sku}}}");
    EXPECT_EQ(found, json::parse(R"({"nodes":[{"sku":"T-2"}]})"));
    EXPECT_EQ(error_code(kSetProduct, tea(R"({"price":"1"})")), "INVALID_VARIABLE")
        << "a variant has options";
}

TEST_F(ShopifyRecords, ASearchFindsWholeWordsAndMoreThanItWasAskedFor) {
    define("PRODUCT");
    user_error(kSetProduct, tea(variant("T-1") + "," + variant("T-1-RED") + "," + variant("T-10")));
    const auto found = data(R"(query{productVariants(first:5,query:"sku:'T-1'"){nodes{sku}}})");
    EXPECT_EQ(found, json::parse(R"({"nodes":[{"sku":"T-1"},{"sku":"T-1-RED"}]})"));
}

TEST_F(ShopifyRecords, AnOrderIsMadeTwiceUnlessItsKeyIsKeptUnique) {
    EXPECT_EQ(user_error(kCreateOrder, order("o-1")), "none");
    EXPECT_EQ(user_error(kCreateOrder, order("o-1")), "none");
    EXPECT_EQ(count("orders"), 2);
    EXPECT_EQ(define("ORDER"), "none");
    EXPECT_EQ(
        user_error(kCreateOrder, order("o-1")),
        "order.metafields.0.value INVALID: Value has already been assigned to another metafield"
    );
    EXPECT_EQ(count("orders"), 2);
}

TEST_F(ShopifyRecords, AnOrderIsCheckedAndAddedUp) {
    EXPECT_EQ(
        data(kCreateOrder, order("o-1")).at("order").at("totalPriceSet"),
        json::parse(R"({"shopMoney":{"amount":"19.98"}})")
    );
    EXPECT_EQ(
        user_error(kCreateOrder, R"({"order":{"lineItems":[]}})"),
        "order.lineItems INVALID: Line items must have at least one line item"
    );
    EXPECT_EQ(
        user_error(kCreateOrder, order("o-2", R"(,"processedAt":"2099-01-01T00:00:00Z")")).substr(0, 38),
        "order.processedAt PROCESSED_AT_INVALID"
    );
    EXPECT_EQ(
        user_error(
            kCreateOrder, order("o-2", R"(,"customer":{"toAssociate":{"id":"gid://shopify/Customer/1"}})")
        ),
        "order.customer.toAssociate.id INVALID: Customer does not exist"
    );
    EXPECT_EQ(error_code(kCreateOrder, order("o-2", R"(,"financialStatus":"BROKE")")), "INVALID_VARIABLE");
    EXPECT_EQ(count("orders"), 1);
}

TEST_F(ShopifyRecords, ACustomerWithOrdersIsNotDeleted) {
    user_error(kCreateOrder, order("o-1", R"(,"customer":{"toUpsert":{"email":"a@x.test"}})"));
    EXPECT_EQ(count("customers"), 1);
    const auto found = data(R"(query{customerByIdentifier(identifier:{emailAddress:"a@x.test"}){id}})");
    EXPECT_EQ(
        user_error(
            "mutation($id:ID!){customerDelete(input:{id:$id}){userErrors{field message}}}",
            json::serialize(found)
        ),
        "id: Customer can't be deleted because they have associated orders"
    );
}

TEST_F(ShopifyRecords, StockIsSetAgainstTheCountThatWasReadAndByAKey) {
    define("PRODUCT");
    const auto at =
        R"(,"inventoryQuantities":[{"locationId":"gid://shopify/Location/60001","name":"available","quantity":5}])";
    user_error(kSetProduct, tea(variant("T-1", at)));
    const auto held = data("query{productVariants(first:1){nodes{id inventoryQuantity inventoryItem{id}}}}");
    const auto& node = held.at("nodes").at(0);
    EXPECT_EQ(node.at("inventoryQuantity"), 5);
    const auto set = [&](int from, int quantity, const std::string& key) {
        return user_error(
            "mutation($input:InventorySetQuantitiesInput!" + std::string(key.empty() ? "" : ",$key:String!") +
                "){inventorySetQuantities(input:$input)" + (key.empty() ? "" : "@idempotent(key:$key)") +
                "{inventoryAdjustmentGroup{id} userErrors{code field message}}}",
            R"({"key":")" + key +
                R"(","input":{"name":"available","reason":"correction","quantities":[{"locationId":"gid://shopify/Location/60001","inventoryItemId":)" +
                json::serialize(node.at("inventoryItem").at("id")) + R"(,"changeFromQuantity":)" +
                std::to_string(from) + R"(,"quantity":)" + std::to_string(quantity) + "}]}}"
        );
    };
    EXPECT_NE(set(4, 9, "k1").find("CHANGE_FROM_QUANTITY_STALE"), std::string::npos);
    EXPECT_EQ(set(5, 9, "k2"), "none");
    EXPECT_EQ(set(5, 9, "k2"), "none") << "the same again is answered from memory";
    EXPECT_NE(set(9, 8, "k2").find("IDEMPOTENCY_KEY_PARAMETER_MISMATCH"), std::string::npos);
    EXPECT_EQ(count("products", "stock"), 1);
    EXPECT_EQ(
        error_code(
            R"(mutation($input:InventorySetQuantitiesInput!){inventorySetQuantities(input:$input){userErrors{message}}})",
            R"({"input":{"name":"available","reason":"correction","quantities":[]}})"
        ),
        "BAD_REQUEST"
    ) << "without a key";
}

TEST_F(ShopifyRecords, APageGoesOnWhereItEndedThoughARecordMoved) {
    for (int number = 0; number < 5; ++number) {
        site_.control("POST", "change", R"({"object":"order"})");
    }
    const auto read = [&](const std::string& after) {
        return data(
            "query($after:String){orders(first:2,after:$after,sortKey:UPDATED_AT){nodes{id} "
            "pageInfo{hasNextPage "
            "endCursor}}}",
            after.empty() ? "{}" : R"({"after":")" + after + "\"}"
        );
    };
    const auto first = read("");
    const auto id = std::string(first.at("nodes").at(0).at("id").as_string());
    site_.control("POST", "change", R"({"object":"order","remote_id":")" + id + "\"}");
    const auto second = read(std::string(first.at("pageInfo").at("endCursor").as_string()));
    const auto third = read(std::string(second.at("pageInfo").at("endCursor").as_string()));
    EXPECT_EQ(second.at("nodes").as_array().size(), 2U);
    ASSERT_EQ(third.at("nodes").as_array().size(), 2U);
    EXPECT_EQ(third.at("nodes").at(1).at("id"), json::value(id))
        << "what changed meanwhile comes again at the end";
    EXPECT_EQ(third.at("pageInfo").at("hasNextPage"), false);
    EXPECT_EQ(
        error_code(
            "query($after:String){orders(first:2,after:$after){nodes{id}}}",
            R"({"after":)" + json::serialize(first.at("pageInfo").at("endCursor")) + "}"
        ),
        "BAD_REQUEST"
    ) << "a cursor of another order";
}

TEST_F(ShopifyRecords, WhatWasDeletedIsAnEvent) {
    const auto made = site_.control("POST", "change", R"({"object":"order"})");
    const auto id = std::string(made.at("remote_id").as_string());
    site_.control("POST", "change", R"({"object":"order","delete":true,"remote_id":")" + id + "\"}");
    const auto events = [&](const std::string& subject) {
        return data(
            "query{events(first:5,sortKey:CREATED_AT,query:\"action:destroy AND subject_type:" + subject +
            " AND created_at:>='2026-01-01T00:00:00Z'\"){nodes{... on BasicEvent{subjectId}}}}"
        );
    };
    EXPECT_EQ(events("ORDER").at("nodes").as_array().size(), 1U);
    EXPECT_EQ(events("ORDER").at("nodes").at(0).at("subjectId"), json::value(id));
    EXPECT_TRUE(events("CUSTOMER").at("nodes").as_array().empty());
}

TEST_F(ShopifyRecords, CustomersAreFoundByWholeDaysAndOthersByTheSecond) {
    site_.control("POST", "change", R"({"object":"customer"})");
    site_.control("POST", "change", R"({"object":"order"})");
    const auto later = R"(,query:"updated_at:>='2099-01-01T00:00:00Z'"))";
    EXPECT_TRUE(
        data(std::string("query{orders(first:1") + later + "{nodes{id}}}").at("nodes").as_array().empty()
    );
    const auto updated =
        data("query{customers(first:1){nodes{updatedAt}}}").at("nodes").at(0).at("updatedAt");
    const auto end_of_day = std::string(updated.as_string()).substr(0, 10) + "T23:59:59Z";
    const auto asked = "(first:1,query:\"updated_at:>='" + end_of_day + "'\"){nodes{id}}}";
    EXPECT_EQ(data("query{customers" + asked).at("nodes").as_array().size(), 1U);
    EXPECT_EQ(data("query{orders" + asked).at("nodes").as_array().size(), 0U);
}

class ShopifyLateSearch : public ShopifyRecords {
  protected:
    ShopifyLateSearch() : ShopifyRecords(SiteOptions{{"search_lag_ms", "3600000"}}) {}
};

TEST_F(ShopifyLateSearch, AnIdentifierFindsWhatTheSearchDoesNotYet) {
    define("ORDER");
    user_error(kCreateOrder, order("o-1", R"(,"name":"LU1")"));
    EXPECT_TRUE(data(R"(query{orders(first:1,query:"name:LU1"){nodes{id}}})").at("nodes").as_array().empty());
    EXPECT_TRUE(
        data(
            R"(query{orderByIdentifier(identifier:{customId:{namespace:"navette",key:"id",value:"o-1"}}){id}})"
        )
            .is_object()
    );
}

}  // namespace
}  // namespace navette::standin
