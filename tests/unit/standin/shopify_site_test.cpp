// The Shopify stand-in as a whole: who may enter, which documents it takes, what they cost, and what a test
// can do to it.
#include "tests/unit/standin/shopify_fixture.hpp"

#include <navette/sdk/signature.hpp>

namespace navette::standin {
namespace {

namespace json = boost::json;

constexpr auto kToken = "/admin/oauth/access_token";
constexpr auto kShop = "query{shop{name currencyCode}}";
constexpr auto kSet =
    "mutation($identifier:CustomerSetIdentifiers!,$input:CustomerSetInput!){customerSet(identifier:$"
    "identifier,"
    "input:$input){customer{id updatedAt} userErrors{code field message}}}";
constexpr auto kJane = R"({"identifier":{"email":"jane@x.test"},"input":{"email":"jane@x.test"}})";

std::string text_of(const json::value& value, const char* name) {
    return std::string(value.at(name).as_string());
}

TEST_F(ShopifySiteTest, TakesItsLastingTokenAndNoOther) {
    EXPECT_EQ(data(kShop).at("currencyCode"), "EUR");
    client_.set_header("X-Shopify-Access-Token", "shpat_2");
    const auto refused = send(kShop);
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(
        refused.json().at("errors"),
        "[API] Invalid API key or access token (unrecognized login or wrong password)"
    );
    client_.set_header("X-Shopify-Access-Token", "");
    client_.set_header("Authorization", "Bearer shpat_1");
    EXPECT_EQ(send(kShop).status, 401U);
}

TEST_F(ShopifySiteTest, ARevokedTokenIsRefused) {
    site_.control("POST", "tokens", R"({"expire":true})");
    EXPECT_EQ(send(kShop).status, 401U);
    site_.reset();
    EXPECT_EQ(send(kShop).status, 200U);
}

TEST_F(ShopifySiteTest, GivesTokensToItsOwnAppAndForACode) {
    const auto mine = client_.send(
        "POST",
        kToken,
        R"({"client_id":"client-1","client_secret":"client-secret-1","grant_type":"client_credentials"})"
    );
    ASSERT_EQ(mine.status, 200U) << mine.body;
    EXPECT_FALSE(mine.json().as_object().contains("refresh_token"));
    client_.set_header("X-Shopify-Access-Token", text_of(mine.json(), "access_token"));
    EXPECT_EQ(send(kShop).status, 200U);

    const auto code =
        R"({"client_id":"client-1","client_secret":"client-secret-1","code":"code-1","expiring":"1"})";
    const auto consented = client_.send("POST", kToken, code);
    ASSERT_EQ(consented.status, 200U) << consented.body;
    EXPECT_TRUE(consented.json().as_object().contains("refresh_token"));
    EXPECT_EQ(client_.send("POST", kToken, code).status, 400U) << "a code works once";
    EXPECT_EQ(
        client_.send("POST", kToken, R"({"client_id":"client-1","client_secret":"x","code":"code-2"})")
            .status,
        401U
    );
}

TEST_F(ShopifySiteTest, ASpentRefreshTokenIsTakenUntilItsReplacementIsUsed) {
    const auto pair = site_.control("POST", "tokens", R"({"consent":true})");
    const auto refresh = [&](const std::string& token) {
        return client_.send(
            "POST",
            kToken,
            R"({"client_id":"client-1","client_secret":"client-secret-1","grant_type":"refresh_token","refresh_token":")" +
                token + "\"}"
        );
    };
    const auto first = text_of(pair, "refresh_token");
    EXPECT_EQ(refresh(first).status, 200U);
    const auto again = refresh(first);
    ASSERT_EQ(again.status, 200U) << "the answer may have been lost";
    EXPECT_EQ(refresh(text_of(again.json(), "refresh_token")).status, 200U);
    EXPECT_EQ(refresh(first).status, 400U);
}

class ShopifyExpiringOnly : public ShopifySiteTest {
  protected:
    ShopifyExpiringOnly() : ShopifySiteTest({{"refuse_lasting", "true"}}) {}
};

TEST_F(ShopifyExpiringOnly, LastingTokensAreOver) {
    const auto refused = send(kShop);
    EXPECT_EQ(refused.status, 403U);
    EXPECT_NE(refused.body.find("Non-expiring access tokens"), std::string::npos);
}

class ShopifyFewScopes : public ShopifySiteTest {
  protected:
    ShopifyFewScopes() : ShopifySiteTest({{"scopes", "write_products"}}) {}
};

TEST_F(ShopifyFewScopes, AnotherObjectIsDeniedByItsScopesName) {
    const auto denied = answer(kSet, kJane);
    EXPECT_EQ(denied.at("errors").at(0).at("extensions").at("code"), "ACCESS_DENIED");
    EXPECT_NE(json::serialize(denied).find("`write_customers`"), std::string::npos);
    EXPECT_EQ(count("customers"), 0);
    EXPECT_EQ(error_code("query{products(first:1){nodes{id}}}"), "none") << "writing includes reading";
}

TEST_F(ShopifySiteTest, ADocumentMustFitTheSchemaBeforeAnythingIsDone) {
    EXPECT_EQ(error_code("query{nonsense{id}}"), "undefinedField");
    EXPECT_EQ(error_code("query{shop{nonsense}}"), "undefinedField");
    EXPECT_EQ(error_code("query{shop}"), "selectionMismatch");
    EXPECT_EQ(error_code("query{shop{name{x}}}"), "selectionMismatch");
    EXPECT_EQ(error_code("query{customer{id}}"), "missingRequiredArguments");
    EXPECT_EQ(error_code(R"(query{customer(id:"gid://shopify/Customer/1",x:1){id}})"), "argumentNotAccepted");
    EXPECT_EQ(error_code("query($id:ID!){shop{name}}", R"({"id":"gid://shopify/X/1"})"), "variableNotUsed");
    EXPECT_EQ(error_code("query{customer(id:$id){id}}"), "variableNotDefined");
    EXPECT_EQ(error_code("query{"), "parseError");
    EXPECT_EQ(error_code("query{customers{nodes{id}}}"), "BAD_REQUEST") << "a page has a size";
    // The errors of some mutations have no code: asking for it fails the whole document.
    EXPECT_EQ(
        error_code(
            R"(mutation{customerDelete(input:{id:"gid://shopify/Customer/1"}){userErrors{code message}}})"
        ),
        "undefinedField"
    );
    EXPECT_EQ(count("customers"), 0);
}

TEST_F(ShopifySiteTest, VariablesMustFitTheirTypes) {
    const auto refused = [&](const std::string& variables) { return error_code(kSet, variables); };
    EXPECT_EQ(refused("{}"), "INVALID_VARIABLE");
    EXPECT_EQ(
        refused(R"({"identifier":{"email":"a@x.test"},"input":{"emial":"a@x.test"}})"), "INVALID_VARIABLE"
    );
    EXPECT_EQ(refused(R"({"identifier":{"email":"a@x.test"},"input":{"email":7}})"), "INVALID_VARIABLE");
    EXPECT_EQ(
        refused(R"({"identifier":{"email":"a@x.test","phone":"+33102030405"},"input":{}})"),
        "INVALID_VARIABLE"
    ) << "exactly one of them";
    EXPECT_EQ(
        refused(R"({"identifier":{"email":"a@x.test"},"input":{"addresses":[{"countryCode":"France"}]}})"),
        "INVALID_VARIABLE"
    );
    EXPECT_EQ(error_code("query($id:ID!){customer(id:$id){id}}", R"({"id":"7"})"), "INVALID_VARIABLE");
    EXPECT_EQ(count("customers"), 0);
    EXPECT_EQ(refused(kJane), "none");
    EXPECT_EQ(count("customers"), 1);
}

class ShopifySmallBucket : public ShopifySiteTest {
  protected:
    ShopifySmallBucket() : ShopifySiteTest({{"points", "25"}, {"restore", "0"}}) {}
};

TEST_F(ShopifySmallBucket, MutationsCostTenPointsAndMoreThanThereAreIsThrottledWithoutEffect) {
    const auto first = answer(kSet, kJane);
    const auto& cost = first.at("extensions").at("cost");
    EXPECT_EQ(cost.at("requestedQueryCost"), 10);
    EXPECT_EQ(cost.at("throttleStatus").at("maximumAvailable"), 25.0);
    EXPECT_EQ(cost.at("throttleStatus").at("currentlyAvailable"), 15.0);
    answer(kSet, kJane);
    const auto reply = send(kSet, R"({"identifier":{"email":"b@x.test"},"input":{"email":"b@x.test"}})");
    EXPECT_EQ(reply.status, 200U);
    const auto& throttled = reply.json();
    EXPECT_EQ(throttled.at("errors").at(0).at("message"), "Throttled");
    EXPECT_TRUE(throttled.at("extensions").at("cost").at("actualQueryCost").is_null());
    EXPECT_EQ(count("customers"), 1);
}

TEST_F(ShopifySiteTest, AReadCostsItsObjectsAndGivesBackWhatItDidNotFind) {
    const auto page = answer("query{customers(first:50){nodes{id defaultAddress{city}}}}");
    EXPECT_EQ(page.at("extensions").at("cost").at("requestedQueryCost"), 102);
    EXPECT_EQ(page.at("extensions").at("cost").at("actualQueryCost"), 2);
    EXPECT_EQ(
        error_code("query{orders(first:250){nodes{lineItems(first:10){nodes{title}}}}}"), "MAX_COST_EXCEEDED"
    );
}

class ShopifyTwoRequests : public ShopifySiteTest {
  protected:
    ShopifyTwoRequests()
        : ShopifySiteTest({{"rate", "2"}, {"rate_ms", "60000"}, {"throttle_status", "429"}}) {}
};

TEST_F(ShopifyTwoRequests, TheThirdIsThrottledWithTheTimeToWait) {
    send(kShop);
    send(kShop);
    const auto refused = send(kShop);
    EXPECT_EQ(refused.status, 429U);
    EXPECT_EQ(refused.json().at("errors").at(0).at("extensions").at("code"), "THROTTLED");
}

TEST_F(ShopifySiteTest, ChangesAreToldSignedAndToSubscribersAndNotAfterTheyAreGone) {
    // Nobody listens on port 9; what was sent is in the report.
    constexpr auto kSubscribe =
        "mutation($topic:WebhookSubscriptionTopic!,$subscription:WebhookSubscriptionInput!)"
        "{webhookSubscriptionCreate(topic:$topic,webhookSubscription:$subscription){webhookSubscription{id} "
        "userErrors{field message}}}";
    const auto wanted = R"({"topic":"CUSTOMERS_CREATE","subscription":{"uri":"http://127.0.0.1:9/hook"}})";
    EXPECT_EQ(user_error(kSubscribe, wanted), "none");
    EXPECT_EQ(
        user_error(kSubscribe, wanted),
        "webhookSubscription.callbackUrl: Address for this topic has already been taken"
    );
    EXPECT_EQ(
        user_error(kSubscribe, R"({"topic":"CUSTOMERS_CREATE","subscription":{"uri":"http://x.test/hook"}})"),
        "webhookSubscription.callbackUrl: Address protocol http:// is not supported"
    );
    const auto made = site_.control("POST", "change", R"({"object":"customer"})");
    auto sent = site_.control("GET", "deliveries").as_array();
    ASSERT_EQ(sent.size(), 1U);
    const auto& headers = sent[0].at("headers");
    EXPECT_EQ(headers.at("X-Shopify-Topic"), "customers/create");
    EXPECT_EQ(headers.at("X-Shopify-Shop-Domain"), "navette-test.myshopify.com");
    const auto body = text_of(sent[0], "body");
    EXPECT_EQ(
        text_of(headers, "X-Shopify-Hmac-Sha256"), sdk::base64(sdk::hmac_sha256("client-secret-1", body))
    );
    EXPECT_EQ(json::parse(body).at("admin_graphql_api_id"), made.at("remote_id"));
    site_.control("POST", "subscriptions", R"({"drop":true})");
    site_.control("POST", "change", R"({"object":"customer"})");
    EXPECT_EQ(site_.control("GET", "deliveries").as_array().size(), 1U);
}

TEST_F(ShopifySiteTest, TheVersionThatAnswersStandsInAHeaderOnlyAndOtherPathsAreNotThere) {
    EXPECT_EQ(client_.send("GET", "/admin/api/2026-10/orders.json").status, 404U);
    EXPECT_EQ(
        client_.send("POST", "/admin/api/2020-01/graphql.json", R"({"query":"{shop{name}}"})").status, 200U
    );
    site_.set_faults(R"({"html_503":1,"only_path_prefix":"/mutation/"})");
    EXPECT_EQ(send(kShop).status, 200U);
    EXPECT_EQ(send(kSet, kJane).status, 503U);
    EXPECT_EQ(count("customers"), 0);
}

}  // namespace
}  // namespace navette::standin
