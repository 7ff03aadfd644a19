// How the tokens of the connectors that ship with navette are got and renewed, by their own manifests.
#include "daemon/engine/oauth_exchange.hpp"
#include "tests/support/manifest_mapping.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace navette::engine {
namespace {

using Secrets = std::map<std::string, std::string>;

/// One integration: what was entered for it.
struct Entered {
    std::string slug;
    boost::json::object settings;
    Secrets secrets;
};

OAuthTokens tokens_with(const std::string& refresh_token) {
    OAuthTokens tokens;
    tokens.access_token = "a";
    tokens.refresh_token = refresh_token;
    return tokens;
}

/// The way in which tokens are got at first, and the one in which those are renewed.
std::pair<RenewalWay, RenewalWay> ways(const Entered& entered, const std::string& refresh_token) {
    const auto manifest = support::manifest_of(entered.slug);
    const auto& before = config::choose_auth(manifest.auth, entered.settings, entered.secrets, false);
    const auto& after = config::choose_auth(manifest.auth, entered.settings, entered.secrets, true);
    EXPECT_TRUE(client_of(after.oauth, entered.settings, entered.secrets).has_value()) << entered.slug;
    return {way_to_renew(before.oauth, std::nullopt), way_to_renew(after.oauth, tokens_with(refresh_token))};
}

TEST(ConnectorsOAuth, AnAppThatAsksNobodyGetsItsTokensInTheSameWayForEver) {
    const boost::json::object shop{{"base_url", "https://s.myshopify.com"}, {"own_client_id", "c"}};
    const boost::json::object desk{{"base_url", "https://d.example"}, {"own_client_id", "c"}};
    const Secrets secret{{"client_secret", "s"}};
    for (const auto& entered :
         {Entered{"shopify", shop, secret},
          Entered{"zendesk", desk, secret},
          Entered{"salesforce", desk, secret}}) {
        const auto [first, later] = ways(entered, "");
        EXPECT_EQ(first, RenewalWay::client_credentials) << entered.slug;
        EXPECT_EQ(later, RenewalWay::client_credentials) << entered.slug;
    }
    auto person = desk;
    person["username"] = "u";
    person["login_url"] = "https://login.example";
    const auto [first, later] = ways({"salesforce", person, {{"private_key", "pem"}}}, "");
    EXPECT_EQ(first, RenewalWay::jwt_bearer);
    EXPECT_EQ(later, RenewalWay::jwt_bearer);
}

TEST(ConnectorsOAuth, WhatAPersonConsentedToIsRenewedByItsRefreshTokenOnly) {
    const boost::json::object settings{
        {"base_url", "https://d.example"}, {"shop", "s"}, {"client_id", "c"}, {"api_version", "1"}
    };
    for (const auto* slug : {"hubspot", "shopify", "pipedrive", "zendesk", "salesforce"}) {
        const auto [first, later] = ways({slug, settings, {{"client_secret", "s"}}}, "r");
        EXPECT_EQ(first, RenewalWay::none) << slug << " waits for consent";
        EXPECT_EQ(later, RenewalWay::refresh_token) << slug;
    }
}

TEST(ConnectorsOAuth, SalesforceShowsASecretByBasicAndItsTokensNameTheAddress) {
    const auto manifest = support::manifest_of("salesforce");
    const boost::json::object settings{{"base_url", "https://acme.example"}, {"own_client_id", "c"}};
    const Secrets secrets{{"client_secret", "s"}};
    const auto& oauth = config::choose_auth(manifest.auth, settings, secrets, false).oauth;
    const auto client = client_of(oauth, settings, secrets);
    ASSERT_TRUE(client.has_value());
    const auto request = renewal_request(oauth, *client, RenewalWay::client_credentials, "", {});
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->url, "https://acme.example/services/oauth2/token");
    EXPECT_EQ(request->body, "grant_type=client_credentials");
    EXPECT_EQ(sdk::first_header(request->headers, "Authorization"), "Basic Yzpz");
    sdk::HttpResponse answer;
    answer.status = 200;
    answer.body =
        R"({"access_token":"t","instance_url":"https://acme.my.salesforce.com","token_type":"Bearer"})";
    const auto tokens = read_token_answer(oauth, answer, std::nullopt, {});
    ASSERT_TRUE(tokens.has_value());
    EXPECT_EQ(tokens->api_base, "https://acme.my.salesforce.com");
    EXPECT_FALSE(tokens->expires_at.has_value()) << "Salesforce does not tell it";
}

}  // namespace
}  // namespace navette::engine
