// WooCommerce's stand-in: orders, and the webhooks of all that happens.
#include "woocommerce_fixture.hpp"

#include <algorithm>

namespace navette::standin {
namespace {

namespace json = boost::json;

using WooCommerceOrders = WooCommerceSiteTest;

std::string line(const std::string& more) {
    return R"({"quantity":2,"subtotal":"20.8333","total":"20.8333")" + more + "}";
}

TEST_F(WooCommerceOrders, TheShopCountsTaxesItself) {
    const auto free_text =
        made("/orders", R"({"line_items":[)" + line(R"(,"sku":"-","name":"Tea","total_tax":"9.99")") + "]}");
    const auto order = get("/orders/" + std::to_string(free_text));
    EXPECT_EQ(text(order, "total"), "25.00");
    EXPECT_EQ(text(order, "total_tax"), "4.17");
    EXPECT_EQ(order.at("line_items").at(0).at("product_id"), 0);
    const auto reduced =
        made("/orders", R"({"line_items":[)" + line(R"(,"sku":"-","tax_class":"reduced-rate")") + "]}");
    EXPECT_EQ(text(get("/orders/" + std::to_string(reduced)), "total"), "21.98");
    const auto abroad =
        made("/orders", R"({"billing":{"country":"US"},"line_items":[)" + line(R"(,"sku":"-")") + "]}");
    EXPECT_EQ(text(get("/orders/" + std::to_string(abroad)), "total"), "20.83");
    EXPECT_EQ(
        code(call(
            "POST", "/orders", R"({"line_items":[)" + line(R"(,"sku":"-","tax_class":"standard")") + "]}"
        )),
        "order_item_product_invalid_tax_class"
    );
}

TEST_F(WooCommerceOrders, AnUnknownSkuMakesALineOfNothing) {
    const auto order = call("POST", "/orders", R"({"line_items":[{"sku":"NOWHERE","quantity":1}]})").json();
    EXPECT_EQ(text(order, "total"), "0.00");
    EXPECT_EQ(text(order.at("line_items").at(0), "name"), "");
    EXPECT_EQ(
        code(call("POST", "/orders", R"({"line_items":[{"quantity":1}]})")),
        "woocommerce_rest_required_product_reference"
    );
    EXPECT_EQ(
        code(call("POST", "/orders", R"({"line_items":[{"sku":"-","quantity":1.5}]})")), "rest_invalid_param"
    );
}

TEST_F(WooCommerceOrders, PayingTakesTheStockOnceAndDatesThePayment) {
    const auto product = std::to_string(
        made("/products", R"({"sku":"T","regular_price":"1.00","manage_stock":true,"stock_quantity":5})")
    );
    const auto order = std::to_string(made(
        "/orders",
        R"({"set_paid":true,"line_items":[{"product_id":)" + product +
            R"(,"quantity":2}],"meta_data":[{"key":"_date_paid","value":1746093600}]})"
    ));
    EXPECT_EQ(text(get("/orders/" + order), "status"), "processing");
    EXPECT_EQ(text(get("/orders/" + order), "date_paid_gmt"), "2025-05-01T10:00:00");
    EXPECT_EQ(get("/products/" + product).at("stock_quantity"), 3);
    call("PUT", "/orders/" + order, R"({"status":"completed"})");
    EXPECT_EQ(get("/products/" + product).at("stock_quantity"), 3);
}

TEST_F(WooCommerceOrders, LinesWithoutAnIdAreAdded) {
    const auto lines = R"({"line_items":[)" + line(R"(,"sku":"-")") + "]}";
    const auto id = std::to_string(made("/orders", lines));
    call("PUT", "/orders/" + id, lines);
    const auto doubled = get("/orders/" + id);
    ASSERT_EQ(doubled.at("line_items").as_array().size(), 2U);
    const auto second = std::to_string(doubled.at("line_items").at(1).at("id").as_int64());
    EXPECT_EQ(
        code(call("PUT", "/orders/" + id, R"({"line_items":[{"id":999}]})")),
        "woocommerce_rest_invalid_item_id"
    );
    call("PUT", "/orders/" + id, R"({"line_items":[{"id":)" + second + R"(,"product_id":null}]})");
    EXPECT_EQ(get("/orders/" + id).at("line_items").as_array().size(), 1U);
}

TEST_F(WooCommerceOrders, NothingIsUniqueAndOnlyCreatedViaFindsOne) {
    made("/orders", R"({"created_via":"nvt.A"})");
    made("/orders", R"({"created_via":"nvt.A","meta_data":[{"key":"_navette_key","value":"k"}]})");
    const auto third = std::to_string(made("/orders", R"({"created_via":"nvt.b"})"));
    EXPECT_EQ(get("/orders?created_via=NVT.a").as_array().size(), 2U);
    call("PUT", "/orders/" + third, R"({"created_via":"nvt.a"})");
    EXPECT_EQ(get("/orders?created_via=nvt.b,nvt.c").as_array().size(), 1U);
    call("DELETE", "/orders/" + third);
    EXPECT_EQ(get("/orders?created_via=nvt.b").as_array().size(), 0U);
    EXPECT_EQ(get("/orders?created_via=nvt.b&status=any,trash").as_array().size(), 0U);
    EXPECT_EQ(get("/orders?created_via=nvt.b&status=trash").as_array().size(), 1U);
    EXPECT_EQ(text(get("/orders/" + third), "status"), "trash");
    EXPECT_EQ(site_.effects().at("orders").at("by_key").at("k"), 1);
}

TEST(WooCommerceOldShop, BeforeVersion99CreatedViaIsIgnoredBothWays) {
    SiteInProcess site("woocommerce", with_tls({{"version", "8.9.1"}}));
    BlockingClient client(site.port(), {{"Authorization", "Basic " + sdk::base64("ck_1:cs_1")}});
    client.send("POST", "/wp-json/wc/v3/orders", R"({"created_via":"nvt.a"})");
    const auto all = client.send("GET", "/wp-json/wc/v3/orders?created_via=nvt.z").json();
    ASSERT_EQ(all.as_array().size(), 1U);
    EXPECT_EQ(all.at(0).at("created_via"), "rest-api");
}

class WooCommerceHooks : public WooCommerceSiteTest {
  protected:
    /// What was sent so far; a call's deliveries stand there before its answer comes.
    json::array deliveries() { return site_.control("GET", "deliveries").as_array(); }
    std::string status_of(const std::string& id) { return text(get("/webhooks/" + id), "status"); }

    // Nobody listens there; what is sent is looked at in the outbox.
    const std::string body_ =
        R"({"topic":"order.updated","delivery_url":"http://127.0.0.1:1/hook","secret":"nvt-hook-secret-1"})";
};

TEST_F(WooCommerceHooks, AChangeIsSignedAndSentAsTheObjectIsThen) {
    const auto hook = std::to_string(made("/webhooks", body_));
    EXPECT_EQ(call("GET", "/webhooks/" + hook).body.find("nvt-hook"), std::string::npos);
    made("/orders", R"({"customer_note":"é/x"})");
    const auto sent = deliveries();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(text(sent[0], "body"), "webhook_id=" + hook);
    EXPECT_EQ(text(sent[0].at("headers"), "Content-Type"), "application/x-www-form-urlencoded");
    const auto body = text(sent[1], "body");
    EXPECT_NE(body.find(R"(\u00e9\/x)"), std::string::npos) << body;
    const auto& headers = sent[1].at("headers");
    EXPECT_EQ(text(headers, "X-WC-Webhook-Topic"), "order.updated");
    EXPECT_EQ(
        text(headers, "X-WC-Webhook-Signature"), sdk::base64(sdk::hmac_sha256("nvt-hook-secret-1", body))
    );
}

TEST_F(WooCommerceHooks, TheSheetsVectorIsSignedLikewise) {
    made(
        "/webhooks",
        R"({"topic":"order.deleted","delivery_url":"http://127.0.0.1:1/","secret":"nvt-hook-secret-1"})"
    );
    std::string id;
    do {
        id = std::to_string(made("/orders", "{}"));
    } while (id != "707");
    call("DELETE", "/orders/707");
    const auto sent = deliveries();
    EXPECT_EQ(text(sent[1], "body"), R"({"id":707})");
    EXPECT_EQ(
        text(sent[1].at("headers"), "X-WC-Webhook-Signature"), "EpB+y2ihE9DQMarAv5shqGzcIoJy5L/dy3E9DKRmaDg="
    );
}

TEST_F(WooCommerceHooks, WhatIsDestroyedIsToldToNobody) {
    made("/webhooks", R"({"topic":"product.deleted","delivery_url":"http://127.0.0.1:1/","secret":"s"})");
    const auto first = std::to_string(made("/products", "{}"));
    const auto second = std::to_string(made("/products", "{}"));
    call("DELETE", "/products/" + first + "?force=true");
    call("DELETE", "/products/" + second);
    const auto sent = deliveries();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(text(sent[1], "body"), R"({"id":)" + second + "}");
}

TEST_F(WooCommerceHooks, TheSeventhFailureInARowDisablesOneForGood) {
    const auto hook = std::to_string(made("/webhooks", body_));
    site_.control("POST", "subscriptions", R"({"failures":6})");
    EXPECT_EQ(status_of(hook), "active");
    site_.control("POST", "subscriptions", R"({"failures":1})");
    EXPECT_EQ(status_of(hook), "disabled");
    const auto before = deliveries().size();
    made("/orders", "{}");
    EXPECT_EQ(deliveries().size(), before);
    call("PUT", "/webhooks/" + hook, R"({"status":"active"})");
    EXPECT_EQ(status_of(hook), "active");
    EXPECT_EQ(deliveries().size(), before + 1) << "a ping";
    site_.control("POST", "subscriptions", R"({"failures":1})");
    EXPECT_EQ(status_of(hook), "disabled") << "the counter stands";
}

TEST_F(WooCommerceHooks, DeliveriesThatWereRefusedCountUntilOneIsTaken) {
    // The shop itself is at the other end: it knows one of the paths and not the other.
    const auto settled = [&] {
        while (true) {
            const auto sent = deliveries();
            if (std::ranges::all_of(sent, [](const json::value& one) { return one.at("status") != 0; })) {
                return;
            }
        }
    };
    const auto at = [&](const std::string& path) {
        return R"({"status":"active","topic":"order.updated","secret":"s","delivery_url":")" + site_.url() +
               path + "\"}";
    };
    const auto hook = std::to_string(made("/webhooks", at("/nowhere")));
    const auto fail = [&](int times) {
        for (int time = 0; time < times; ++time) {
            made("/orders", "{}");
        }
        settled();
    };
    fail(6);
    EXPECT_EQ(status_of(hook), "active");
    call("PUT", "/webhooks/" + hook, at("/wp-json/"));
    fail(1);
    EXPECT_EQ(status_of(hook), "active") << "that one was taken";
    call("PUT", "/webhooks/" + hook, at("/nowhere"));
    fail(6);
    EXPECT_EQ(status_of(hook), "active");
    fail(1);
    EXPECT_EQ(status_of(hook), "disabled");
}

TEST_F(WooCommerceHooks, TopicsAndAddressesAreChecked) {
    EXPECT_EQ(
        code(
            call("POST", "/webhooks", R"({"topic":"customer.restored","delivery_url":"http://127.0.0.1:1/"})")
        ),
        "woocommerce_rest_shop_webhook_invalid_topic"
    );
    EXPECT_EQ(
        code(call("POST", "/webhooks", R"({"topic":"order.created","delivery_url":"ftp://x"})")),
        "woocommerce_rest_shop_webhook_invalid_delivery_url"
    );
    const auto hook = std::to_string(made("/webhooks", body_));
    EXPECT_EQ(call("DELETE", "/webhooks/" + hook).status, 501U);
    EXPECT_EQ(call("DELETE", "/webhooks/" + hook + "?force=true").status, 200U);
    EXPECT_EQ(call("GET", "/webhooks/" + hook).status, 404U);
}

}  // namespace
}  // namespace navette::standin
