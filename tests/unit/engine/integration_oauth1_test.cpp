// Requests of an integration that signs them by OAuth 1.0a.
#include "daemon/engine/catalogue.hpp"
#include "daemon/engine/integration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

namespace navette::engine {
namespace {

using ::testing::HasSubstr;

class IntegrationOAuth1 : public ::testing::Test {
  protected:
    std::shared_ptr<const Integration> assembled(const std::string& url) {
        auto connector = std::make_shared<plugins::LoadedConnector>();
        auto& manifest = connector->manifest;
        manifest.slug = "shop";
        manifest.base_url = "${url}/wp-json/";
        config::ConfigField field;
        field.name = "url";
        manifest.config.push_back(field);
        auto& basic = manifest.auth.emplace_back();
        basic.type = config::AuthSpec::Type::basic;
        basic.scheme = config::AuthSpec::Scheme::https;
        basic.username = "ck_0123";
        basic.password = "cs_secret";
        auto& oauth = manifest.auth.emplace_back();
        oauth.type = config::AuthSpec::Type::oauth1;
        oauth.scheme = config::AuthSpec::Scheme::http;
        oauth.consumer_key = "ck_0123";
        oauth.consumer_secret = "cs_secret";
        store::IntegrationRow row;
        row.key = {"acme", "int_1"};
        row.slug = "shop";
        row.settings = {{"url", url}};
        auto made = Integration::assemble(row, plugins::Inventory({connector}, {}), std::nullopt);
        EXPECT_TRUE(made) << made.error().message;
        return *made;
    }

    static std::string authorization(const outbound::WireRequest& wire) {
        EXPECT_EQ(std::ranges::count(wire.headers, "Authorization", &sdk::Header::name), 1);
        return std::string(sdk::first_header(wire.headers, "Authorization"));
    }

    /// The value of `name="..."` in the header.
    static std::string part(const std::string& header, const std::string& name) {
        const auto begin = header.find(name + "=\"") + name.size() + 2;
        return header.substr(begin, header.find('"', begin) - begin);
    }
};

TEST_F(IntegrationOAuth1, EachRequestOverPlainHttpIsSignedAsItGoesOut) {
    const auto integration = assembled("http://shop.test");
    const auto wire =
        integration->address(sdk::HttpRequest::get("/wc/v3/products").with_query("search", "a b&c"));
    EXPECT_EQ(wire.url, "http://shop.test/wp-json/wc/v3/products?search=a%20b%26c");
    const auto header = authorization(wire);
    const std::chrono::sys_seconds time(std::chrono::seconds(std::stoll(part(header, "oauth_timestamp"))));
    EXPECT_LT(std::chrono::abs(std::chrono::system_clock::now() - time), std::chrono::minutes(5));
    EXPECT_EQ(
        header,
        outbound::oauth1_authorization(
            {"ck_0123", "cs_secret"}, wire.method, wire.url, time, part(header, "oauth_nonce")
        )
    );
}

TEST_F(IntegrationOAuth1, NoNonceIsUsedTwice) {
    const auto integration = assembled("http://shop.test");
    const auto nonce = [&] {
        return part(authorization(integration->address(sdk::HttpRequest::get("/x"))), "oauth_nonce");
    };
    EXPECT_NE(nonce(), nonce());
}

TEST(CatalogueEntry, AConsumersKeyAndSecretAreEnteredLikeThoseOfBasic) {
    config::Manifest manifest;
    manifest.auth.emplace_back().type = config::AuthSpec::Type::oauth1;
    EXPECT_EQ(catalogue_entry(manifest).auth_type, "basic") << "the table of platforms knows no other";
}

TEST_F(IntegrationOAuth1, OverHttpsTheOtherWayIsTaken) {
    EXPECT_THAT(
        authorization(assembled("https://shop.test")->address(sdk::HttpRequest::get("/x"))),
        HasSubstr("Basic ")
    );
}

}  // namespace
}  // namespace navette::engine
