#include "tests/support/manifest_auth.hpp"

#include <gmock/gmock.h>

namespace navette {
namespace {

using namespace std::chrono_literals;
using Type = config::AuthSpec::Type;
using Grant = config::OAuthSpec::Grant;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(ShopifyAuth, ALastingTokenWinsOverEveryApp) {
    const support::ChosenAuth auth("shopify");
    EXPECT_TRUE(auth.accepts({{"base_url", "https://my-shop.myshopify.com"}}, {"access_token"}));
    EXPECT_TRUE(auth.accepts(
        {{"base_url", "https://my-shop.myshopify.com"}, {"own_client_id", "c"}}, {"client_secret"}
    ));
    EXPECT_EQ(
        auth.of({{"own_client_id", "c"}}, {{"access_token", "shpat_1"}, {"client_secret", "s"}}).type,
        Type::api_key
    );
}

TEST(ShopifyAuth, AnOwnAppAsksNobodyBeforeAndAfterItHasTokens) {
    const support::ChosenAuth auth("shopify");
    for (const bool has_tokens : {false, true}) {
        const auto& chosen = auth.of({{"own_client_id", "c"}}, {{"client_secret", "s"}}, has_tokens);
        EXPECT_THAT(chosen.oauth.grants, ElementsAre(Grant::client_credentials)) << has_tokens;
        EXPECT_EQ(chosen.oauth.token_body, config::OAuthSpec::BodyForm::json);
        EXPECT_EQ(chosen.header, "X-Shopify-Access-Token");
        EXPECT_EQ(chosen.value, "${access_token}");
    }
}

TEST(ShopifyAuth, AnAppWithConsentGetsExpiringTokensWhoseRefreshTokensAreSpent) {
    const support::ChosenAuth auth("shopify");
    for (const bool has_tokens : {false, true}) {
        const auto& chosen = auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}, has_tokens);
        const auto& oauth = chosen.oauth;
        EXPECT_THAT(oauth.grants, ElementsAre(Grant::authorization_code, Grant::refresh_token)) << has_tokens;
        EXPECT_THAT(oauth.token_extra, ElementsAre(Pair("expiring", "1")));
        EXPECT_TRUE(oauth.refresh_rotates);
        EXPECT_EQ(oauth.refresh_grace, 720h);
        EXPECT_TRUE(oauth.callback_hmac);
        EXPECT_EQ(oauth.scope_separator, ",");
        EXPECT_EQ(chosen.header, "X-Shopify-Access-Token");
        EXPECT_EQ(
            config::expand_url(oauth.token_url, {{"base_url", "https://my-shop.myshopify.com"}}),
            "https://my-shop.myshopify.com/admin/oauth/access_token"
        );
    }
}

}  // namespace
}  // namespace navette
