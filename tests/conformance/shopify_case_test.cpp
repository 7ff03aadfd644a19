// What is particular to Shopify, tried with the connector on its stand-in: points, long orders, deletions, a
// search that lags, stock, and products that the shop has already.
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using Kind = sdk::OutcomeKind;
using ::testing::HasSubstr;

const Subject& shopify() {
    static const auto subject = shopify_subject();
    return subject;
}

const ObjectCase& object_case(const std::string& name) {
    const auto& all = shopify().objects;
    return *std::ranges::find(all, name, &ObjectCase::object);
}

json::value order_site(ConnectedSite& site, const std::string& action, const json::object& asked) {
    return site.site().control("POST", action, json::serialize(asked));
}

/// Every page from the cursor on, which it moves.
std::vector<sdk::RemoteRecord> sweep(ConnectedSite& site, const std::string& object, json::value& cursor) {
    std::vector<sdk::RemoteRecord> records;
    for (bool more = true; more;) {
        auto page = site.pull({object, cursor, 2});
        EXPECT_TRUE(page) << told(page.error());
        if (!page) {
            break;
        }
        for (auto& record : page->records) {
            records.push_back(std::move(record));
        }
        cursor = std::move(page->cursor);
        more = page->more;
    }
    return records;
}

std::string pushed(ConnectedSite& site, const std::string& object, int n) {
    const auto outcome = site.push_until_settled(site.operation(object_case(object), n));
    EXPECT_EQ(outcome.kind, Kind::done) << told(outcome);
    return outcome.remote_id;
}

/// The shop's stock of the n-th product.
json::value stock_of(ConnectedSite& site, const std::string& product) {
    const auto held = site.fetch("product", product);
    EXPECT_TRUE(held) << told(held.error());
    return held ? held->fields.at("variants").at("nodes").at(0).at("inventoryQuantity") : json::value();
}

TEST(ShopifyCase, ABucketThatIsTooSmallForAllOfThemLosesAndDoublesNone) {
    ConnectedSite site(shopify(), {{"points", "25"}, {"restore", "100"}});
    for (int n = 1; n <= 5; ++n) {
        pushed(site, "customer", n);
    }
    EXPECT_EQ(site.created(object_case("customer")), 5);
}

TEST(ShopifyCase, AThrottledAnswerTellsItsWaitByItsHeaderToo) {
    for (const std::string status : {"200", "429"}) {
        ConnectedSite site(shopify(), {{"rate", "1"}, {"rate_ms", "60000"}, {"throttle_status", status}});
        const auto refused = site.push(site.operation(object_case("customer"), 1));
        EXPECT_EQ(refused.kind, Kind::throttled) << told(refused);
        ASSERT_TRUE(refused.retry_after) << status;
        EXPECT_GT(refused.retry_after->count(), 30'000) << status;
        EXPECT_LE(refused.retry_after->count(), 60'100) << status;
        EXPECT_EQ(site.created(object_case("customer")), 0);
    }
}

TEST(ShopifyCase, AnOrderComesWithAllItsLines) {
    ConnectedSite site(shopify());
    const auto id = pushed(site, "order", 1);
    order_site(site, "order", {{"remote_id", id}, {"lines", 130}});
    json::value cursor;
    const auto pulled = sweep(site, "order", cursor);
    ASSERT_EQ(pulled.size(), 1U);
    const auto fetched = site.fetch("order", id);
    ASSERT_TRUE(fetched) << told(fetched.error());
    for (const auto* fields : {&pulled[0].fields, &fetched->fields}) {
        const auto& lines = fields->at("lineItems").as_array();
        ASSERT_EQ(lines.size(), 130U);
        EXPECT_EQ(lines.back().at("title"), "Line 130");
    }
}

TEST(ShopifyCase, WhatTheShopDeletesIsToldOnceAtTheEndOfASweep) {
    ConnectedSite site(shopify());
    for (const std::string object : {"customer", "product", "order", "draft_order"}) {
        SCOPED_TRACE(object);
        const auto id = pushed(site, object, 1);
        json::value cursor;
        for (const auto& record : sweep(site, object, cursor)) {
            EXPECT_FALSE(record.deleted);
        }
        order_site(site, "change", {{"object", object}, {"remote_id", id}, {"delete", true}});
        const auto later = sweep(site, object, cursor);
        ASSERT_FALSE(later.empty());
        EXPECT_TRUE(later.back().deleted);
        EXPECT_EQ(later.back().remote_id, id);
        for (const auto& record : sweep(site, object, cursor)) {
            EXPECT_FALSE(record.deleted) << "told twice";
        }
        // The order's buyer would keep the customer from being deleted.
        site.site().reset();
        site.restart();
    }
}

TEST(ShopifyCase, ALostDraftOrderThatTheSearchDoesNotFindYetIsNotMadeTwice) {
    ConnectedSite site(shopify(), {{"search_lag_ms", "3600000"}});
    const auto& object = object_case("draft_order");
    auto operation = site.operation(object, 1);
    site.site().set_faults(R"({"reset_after":1,"only_path_prefix":"/mutation/draftOrderCreate"})");
    const auto lost = site.push(operation);
    EXPECT_TRUE(lost.maybe_applied) << told(lost);
    site.site().set_faults("");
    operation.maybe_applied = true;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto again = site.push(operation);
        EXPECT_EQ(again.kind, Kind::retry) << told(again);
        EXPECT_EQ(site.created(object), 1);
    }
}

TEST(ShopifyCase, ALostOrderIsFoundByItsKeyThoughTheSearchLags) {
    ConnectedSite site(shopify(), {{"search_lag_ms", "3600000"}});
    const auto& object = object_case("order");
    auto operation = site.operation(object, 1);
    site.site().set_faults(R"({"reset_after":1,"only_path_prefix":"/mutation/orderCreate"})");
    EXPECT_TRUE(site.push(operation).maybe_applied);
    site.site().set_faults("");
    operation.maybe_applied = true;
    const auto again = site.push(operation);
    EXPECT_EQ(again.kind, Kind::done) << told(again);
    EXPECT_EQ(site.created(object), 1);
}

TEST(ShopifyCase, AKeyThatIsNotKeptUniqueAnyMoreIsDefinedAnew) {
    ConnectedSite site(shopify());
    pushed(site, "product", 1);
    site.site().reset();  // the definition with all else; the connector remembers that it made one
    const auto refused = site.push(site.operation(object_case("product"), 2));
    EXPECT_EQ(refused.kind, Kind::retry) << told(refused);
    pushed(site, "product", 2);
}

TEST(ShopifyCase, AProductsStockIsWhatTheApplicationSays) {
    ConnectedSite site(shopify());
    const auto& object = object_case("product");
    const auto id = pushed(site, "product", 1);
    EXPECT_EQ(stock_of(site, id), 11);
    const auto changed = site.push(site.later(object, 1, id));
    EXPECT_EQ(changed.kind, Kind::done) << told(changed);
    EXPECT_EQ(stock_of(site, id), 3);
    // A count that changes between the look at it and the change is not overwritten unseen.
    const auto sku = object.record(1).at("sku");
    site.before_each_request([&](int number) {
        if (number == 4) {
            order_site(site, "stock", {{"sku", sku}, {"quantity", 2}});
        }
    });
    auto operation = site.later(object, 1, id);
    operation.fields["_stock"] = 9;
    const auto stale = site.push(operation);
    EXPECT_EQ(stale.kind, Kind::retry) << told(stale);
    EXPECT_THAT(stale.message, HasSubstr("changed meanwhile"));
    site.before_each_request({});
    EXPECT_EQ(stock_of(site, id), 2);
    EXPECT_EQ(site.push(operation).kind, Kind::done);
    EXPECT_EQ(stock_of(site, id), 9);
}

TEST(ShopifyCase, AProductOfTheShopWithOurSkuIsAdoptedAndStockedWhereItWasNot) {
    ConnectedSite site(shopify());
    const auto made = order_site(site, "change", {{"object", "product"}});
    const std::string id(made.at("remote_id").as_string());
    const auto held = site.fetch("product", id);
    ASSERT_TRUE(held) << told(held.error());
    auto operation = site.operation(object_case("product"), 1);
    operation.fields["sku"] = held->fields.at("variants").at("nodes").at(0).at("sku");
    const auto adopted = site.push(std::move(operation));
    EXPECT_EQ(adopted.kind, Kind::done) << told(adopted);
    EXPECT_EQ(adopted.remote_id, id);
    EXPECT_EQ(site.created(object_case("product")), 0);
    EXPECT_EQ(stock_of(site, id), 11);
}

TEST(ShopifyCase, TheTestOfAConnectionNamesAMissingScopeAndAFrozenShop) {
    ConnectedSite few(shopify(), {{"scopes", "write_customers,write_products"}});
    EXPECT_THAT(few.test().sentence, HasSubstr("write_orders, write_inventory, read_locations"));
    ConnectedSite frozen(shopify(), {{"frozen", "true"}});
    EXPECT_THAT(frozen.test().sentence, HasSubstr("frozen"));
    ConnectedSite dollars(shopify(), {{"currency", "USD"}});
    EXPECT_THAT(dollars.test().sentence, HasSubstr("USD"));
}

}  // namespace
}  // namespace navette::conformance
