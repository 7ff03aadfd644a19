// The manifest is valid, and its default mapping makes of a record what the connector expects.
#include "daemon/config/manifest.hpp"

#include "daemon/sync/mapping.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace navette {
namespace {

namespace json = boost::json;

const config::Manifest& manifest() {
    static const auto loaded =
        config::load_manifest(NAVETTE_SOURCE_DIR "/connectors/woocommerce/woocommerce.yaml", std::nullopt);
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

TEST(WooCommerceManifest, EverySettingThatItNeedsIsThere) {
    EXPECT_EQ(manifest().slug, "woocommerce");
    EXPECT_EQ(manifest().webhooks.account, "site_url");
    const auto settings = config::check_integration_config(
        manifest(),
        json::parse(R"({"site_url":"https://shop.test"})").as_object(),
        {"consumer_key", "consumer_secret"}
    );
    ASSERT_TRUE(settings.has_value()) << settings.error().front();
    EXPECT_EQ(settings->at("tax_classes"), json::parse(R"({"20":"","0":"zero-rate"})"));
    EXPECT_EQ(settings->at("shop_counts_tax"), true);
}

TEST(WooCommerceManifest, RequestsOverPlainHttpAreSignedAndOthersCarryTheKey) {
    const std::map<std::string, std::string> secrets{{"consumer_key", "ck"}, {"consumer_secret", "cs"}};
    const auto type_at = [&](const std::string& site_url) {
        const json::object settings{{"site_url", site_url}};
        const auto base_url = config::expand_url(manifest().base_url, settings, secrets);
        return config::choose_auth(manifest().auth, settings, secrets, false, base_url.value_or("")).type;
    };
    EXPECT_EQ(type_at("https://shop.test"), config::AuthSpec::Type::basic);
    EXPECT_EQ(type_at("http://shop.test"), config::AuthSpec::Type::oauth1);
}

TEST(WooCommerceManifest, ACustomerIsMapped) {
    expect_mapped(
        "customer",
        R"({"email":" Jane@X.test","first_name":"Jane","phone":"01 02","country":"fr"})",
        R"({"email":"jane@x.test","first_name":"Jane","billing":{"phone":"01 02","country":"FR"}})"
    );
}

TEST(WooCommerceManifest, AProductIsMapped) {
    expect_mapped(
        "product",
        R"({"sku":" T-1","name":"Tea","price_cents":999,"currency":"eur","stock":3})",
        R"({"sku":"T-1","name":"Tea","regular_price":"9.99","_currency":"EUR","stock_quantity":3})"
    );
}

TEST(WooCommerceManifest, AnOrderIsMapped) {
    expect_mapped(
        "order",
        R"({"number":"LU1","status":"awaiting_validation","paid_at":"2025-05-01T10:00:00Z","amount_cents":2500,"currency":"eur",
        "customer":{"id":"7","email":"Jane@X.test"},"lines":[{"sku":"T-1","description":"Tea","quantity":2,"unit_price_cents":1250,"vat_rate":20}]})",
        R"({"_number":"LU1","status":"processing","_paid_at":1746093600,"_amount_cents":2500,"currency":"EUR","billing":{"email":"jane@x.test"},
        "line_items":[{"_sku":"T-1","name":"Tea","quantity":2,"_unit_price_cents":1250,"_vat_rate":"20.000"}]})"
    );
}

TEST(WooCommerceManifest, EventsFindTheirObject) {
    EXPECT_EQ(manifest().event("order.paid", "order")->object.name, "order");
    EXPECT_EQ(manifest().event("customer.deleted", "customer")->action, "delete");
    EXPECT_EQ(manifest().event("product.updated", "product")->object.name, "product");
}

}  // namespace
}  // namespace navette
