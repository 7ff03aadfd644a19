// An integration whose administrator changes as whom it works: tokens of the former identity are not used up.
#include "daemon/engine/integration.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace navette::engine {
namespace {

using Grant = config::OAuthSpec::Grant;

class IntegrationIdentity : public ::testing::Test {
  protected:
    IntegrationIdentity() : vault_(*secrets::Vault::with_key(secrets::Vault::generate_key("test"))) {
        auto& manifest = connector_->manifest;
        manifest.slug = "shop";
        manifest.base_url = "https://shop.test";
        for (const auto* name : {"own_client_id", "client_id", "client_secret"}) {
            config::ConfigField field;
            field.name = name;
            manifest.config.push_back(field);
        }
        add_client("own_client_id", {Grant::client_credentials});
        add_client("client_id", {Grant::authorization_code, Grant::refresh_token});
    }

    void add_client(const std::string& id, std::vector<Grant> grants) {
        auto& auth = connector_->manifest.auth.emplace_back();
        auth.type = config::AuthSpec::Type::oauth2;
        auth.header = "Authorization";
        auth.value = "Bearer ${access_token}";
        auth.oauth.client_id = id;
        auth.oauth.client_secret = "client_secret";
        auth.oauth.token_url = "https://shop.test/token";
        auth.oauth.grants = std::move(grants);
    }

    /// With tokens that were got so, and these clients entered.
    std::shared_ptr<const Integration> assembled(
        std::optional<Grant> got_by, const std::string& refresh_token, boost::json::object settings
    ) {
        OAuthTokens tokens;
        tokens.access_token = "former";
        tokens.refresh_token = refresh_token;
        tokens.obtained_at = std::chrono::system_clock::now();
        tokens.got_by = got_by;
        store::IntegrationRow row;
        row.key = {"acme", "int_1"};
        row.slug = "shop";
        row.settings = std::move(settings);
        row.settings["client_secret"] = "s";
        row.oauth_version = 1;
        row.sealed_tokens = vault_->seal(encode_tokens(tokens), secrets::owner_of_oauth("acme", "int_1"));
        auto made = Integration::assemble(row, plugins::Inventory({connector_}, {}), vault_);
        EXPECT_TRUE(made) << made.error().message;
        return *made;
    }

    static std::string client_of(const Integration& integration) {
        return integration.auth().oauth.client_id;
    }
    static bool has_tokens(const Integration& integration) {
        return integration.grant()->tokens().has_value();
    }

    std::optional<secrets::Vault> vault_;
    std::shared_ptr<plugins::LoadedConnector> connector_ = std::make_shared<plugins::LoadedConnector>();
};

TEST_F(IntegrationIdentity, AnAppOfItsOwnDoesNotGoOnAsThePersonWhoConsentedBefore) {
    const boost::json::object both{{"own_client_id", "own"}, {"client_id", "c"}};
    for (const auto got_by : {std::optional(Grant::authorization_code), std::optional<Grant>()}) {
        const auto integration = assembled(got_by, "r", both);
        EXPECT_EQ(client_of(*integration), "own_client_id");
        EXPECT_FALSE(has_tokens(*integration));
        EXPECT_EQ(
            way_to_renew(integration->auth().oauth, integration->grant()->tokens()),
            RenewalWay::client_credentials
        );
    }
}

TEST_F(IntegrationIdentity, WhereAPersonIsToConsentTheFormerAppsTokensAreNoConsent) {
    const auto integration = assembled(Grant::client_credentials, "", {{"client_id", "c"}});
    EXPECT_EQ(client_of(*integration), "client_id") << "it waits for the consent";
    EXPECT_FALSE(has_tokens(*integration));
    EXPECT_EQ(way_to_renew(integration->auth().oauth, integration->grant()->tokens()), RenewalWay::none);
}

TEST_F(IntegrationIdentity, TokensOfTheSameKindAreUsed) {
    EXPECT_TRUE(has_tokens(*assembled(Grant::client_credentials, "", {{"own_client_id", "own"}})));
    const auto consented = assembled(Grant::authorization_code, "r", {{"client_id", "c"}});
    EXPECT_EQ(client_of(*consented), "client_id");
    EXPECT_TRUE(has_tokens(*consented));
    EXPECT_TRUE(has_tokens(*assembled(std::nullopt, "", {{"client_id", "c"}}))) << "of an earlier version";
}

}  // namespace
}  // namespace navette::engine
