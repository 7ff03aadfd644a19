#include "manifest_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace navette::config {
namespace {

using namespace std::chrono_literals;
using Grant = OAuthSpec::Grant;
using ::testing::ElementsAre;
using testing::load_shop;
using testing::manifest_with;
using ::testing::Pair;
using testing::shop_mistakes;

constexpr std::string_view kOneKey = R"(auth: {type: api_key, header: X-Key, value: "Bearer ${api_key}"})";

/// The sample with another section auth, and the fields that OAuth needs.
std::string shop_with(std::string_view auth) {
    auto text = manifest_with(kOneKey, auth);
    const std::string_view field = "  currency:";
    return text.replace(
        text.find(field),
        field.size(),
        "  client_id: {type: string}\n  client_secret: {type: secret}\n  user: {type: string}\n"
        "  private_key: {type: secret}\n  currency:"
    );
}

constexpr std::string_view kOAuth = R"(auth:
  - {type: api_key, header: X-Key, value: "${api_key}"}
  - type: oauth2
    authorize_url: https://${client_id}.shop.example/authorize
    token_url: https://shop.example/token
    scopes: [read, write]
    scope_separator: ","
    pkce: true
    client_id: client_id
    client_secret: client_secret
    client_auth: basic
    token_body: json
    grants: [authorization_code, refresh_token, jwt_bearer]
    extra: {access_type: offline, version: 2}
    token_extra: {expiring: "1"}
    base_url_from: instance_url
    expires_in: 30m
    refresh_rotates: true
    refresh_grace: 1h
    callback_hmac: true
    jwt_subject: user
    jwt_audience: https://shop.example
    jwt_key: private_key)";

TEST(ManifestAuth, EveryKeyOfOAuthReachesItsMember) {
    const auto shop = load_shop(shop_with(kOAuth));
    ASSERT_TRUE(shop) << shop.error().front().text();
    ASSERT_EQ(shop->auth.size(), 2U);
    EXPECT_EQ(shop->auth[0].type, AuthSpec::Type::api_key);
    const auto& auth = shop->auth[1];
    EXPECT_EQ(auth.type, AuthSpec::Type::oauth2);
    EXPECT_EQ(auth.header, "Authorization");
    EXPECT_EQ(auth.value, "Bearer ${access_token}");
    const auto& oauth = auth.oauth;
    EXPECT_EQ(oauth.authorize_url, "https://${client_id}.shop.example/authorize");
    EXPECT_EQ(oauth.token_url, "https://shop.example/token");
    EXPECT_THAT(oauth.scopes, ElementsAre("read", "write"));
    EXPECT_EQ(oauth.scope_separator, ",");
    EXPECT_TRUE(oauth.pkce);
    EXPECT_EQ(oauth.client_id, "client_id");
    EXPECT_EQ(oauth.client_secret, "client_secret");
    EXPECT_EQ(oauth.client_auth, OAuthSpec::ClientAuth::basic);
    EXPECT_EQ(oauth.token_body, OAuthSpec::BodyForm::json);
    EXPECT_THAT(
        oauth.grants, ElementsAre(Grant::authorization_code, Grant::refresh_token, Grant::jwt_bearer)
    );
    EXPECT_THAT(oauth.extra, ElementsAre(Pair("access_type", "offline"), Pair("version", "2")));
    EXPECT_THAT(oauth.token_extra, ElementsAre(Pair("expiring", "1")));
    EXPECT_EQ(oauth.base_url_from, "instance_url");
    EXPECT_EQ(oauth.expires_in, 30min);
    EXPECT_TRUE(oauth.refresh_rotates);
    EXPECT_EQ(oauth.refresh_grace, 1h);
    EXPECT_TRUE(oauth.callback_hmac);
    EXPECT_EQ(oauth.jwt_subject, "user");
    EXPECT_EQ(oauth.jwt_audience, "https://shop.example");
    EXPECT_EQ(oauth.jwt_key, "private_key");
}

TEST(ManifestAuth, WhatAGrantNeedsIsAskedForWithItsPlace) {
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: {type: oauth2, token_url: https://s.example/t, client_id: client_id, "
                                "grants: [authorization_code, client_credentials, jwt_bearer]}")),
        ElementsAre(
            "shop.yaml:7: auth.authorize_url: is missing, the grant authorization_code needs it",
            "shop.yaml:7: auth.client_secret: is missing, the grant client_credentials needs it",
            "shop.yaml:7: auth.jwt_subject: is missing, the grant jwt_bearer needs it",
            "shop.yaml:7: auth.jwt_audience: is missing, the grant jwt_bearer needs it",
            "shop.yaml:7: auth.jwt_key: is missing, the grant jwt_bearer needs it"
        )
    );
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: {type: oauth2}")),
        ElementsAre(
            "shop.yaml:7: auth.token_url: is missing, it is required",
            "shop.yaml:7: auth.client_id: is missing, it is required",
            "shop.yaml:7: auth.grants: is missing, it is required"
        )
    );
}

TEST(ManifestAuth, ASecretStandsInNoAddressAndOnlyASecretIsAClientsSecret) {
    const auto mistakes = shop_mistakes(shop_with(R"(auth:
  type: oauth2
  token_url: https://${api_key}.example/t
  client_id: client_id
  client_secret: currency
  grants: [client_credentials])"));
    ASSERT_EQ(mistakes.size(), 2U);
    EXPECT_THAT(mistakes[0], ::testing::StartsWith("shop.yaml:9: auth.token_url: "));
    EXPECT_THAT(mistakes[1], ::testing::StartsWith("shop.yaml:11: auth.client_secret: 'currency' "));
}

TEST(ManifestAuth, KeysOfOAuthBelongToOAuthOnlyAndNoneComesLast) {
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: {type: none, token_url: https://s.example/t}")),
        ElementsAre(::testing::StartsWith("shop.yaml:7: auth.token_url: unknown key"))
    );
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: [{type: none}, {type: basic, username: a, password: b}]")),
        ElementsAre(::testing::HasSubstr("auth: lists something after type none"))
    );
}

TEST(ManifestAuth, AGraceNeedsTokensThatAreSpent) {
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: {type: oauth2, token_url: https://s.example/t, client_id: client_id, "
                                "client_secret: client_secret, grants: [client_credentials], "
                                "refresh_grace: 1m}")),
        ElementsAre(::testing::StartsWith("shop.yaml:7: auth.refresh_grace: has no meaning"))
    );
}

TEST(ManifestAuth, OAuth1NeedsAConsumersKeyAndSecretAndMayBeForPlainHttpOnly) {
    const auto shop = load_shop(
        shop_with(R"(auth: {type: oauth1, scheme: http, consumer_key: "${api_key}", consumer_secret: "s"})")
    );
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->auth.at(0).type, AuthSpec::Type::oauth1);
    EXPECT_EQ(shop->auth.at(0).scheme, AuthSpec::Scheme::http);
    EXPECT_EQ(shop->auth.at(0).consumer_key, "${api_key}");
    EXPECT_EQ(shop->auth.at(0).consumer_secret, "s");
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: {type: oauth1}")),
        ElementsAre(
            "shop.yaml:7: auth.consumer_key: is missing, this type of authentication needs it",
            "shop.yaml:7: auth.consumer_secret: is missing, this type of authentication needs it"
        )
    );
}

TEST(ManifestAuth, StandardWebhooksNeedTheFieldOfTheirSecret) {
    const auto shop = load_shop(shop_with("auth: {type: standard_webhooks, secret: api_key}"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->auth.at(0).type, AuthSpec::Type::standard_webhooks);
    EXPECT_EQ(shop->auth.at(0).secret, "api_key");
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: {type: standard_webhooks}")),
        ElementsAre("shop.yaml:7: auth.secret: is missing, this type of authentication needs it")
    );
    EXPECT_THAT(
        shop_mistakes(shop_with("auth: {type: standard_webhooks, secret: currency}")),
        ElementsAre(::testing::StartsWith("shop.yaml:7: auth.secret: "))
    ) << "what is no secret would show";
}

class ChooseAuth : public ::testing::Test {
  protected:
    ChooseAuth() {
        const auto shop = load_shop(shop_with(kOAuth));
        alternatives_ = shop->auth;
    }

    std::size_t chosen(bool has_tokens) {
        return static_cast<std::size_t>(
            &choose_auth(alternatives_, settings_, secrets_, has_tokens) - alternatives_.data()
        );
    }

    std::vector<AuthSpec> alternatives_;
    boost::json::object settings_;
    std::map<std::string, std::string> secrets_;
};

TEST_F(ChooseAuth, TheFirstWhoseCredentialsAreThereIsTaken) {
    settings_["client_id"] = "c";
    secrets_["client_secret"] = "s";
    EXPECT_EQ(chosen(true), 1U);
    secrets_["api_key"] = "k";
    EXPECT_EQ(chosen(true), 0U);
}

TEST_F(ChooseAuth, AKnownClientWithoutTokensWaitsForConsent) {
    EXPECT_EQ(chosen(false), 0U);
    settings_["client_id"] = "c";
    EXPECT_EQ(chosen(false), 1U);
}

TEST_F(ChooseAuth, AGrantThatAsksNobodyNeedsNoTokens) {
    alternatives_.push_back(alternatives_[1]);
    alternatives_[2].oauth.grants = {Grant::client_credentials};
    alternatives_[1].oauth.grants = {Grant::authorization_code};
    settings_["client_id"] = "c";
    secrets_["client_secret"] = "s";
    EXPECT_EQ(chosen(false), 2U);
    EXPECT_EQ(chosen(true), 1U);
}

TEST(ChooseAuthByScheme, AnAlternativeForAnotherSchemeIsPassedOver) {
    const auto shop = load_shop(shop_with(R"(auth:
  - {type: basic, scheme: https, username: "${client_id}", password: "p"}
  - {type: oauth1, scheme: http, consumer_key: "${client_id}", consumer_secret: "s"})"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    const auto type_at = [&](std::string_view base_url) {
        return choose_auth(shop->auth, {{"client_id", "c"}}, {}, false, base_url).type;
    };
    EXPECT_EQ(type_at("https://shop.example"), AuthSpec::Type::basic);
    EXPECT_EQ(type_at("http://shop.example"), AuthSpec::Type::oauth1);
    EXPECT_EQ(type_at("HTTP://shop.example"), AuthSpec::Type::oauth1);
    EXPECT_EQ(type_at(""), AuthSpec::Type::basic);
}

TEST(ExpandUrl, AFieldCannotMoveTheAddressToAnotherHost) {
    const std::string text = "https://${shop}.myshopify.com/admin/oauth/access_token";
    EXPECT_EQ(
        *expand_url(text, {{"shop", "acme-1"}}), "https://acme-1.myshopify.com/admin/oauth/access_token"
    );
    for (const auto* shop :
         {"evil.example/", "evil.example#", "evil.example?", "a@evil.example", "a:1", "é"}) {
        EXPECT_FALSE(expand_url(text, {{"shop", shop}})) << shop;
    }
    EXPECT_FALSE(expand_url(text, {}));
    EXPECT_TRUE(expand_url(text, {}, {}, true));
    EXPECT_EQ(*expand_url("${url}/token", {{"url", "http://h:1/p"}}), "http://h:1/p/token");
    EXPECT_FALSE(expand_url("${url}${shop}/x", {{"url", "http://h"}, {"shop", "@evil.example"}}));
}

TEST(ExpandUrl, APathTakesAnyValueAndSecretsToo) {
    EXPECT_EQ(*expand_url("https://h/bot${token}/x", {}, {{"token", "12:ab"}}), "https://h/bot12:ab/x");
    EXPECT_EQ(*expand_url("https://h", {}), "https://h");
}

}  // namespace
}  // namespace navette::config
