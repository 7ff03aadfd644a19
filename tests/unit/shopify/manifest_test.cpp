// The manifest is valid, and its default mapping makes of a record what the connector expects.
#include "daemon/config/manifest.hpp"

#include "daemon/sync/mapping.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette {
namespace {

namespace json = boost::json;

const config::Manifest& manifest() {
    static const auto loaded =
        config::load_manifest(NAVETTE_SOURCE_DIR "/connectors/shopify/shopify.yaml", std::nullopt);
    if (!loaded) {
        for (const auto& problem : loaded.error()) {
            ADD_FAILURE() << problem.text();
        }
        static const config::Manifest empty;
        return empty;
    }
    return *loaded;
}

void expect_mapped(const std::string& object, const std::string& record, const std::string& expected) {
    const auto* spec = manifest().object(object);
    ASSERT_NE(spec, nullptr);
    const auto mapping = sync::Mapping::compile(spec->mapping);
    ASSERT_TRUE(mapping.has_value()) << mapping.error().front().text();
    const auto mapped = mapping->to_remote(json::parse(record).as_object());
    ASSERT_TRUE(mapped.has_value()) << mapped.error().message;
    EXPECT_EQ(json::value(*mapped), json::parse(expected)) << json::serialize(*mapped);
}

TEST(ShopifyManifest, EverySettingThatItNeedsIsThere) {
    EXPECT_EQ(manifest().slug, "shopify");
    EXPECT_EQ(manifest().webhooks.account, "shop");
    const auto settings = config::check_integration_config(
        manifest(),
        json::parse(R"({"base_url":"https://navette-test.myshopify.com"})").as_object(),
        {"access_token"}
    );
    ASSERT_TRUE(settings.has_value()) << settings.error().front();
    EXPECT_EQ(settings->at("api_version"), "2026-10");
    EXPECT_EQ(
        config::expand_template(manifest().base_url, *settings, {}), "https://navette-test.myshopify.com"
    );
}

TEST(ShopifyManifest, ACustomerIsMapped) {
    expect_mapped(
        "customer",
        R"({"email":" Jane@X.test","first_name":"Jane","phone":"01 02 03 04 05","company":"Acme","country":"fr"})",
        R"({"email":"jane@x.test","firstName":"Jane","phone":"+33102030405","address":{"company":"Acme","countryCode":"FR"}})"
    );
}

TEST(ShopifyManifest, AProductIsMapped) {
    expect_mapped(
        "product",
        R"({"sku":" T-1","name":"Tea","price_cents":999,"currency":"eur","stock":"7"})",
        R"({"sku":"T-1","title":"Tea","price":"9.99","_currency":"EUR","_stock":7,"status":"ACTIVE"})"
    );
}

TEST(ShopifyManifest, AnOrderIsMapped) {
    expect_mapped(
        "order",
        R"({"number":"LU1","status":"paid","paid_at":"2025-05-01T10:00:00Z","amount_cents":2500,"currency":"eur",
        "customer":{"id":"7","email":"Jane@X.test"},"lines":[{"sku":"T-1","description":"Tea","quantity":2,"unit_price_cents":1250}]})",
        R"({"name":"LU1","sourceIdentifier":"LU1","currency":"EUR","_amount":"25.00","processedAt":"2025-05-01T10:00:00Z","email":"jane@x.test",
        "financialStatus":"PAID","lineItems":[{"title":"Tea","sku":"T-1","quantity":2,"_unit_price":"12.50"}]})"
    );
}

TEST(ShopifyManifest, ADraftOrderIsMapped) {
    expect_mapped(
        "draft_order",
        R"({"number":"Q1","amount_cents":2500,"currency":"eur","notes":" soon ","customer":{"id":"7","email":"Jane@X.test"},
        "lines":[{"sku":"T-1","description":"Tea","quantity":2,"unit_price_cents":1250}]})",
        R"({"poNumber":"Q1","_currency":"EUR","_amount":"25.00","email":"jane@x.test","note":"soon",
        "lineItems":[{"title":"Tea","sku":"T-1","quantity":2,"_unit_price":"12.50"}]})"
    );
}

void expect_mapped_back(const std::string& object, const std::string& held, const std::string& expected) {
    const auto mapping = sync::Mapping::compile(manifest().object(object)->mapping);
    ASSERT_TRUE(mapping.has_value()) << mapping.error().front().text();
    const auto local = mapping->to_local(json::parse(held).as_object());
    ASSERT_TRUE(local.has_value()) << local.error().message;
    EXPECT_EQ(json::value(*local), json::parse(expected)) << json::serialize(*local);
}

TEST(ShopifyManifest, AnOrderComesBackWithItsLines) {
    expect_mapped_back(
        "order",
        R"({"name":"LU1","currency":"EUR","_amount":"25.0","lineItems":[
        {"title":"Tea","sku":"T-1","quantity":2,"_unit_price":"12.5"}]})",
        R"({"number":"LU1","currency":"EUR","amount_cents":2500,
        "lines":[{"description":"Tea","sku":"T-1","quantity":2,"unit_price_cents":1250}]})"
    );
}

TEST(ShopifyManifest, AProductAndACustomerComeBack) {
    expect_mapped_back(
        "product",
        R"({"title":"Tea","descriptionHtml":"","sku":"T-1","price":"9.99","_stock":7})",
        R"({"name":"Tea","description":"","sku":"T-1","price_cents":999,"stock":7})"
    );
    expect_mapped_back(
        "customer",
        R"({"email":"jane@x.test","address":{"company":"Acme","city":"Paris","countryCode":"FR"}})",
        R"({"email":"jane@x.test","company":"Acme","city":"Paris","country":"FR"})"
    );
}

TEST(ShopifyManifest, EventsFindTheirObject) {
    EXPECT_EQ(manifest().event("draft_order.created", "draft_order")->object.name, "draft_order");
    EXPECT_EQ(manifest().event("order.paid", "order")->object.name, "order");
    EXPECT_EQ(manifest().event("customer.deleted", "customer")->action, "delete");
    EXPECT_EQ(manifest().event("product.updated", "product")->object.name, "product");
}

}  // namespace
}  // namespace navette
