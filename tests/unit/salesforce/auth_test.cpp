#include "tests/support/manifest_auth.hpp"

#include <gmock/gmock.h>

namespace navette {
namespace {

using Grant = config::OAuthSpec::Grant;
using ::testing::ElementsAre;

const boost::json::object kAddress{
    {"base_url", "https://acme.my.salesforce.com"}, {"login_url", "https://test.salesforce.com"}
};

TEST(SalesforceAuth, ACertificateOrASecretOfAnOwnAppAsksNobodyBeforeAndAfterItHasTokens) {
    const support::ChosenAuth auth("salesforce");
    for (const bool has_tokens : {false, true}) {
        const auto& jwt =
            auth.of({{"own_client_id", "c"}, {"username", "u"}}, {{"private_key", "pem"}}, has_tokens).oauth;
        EXPECT_THAT(jwt.grants, ElementsAre(Grant::jwt_bearer)) << has_tokens;
        EXPECT_EQ(config::expand_url(jwt.jwt_audience, kAddress), "https://test.salesforce.com");
        EXPECT_EQ(jwt.base_url_from, "instance_url");
        const auto& secret = auth.of({{"own_client_id", "c"}}, {{"client_secret", "s"}}, has_tokens).oauth;
        EXPECT_THAT(secret.grants, ElementsAre(Grant::client_credentials)) << has_tokens;
        EXPECT_EQ(secret.client_auth, config::OAuthSpec::ClientAuth::basic);
        EXPECT_EQ(secret.base_url_from, "instance_url");
        EXPECT_EQ(
            config::expand_url(secret.token_url, kAddress),
            "https://acme.my.salesforce.com/services/oauth2/token"
        );
    }
}

TEST(SalesforceAuth, AnAppThatAPersonConsentsToUsesPkceAndItsRefreshToken) {
    const support::ChosenAuth auth("salesforce");
    for (const bool has_tokens : {false, true}) {
        const auto& oauth = auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}, has_tokens).oauth;
        EXPECT_THAT(oauth.grants, ElementsAre(Grant::authorization_code, Grant::refresh_token)) << has_tokens;
        EXPECT_TRUE(oauth.pkce);
        EXPECT_THAT(oauth.scopes, ElementsAre("api", "refresh_token"));
        EXPECT_EQ(oauth.base_url_from, "instance_url");
        EXPECT_EQ(
            config::expand_url(oauth.authorize_url, kAddress),
            "https://acme.my.salesforce.com/services/oauth2/authorize"
        );
    }
}

TEST(SalesforceAuth, OnlyTheAddressIsDemandedAndNoPasswordIsKnown) {
    const support::ChosenAuth auth("salesforce");
    EXPECT_TRUE(auth.accepts({{"base_url", "https://acme.my.salesforce.com"}}, {"client_secret"}));
    EXPECT_FALSE(auth.accepts({}, {"client_secret"}));
    for (const auto& alternative : auth.manifest().auth) {
        EXPECT_EQ(alternative.type, config::AuthSpec::Type::oauth2);
    }
}

}  // namespace
}  // namespace navette
