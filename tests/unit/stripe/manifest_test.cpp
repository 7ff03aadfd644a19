// The manifest is valid, and asks for no more than a source needs.
#include "daemon/config/manifest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette {
namespace {

const config::Manifest& manifest() {
    static const auto loaded =
        config::load_manifest(NAVETTE_SOURCE_DIR "/connectors/stripe/stripe.yaml", std::nullopt);
    if (!loaded) {
        for (const auto& problem : loaded.error()) {
            ADD_FAILURE() << problem.text();
        }
        static const config::Manifest empty;
        return empty;
    }
    return *loaded;
}

TEST(StripeManifest, AWebhookNeedsItsSecretAndNothingElse) {
    EXPECT_EQ(manifest().slug, "stripe");
    EXPECT_EQ(manifest().webhooks.secrets, std::vector<std::string>{"webhook_secret"});
    EXPECT_EQ(manifest().webhooks.account, "account_id");
    const auto settings = config::check_integration_config(manifest(), {}, {"webhook_secret"});
    ASSERT_TRUE(settings.has_value()) << settings.error().front();
    EXPECT_EQ(settings->at("catch_up"), false);
    EXPECT_EQ(config::expand_template(manifest().base_url, *settings, {}), "https://api.stripe.com");
}

TEST(StripeManifest, NothingIsWrittenToStripe) {
    EXPECT_TRUE(manifest().objects.empty());
    EXPECT_TRUE(manifest().events.empty());
}

}  // namespace
}  // namespace navette
