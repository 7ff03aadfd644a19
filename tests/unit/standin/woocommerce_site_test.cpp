// WooCommerce's stand-in: who may pass, what a single call checks and a batch does not, what is unique.
#include "woocommerce_fixture.hpp"

#include <chrono>

namespace navette::standin {
namespace {

namespace json = boost::json;

using WooCommerceSite = WooCommerceSiteTest;

TEST_F(WooCommerceSite, AKeyIsNeededExceptForTheIndex) {
    BlockingClient stranger(site_.port());
    const auto refused = stranger.send("GET", "/wp-json/wc/v3/orders");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(code(refused), "woocommerce_rest_cannot_view");
    EXPECT_EQ(code(stranger.send("POST", "/wp-json/wc/v3/orders", "{}")), "woocommerce_rest_cannot_create");
    EXPECT_EQ(stranger.send("GET", "/wp-json/").json().at("namespaces").as_array().back(), "wc/v3");
    EXPECT_EQ(stranger.send("GET", "/wp-login.php").content_type.substr(0, 9), "text/html");
    stranger.set_header("Authorization", basic("ck_1", "cs_2"));
    EXPECT_EQ(code(stranger.send("GET", "/wp-json/wc/v3/orders")), "woocommerce_rest_authentication_error");
    stranger.set_header("Authorization", "");
    EXPECT_EQ(
        stranger.send("GET", "/wp-json/wc/v3/orders?consumer_key=ck_1&consumer_secret=cs_1").status, 200U
    );
}

TEST(WooCommerceSitePlain, OverPlainHttpBasicIsNotSeen) {
    SiteInProcess site("woocommerce");
    BlockingClient client(site.port(), {{"Authorization", "Basic " + sdk::base64("ck_1:cs_1")}});
    const auto refused = client.send("GET", "/wp-json/wc/v3/orders");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(refused.json().at("code"), "woocommerce_rest_cannot_view");
}

// The fact sheet's vector, with the clock left out of the test: its time is long past.
TEST(WooCommerceSitePlain, ASignatureIsCheckedBeforeTimeAndNonce) {
    SiteInProcess site(
        "woocommerce",
        {{"consumer_key", "ck_0123"}, {"consumer_secret", "cs_secret"}, {"home", "http://shop.test"}}
    );
    BlockingClient client(site.port());
    const auto message = [&](const std::string& signature) {
        client.set_header(
            "Authorization",
            "OAuth oauth_consumer_key=\"ck_0123\", oauth_nonce=\"0123456789abcdef0123456789abcdef\", "
            "oauth_signature_method=\"HMAC-SHA256\", oauth_timestamp=\"1700000000\", oauth_signature=\"" +
                signature + "\""
        );
        const auto reply = client.send("GET", "/wp-json/wc/v3/products?per_page=5&search=a%20b%26c");
        return std::string(reply.json().at("message").as_string());
    };
    EXPECT_EQ(message("oqO2n8wzZJQYozJCeaErV0EW0QQD7Z6CbWjo4W0wthQ%3D"), "Invalid timestamp.");
    EXPECT_EQ(
        message("DROro%2F7trNsLsbUfLeJ1llaDt18LW%2BX2weY8DermTPw%3D"),
        "Invalid signature - provided signature does not match."
    );
    client.set_header("Authorization", "OAuth oauth_consumer_key=\"ck_0123\"");
    EXPECT_EQ(
        client.send("GET", "/wp-json/wc/v3/products").json().at("code"),
        "woocommerce_rest_authentication_missing_parameter"
    );
}

/// The header of a GET of the products of a shop at http://shop.test, signed for that time and nonce.
std::string signed_header(std::int64_t time, const std::string& nonce) {
    const auto stamp = std::to_string(time);
    const auto base =
        "GET&http%3A%2F%2Fshop.test%2Fwp-json%2Fwc%2Fv3%2Fproducts&oauth_consumer_key%3Dck_1%26oauth_nonce%"
        "3D" +
        nonce + "%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D" + stamp;
    std::string signature;
    for (const char c : sdk::base64(sdk::hmac_sha256("cs_1&", base))) {
        signature += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    }
    return "OAuth oauth_consumer_key=\"ck_1\", oauth_nonce=\"" + nonce +
           "\", oauth_signature_method=\"HMAC-SHA256\", oauth_timestamp=\"" + stamp +
           "\", oauth_signature=\"" + signature + "\"";
}

TEST(WooCommerceSitePlain, ASignedRequestPassesOnceAndWithinAQuarterOfAnHour) {
    SiteInProcess site("woocommerce", {{"home", "http://shop.test"}});
    BlockingClient client(site.port());
    const auto answer = [&](std::int64_t time, const std::string& nonce) {
        client.set_header("Authorization", signed_header(time, nonce));
        const auto reply = client.send("GET", "/wp-json/wc/v3/products");
        return reply.status == 200 ? "passed" : std::string(reply.json().at("message").as_string());
    };
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    EXPECT_EQ(answer(now, "a"), "passed");
    EXPECT_EQ(answer(now, "b"), "passed");
    EXPECT_EQ(answer(now, "a"), "Invalid nonce - nonce has already been used.");
    EXPECT_EQ(answer(now - 1000, "c"), "Invalid timestamp.");
    EXPECT_EQ(answer(now + 1000, "d"), "Invalid timestamp.");
}

TEST(WooCommerceSiteRights, AKeyToReadCannotWrite) {
    SiteInProcess site("woocommerce", with_tls({{"permission", "read"}}));
    BlockingClient client(site.port(), {{"Authorization", "Basic " + sdk::base64("ck_1:cs_1")}});
    EXPECT_EQ(client.send("GET", "/wp-json/wc/v3/orders").status, 200U);
    EXPECT_EQ(
        client.send("POST", "/wp-json/wc/v3/orders", "{}").json().at("message"),
        "The API key provided does not have write permissions."
    );
}

TEST_F(WooCommerceSite, ACustomersAddressIsUniqueWhateverItsCaseAndRole) {
    const auto id = made("/customers", R"({"email":"zoe@example.test","first_name":"A & <b>B</b>"})");
    EXPECT_EQ(
        code(call("POST", "/customers", R"({"email":"ZOE@example.test"})")), "registration-error-email-exists"
    );
    EXPECT_EQ(
        code(call("POST", "/customers", R"({"email":"admin@shop.test"})")), "registration-error-email-exists"
    );
    EXPECT_EQ(get("/customers?email=admin@shop.test").as_array().size(), 0U);
    EXPECT_EQ(get("/customers?email=admin@shop.test&role=all").as_array().size(), 1U);
    EXPECT_EQ(get("/customers?email=Zoe@Example.test").as_array().size(), 1U);
    EXPECT_EQ(text(get("/customers/" + std::to_string(id)), "first_name"), "A &amp; B");
    EXPECT_EQ(creates("customers"), 1);
}

TEST_F(WooCommerceSite, ACustomersFieldsAreChecked) {
    EXPECT_EQ(code(call("POST", "/customers", "{}")), "rest_missing_callback_param");
    EXPECT_EQ(code(call("POST", "/customers", R"({"email":"nowhere"})")), "customer_invalid_email");
    EXPECT_EQ(
        code(call("POST", "/customers", R"({"email":")" + std::string(61, 'x') + R"(@example.test"})")),
        "user_login_too_long"
    );
    EXPECT_EQ(
        code(call("POST", "/customers", R"({"email":"a@b.test","billing":{"email":"x"}})")),
        "rest_invalid_param"
    );
    EXPECT_EQ(
        code(call("POST", "/customers", R"({"id":7,"email":"a@b.test"})")), "woocommerce_rest_customer_exists"
    );
    const auto id = std::to_string(made(
        "/customers",
        R"({"email":"a@b.test","meta_data":[{"key":"_hidden","value":"1"},{"key":"navette_id","value":"k"}]})"
    ));
    const auto metadata = get("/customers/" + id).at("meta_data").as_array();
    ASSERT_EQ(metadata.size(), 1U);
    EXPECT_EQ(metadata[0].at("key"), "navette_id");
    EXPECT_EQ(call("DELETE", "/customers/" + id).status, 501U);
    EXPECT_EQ(call("DELETE", "/customers/" + id + "?force=true").status, 200U);
    EXPECT_EQ(call("GET", "/customers/" + id).status, 404U);
    EXPECT_EQ(call("PUT", "/customers/" + id, "{}").status, 400U);
}

TEST_F(WooCommerceSite, ASkuIsUniqueAlsoAgainstTheTrash) {
    const auto id = made("/products", R"({"name":"Tea","sku":"E1"})");
    const auto taken = call("POST", "/products", R"({"sku":"é1"})");
    EXPECT_EQ(code(taken), "product_invalid_sku");
    EXPECT_EQ(taken.json().at("data").at("resource_id"), id);
    const auto trashed = call("DELETE", "/products/" + std::to_string(id));
    EXPECT_EQ(text(trashed.json(), "status"), "publish");
    EXPECT_EQ(call("DELETE", "/products/" + std::to_string(id)).status, 410U);
    EXPECT_EQ(code(call("POST", "/products", R"({"sku":"e1"})")), "woocommerce_rest_product_not_created");
    EXPECT_EQ(get("/products?sku=E1").as_array().size(), 0U);
    EXPECT_EQ(get("/products?sku=E1&status=trash").as_array().size(), 1U);
    EXPECT_EQ(call("PUT", "/products/" + std::to_string(id), R"({"status":"publish"})").status, 200U);
    EXPECT_EQ(get("/products?sku=X,%20e1").as_array().size(), 1U);
}

TEST_F(WooCommerceSite, PricesAreTextsAndWhatIsNoPriceIsKeptWrongly) {
    EXPECT_EQ(code(call("POST", "/products", R"({"regular_price":12.5})")), "rest_invalid_param");
    EXPECT_EQ(code(call("POST", "/products", R"({"stock_quantity":3.5})")), "rest_invalid_param");
    EXPECT_EQ(code(call("POST", "/products", R"({"status":"gone"})")), "rest_invalid_param");
    const auto comma = made("/products", R"({"regular_price":"12,50","stock_quantity":3})");
    const auto product = get("/products/" + std::to_string(comma));
    EXPECT_EQ(text(product, "regular_price"), "1250");
    EXPECT_TRUE(product.at("stock_quantity").is_null()) << "ignored without manage_stock";
    const auto batch = call("POST", "/products/batch", R"({"create":[{"regular_price":12.5}]})").json();
    EXPECT_EQ(text(batch.at("create").at(0), "regular_price"), "12.5");
}

TEST_F(WooCommerceSite, WithoutAContentTypeTheBodyIsNotReadAndAProductIsMadeNevertheless) {
    // The client says JSON whenever there is a body, so an empty one stands for both.
    EXPECT_EQ(text(call("POST", "/products").json(), "name"), "Product");
    EXPECT_EQ(text(call("POST", "/products", "[1,2]").json(), "name"), "Product");
    EXPECT_EQ(code(call("POST", "/products", "{")), "rest_invalid_json");
}

TEST_F(WooCommerceSite, AVariationIsFoundBySkuAndWrittenElsewhere) {
    const auto parent = std::to_string(made("/products", R"({"name":"Shirt","sku":"S"})"));
    const auto variation = std::to_string(made("/products/" + parent + "/variations", R"({"sku":"S-red"})"));
    EXPECT_EQ(get("/products").as_array().size(), 1U);
    EXPECT_EQ(text(get("/products?sku=s-RED").at(0), "type"), "variation");
    EXPECT_EQ(call("PUT", "/products/" + variation, R"({"name":"x"})").status, 404U);
}

TEST_F(WooCommerceSite, ABatchDoesWhatItCanAndTellsTheRestByPosition) {
    const auto id = std::to_string(made("/products", R"({"sku":"A"})"));
    const auto reply = call(
        "POST",
        "/products/batch",
        R"({"create":[{"sku":"B"},{"sku":"b"}],"update":[{"id":)" + id +
            R"(,"name":"N"},{"id":999}],"delete":[)" + id + ",77]}"
    );
    EXPECT_EQ(reply.status, 200U);
    const auto answered = reply.json();
    EXPECT_EQ(code(answered.at("create").at(1).at("error")), "product_invalid_sku");
    EXPECT_EQ(answered.at("create").at(1).at("id"), 0);
    EXPECT_EQ(text(answered.at("update").at(0), "name"), "N");
    EXPECT_EQ(code(answered.at("update").at(1).at("error")), "woocommerce_rest_product_invalid_id");
    EXPECT_EQ(answered.at("delete").at(1).at("id"), 77);
    EXPECT_EQ(call("GET", "/products/" + id).status, 404U) << "a batch destroys";
    EXPECT_EQ(call("POST", "/products/batch", "{}").body, "[]");
    EXPECT_EQ(call("POST", "/products/batch", R"({"create":{}})").status, 500U);
    std::string many;
    for (int item = 0; item < 101; ++item) {
        many += many.empty() ? "{}" : ",{}";
    }
    EXPECT_EQ(call("POST", "/products/batch", R"({"create":[)" + many + "]}").status, 413U);
    EXPECT_EQ(creates("products"), 2);
}

TEST_F(WooCommerceSite, ListsHavePagesWithACeilingAndIgnoreWhatTheyDoNotKnow) {
    for (int n = 0; n < 12; ++n) {
        made("/products", "{}");
    }
    EXPECT_EQ(get("/products").as_array().size(), 10U);
    EXPECT_EQ(get("/products?page=2").as_array().size(), 2U);
    EXPECT_EQ(get("/products?page=9").as_array().size(), 0U);
    EXPECT_EQ(get("/products?number=41&per_page=100").as_array().size(), 12U);
    EXPECT_EQ(get("/products?offset=11&_fields=id").as_array().at(0).as_object().size(), 1U);
    EXPECT_EQ(code(call("GET", "/products?per_page=101")), "rest_invalid_param");
    EXPECT_EQ(code(call("GET", "/customers?orderby=modified")), "rest_invalid_param");
}

TEST_F(WooCommerceSite, ChangesAreFoundByAnExclusiveTimeWhoseZoneIsATrap) {
    made("/products", "{}");
    const auto modified = text(get("/products").at(0), "date_modified_gmt");
    const auto count = [&](const std::string& query) {
        return get("/products?modified_after=" + query).as_array().size();
    };
    EXPECT_EQ(count(modified + "&dates_are_gmt=true"), 0U);
    EXPECT_EQ(count("2020-01-01T00:00:00&dates_are_gmt=true"), 1U);
    // East of Greenwich a zone together with the flag is shifted twice, and the change is missed.
    const auto before = modified.substr(0, 14) + "00:00Z";
    EXPECT_EQ(count(before + "&dates_are_gmt=true"), 0U);
    EXPECT_EQ(code(call("GET", "/products?modified_after=soon")), "rest_invalid_param");
}

TEST(WooCommerceSiteRate, RequestsBeyondTheLimitAreRefused) {
    SiteInProcess site("woocommerce", {{"rate", "2"}, {"rate_ms", "60000"}});
    BlockingClient client(site.port());
    EXPECT_EQ(client.send("GET", "/wp-json/").status, 200U);
    EXPECT_EQ(client.send("GET", "/wp-json/").status, 200U);
    EXPECT_EQ(client.send("GET", "/wp-json/").status, 429U);
}

}  // namespace
}  // namespace navette::standin
