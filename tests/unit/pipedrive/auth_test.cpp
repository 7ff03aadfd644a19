#include "tests/support/manifest_auth.hpp"

#include <gmock/gmock.h>

namespace navette {
namespace {

using Type = config::AuthSpec::Type;
using Grant = config::OAuthSpec::Grant;
using ::testing::ElementsAre;

const boost::json::object kAddress{{"base_url", "https://acme.pipedrive.com"}, {"company_domain", "acme"}};

TEST(PipedriveAuth, AnApiTokenWinsAndAnOAuthAppTakesItsPlace) {
    const support::ChosenAuth auth("pipedrive");
    EXPECT_TRUE(auth.accepts(kAddress, {"api_token"}));
    EXPECT_TRUE(auth.accepts(kAddress, {"client_secret"}));
    const auto& token = auth.of({{"client_id", "c"}}, {{"api_token", "t"}, {"client_secret", "s"}});
    EXPECT_EQ(token.type, Type::api_key);
    EXPECT_EQ(token.header, "x-api-token");
    for (const bool has_tokens : {false, true}) {
        const auto& chosen = auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}, has_tokens);
        EXPECT_EQ(chosen.type, Type::oauth2);
        EXPECT_EQ(chosen.header, "Authorization");
        EXPECT_EQ(chosen.value, "Bearer ${access_token}");
    }
}

TEST(PipedriveAuth, TheClientIsShownByBasicAndTheAddressComesWithTheToken) {
    const support::ChosenAuth auth("pipedrive");
    const auto& oauth = auth.of({{"client_id", "c"}}, {{"client_secret", "s"}}).oauth;
    EXPECT_EQ(oauth.client_auth, config::OAuthSpec::ClientAuth::basic);
    EXPECT_EQ(oauth.token_url, "https://oauth.pipedrive.com/oauth/token");
    EXPECT_EQ(oauth.base_url_from, "api_domain");
    EXPECT_THAT(oauth.grants, ElementsAre(Grant::authorization_code, Grant::refresh_token));
    EXPECT_TRUE(oauth.scopes.empty()) << "Pipedrive takes the app's";
    EXPECT_FALSE(oauth.pkce) << "Pipedrive knows none";
}

}  // namespace
}  // namespace navette
