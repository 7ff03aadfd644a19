// Requests of an integration that signs them as Standard Webhooks.
#include "daemon/engine/catalogue.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/outbound/standard_webhooks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace navette::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOld = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kNew = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

class IntegrationWebhooks : public ::testing::Test {
  protected:
    core::Result<std::shared_ptr<const Integration>> assembled(
        const std::string& secrets, const std::string& after = "5d"
    ) {
        auto connector = std::make_shared<plugins::LoadedConnector>();
        auto& manifest = connector->manifest;
        manifest.slug = "application";
        manifest.base_url = "https://app.test/hooks";
        for (const auto* name : {"signing_secret", "disable_after"}) {
            manifest.config.emplace_back().name = name;
        }
        manifest.config.front().type = config::ConfigField::Type::secret;
        auto& auth = manifest.auth.emplace_back();
        auth.type = config::AuthSpec::Type::standard_webhooks;
        auth.secret = "signing_secret";
        manifest.disable = config::DisableRule{"disable_after", 20};
        const std::optional<secrets::Vault> vault(
            secrets::Vault::with_key(secrets::Vault::generate_key("test")).value()
        );
        store::IntegrationRow row;
        row.key = {"acme", "int_1"};
        row.slug = "application";
        row.settings = {{"disable_after", after}};
        row.sealed_secrets =
            vault->seal(encode_secrets({{"signing_secret", secrets}}), secrets::owner_of("acme", "int_1"));
        return Integration::assemble(row, plugins::Inventory({connector}, {}), vault);
    }

    static sdk::HttpRequest message(const std::string& body) {
        auto request = sdk::HttpRequest::post("").with_header("webhook-id", "chg_1");
        request.body = body;
        return request;
    }
};

TEST_F(IntegrationWebhooks, EachAttemptIsSignedOverIdTimeAndBodyByEverySecret) {
    const auto integration = assembled(std::string(kOld) + " " + kNew);
    ASSERT_TRUE(integration) << integration.error().message;
    const auto wire = (*integration)->address(message(R"({"a":1})"));
    EXPECT_EQ(wire.url, "https://app.test/hooks");
    EXPECT_EQ(sdk::first_header(wire.headers, "webhook-id"), "chg_1");
    const std::chrono::sys_seconds time(
        std::chrono::seconds(std::stoll(std::string(sdk::first_header(wire.headers, "webhook-timestamp"))))
    );
    EXPECT_LT(std::chrono::abs(std::chrono::system_clock::now() - time), std::chrono::minutes(5));
    EXPECT_EQ(
        sdk::first_header(wire.headers, "webhook-signature"),
        outbound::webhook_signature(
            outbound::webhook_keys(std::string(kOld) + " " + kNew).value(), "chg_1", time, wire.body
        )
    );
    EXPECT_EQ(wire.body, R"({"a":1})");
}

TEST_F(IntegrationWebhooks, EachSecretAloneIsHiddenInLogs) {
    const auto integration = assembled(std::string(kOld) + " " + kNew).value();
    EXPECT_THAT(integration->redactor().text(std::string("got ") + kNew), Not(HasSubstr(kNew)));
}

TEST_F(IntegrationWebhooks, AMessageWithoutAnIdGetsOneOfItsOwn) {
    const auto integration = assembled(kOld).value();
    const auto id = [&] {
        return std::string(
            sdk::first_header(integration->address(sdk::HttpRequest::post("")).headers, "webhook-id")
        );
    };
    EXPECT_NE(id(), id());
    EXPECT_THAT(id(), Not(HasSubstr(".")));
}

TEST_F(IntegrationWebhooks, ASecretOrADurationThatIsNoneIsRefusedByItsName) {
    EXPECT_THAT(assembled("hunter2").error().message, HasSubstr("signing_secret must begin with whsec_"));
    EXPECT_THAT(assembled(kOld, "soon").error().message, HasSubstr("disable_after is no duration"));
    EXPECT_EQ(assembled(kOld, "2s").value()->disable_after(), std::chrono::milliseconds(2'000));
}

TEST(CatalogueEntry, WhatTakesTheFeedTakesNoEventOfTheApplicationsOwn) {
    config::Manifest manifest;
    manifest.objects.emplace_back().name = "change";
    manifest.events.push_back({"change.published", "change"});
    EXPECT_EQ(catalogue_entry(manifest).objects.size(), 1U);
    manifest.capabilities = {"push", "changes"};
    EXPECT_TRUE(catalogue_entry(manifest).objects.empty());
    EXPECT_TRUE(catalogue_entry(manifest).events.empty());
}

}  // namespace
}  // namespace navette::engine
