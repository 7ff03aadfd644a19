#include "tests/support/manifest_auth.hpp"

#include <gmock/gmock.h>

namespace navette {
namespace {

using Type = config::AuthSpec::Type;
using Grant = config::OAuthSpec::Grant;
using ::testing::ElementsAre;

TEST(HubSpotAuth, ATokenWinsAndAnOAuthAppTakesItsPlace) {
    const support::ChosenAuth auth("hubspot");
    EXPECT_TRUE(auth.accepts({{"portal_id", "7"}}, {"token"}));
    EXPECT_TRUE(auth.accepts({{"portal_id", "7"}, {"client_id", "c"}}, {"client_secret"}));
    EXPECT_EQ(auth.of({{"client_id", "c"}}, {{"token", "t"}, {"client_secret", "s"}}).type, Type::api_key);
    EXPECT_EQ(auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}).type, Type::oauth2);
    EXPECT_EQ(auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}, true).type, Type::oauth2);
}

TEST(HubSpotAuth, ASecretThatOnlySignsWebhooksIsNoOAuthApp) {
    EXPECT_EQ(support::ChosenAuth("hubspot").of({}, {{"client_secret", "s"}}).type, Type::api_key);
}

TEST(HubSpotAuth, TheTokenAddressFollowsTheVersionAndRefreshTokensAreKept) {
    const support::ChosenAuth auth("hubspot");
    const auto& oauth = auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}).oauth;
    EXPECT_THAT(oauth.grants, ElementsAre(Grant::authorization_code, Grant::refresh_token));
    EXPECT_EQ(
        config::expand_url(
            oauth.token_url, {{"base_url", "https://api.hubapi.com"}, {"api_version", "2026-09"}}
        ),
        "https://api.hubapi.com/oauth/2026-09/token"
    );
    EXPECT_EQ(oauth.authorize_url, "https://app.hubspot.com/oauth/authorize");
    EXPECT_EQ(oauth.token_body, config::OAuthSpec::BodyForm::form);
    EXPECT_FALSE(oauth.refresh_rotates);
    EXPECT_THAT(oauth.scopes, ::testing::Contains("crm.objects.deals.write"));
}

}  // namespace
}  // namespace navette
