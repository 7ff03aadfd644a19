#include "tests/support/manifest_auth.hpp"

#include <gmock/gmock.h>

namespace navette {
namespace {

using Type = config::AuthSpec::Type;
using Grant = config::OAuthSpec::Grant;
using ::testing::ElementsAre;

const boost::json::object kAddress{{"base_url", "https://acme.zendesk.com"}};

TEST(ZendeskAuth, AnApiTokenWithItsAddressWins) {
    const support::ChosenAuth auth("zendesk");
    EXPECT_TRUE(auth.accepts({{"base_url", "https://acme.zendesk.com"}, {"email", "a@x.test"}}, {"api_token"})
    );
    EXPECT_TRUE(auth.accepts(kAddress, {"client_secret"}));
    EXPECT_EQ(
        auth.of({{"email", "a@x.test"}, {"own_client_id", "c"}}, {{"api_token", "t"}, {"client_secret", "s"}})
            .type,
        Type::basic
    );
    EXPECT_EQ(
        auth.of({{"own_client_id", "c"}}, {{"api_token", "t"}, {"client_secret", "s"}}).type, Type::oauth2
    ) << "a token without the address of its owner is of no use";
}

TEST(ZendeskAuth, AnOwnClientAsksNobodyBeforeAndAfterItHasTokens) {
    const support::ChosenAuth auth("zendesk");
    for (const bool has_tokens : {false, true}) {
        const auto& oauth = auth.of({{"own_client_id", "c"}}, {{"client_secret", "s"}}, has_tokens).oauth;
        EXPECT_THAT(oauth.grants, ElementsAre(Grant::client_credentials)) << has_tokens;
    }
}

TEST(ZendeskAuth, AClientOfAPersonWaitsForConsentAndSpendsItsRefreshTokens) {
    const support::ChosenAuth auth("zendesk");
    for (const bool has_tokens : {false, true}) {
        const auto& oauth = auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}, has_tokens).oauth;
        EXPECT_THAT(oauth.grants, ElementsAre(Grant::authorization_code, Grant::refresh_token)) << has_tokens;
        EXPECT_TRUE(oauth.pkce);
        EXPECT_TRUE(oauth.refresh_rotates);
        EXPECT_EQ(oauth.refresh_grace.count(), 0) << "Zendesk gives a lost answer no second time";
        EXPECT_EQ(oauth.token_body, config::OAuthSpec::BodyForm::json);
        EXPECT_EQ(
            config::expand_url(oauth.authorize_url, kAddress),
            "https://acme.zendesk.com/oauth/authorizations/new"
        );
        EXPECT_EQ(config::expand_url(oauth.token_url, kAddress), "https://acme.zendesk.com/oauth/tokens");
    }
}

}  // namespace
}  // namespace navette
