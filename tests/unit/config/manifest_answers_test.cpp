// The manifest's keys for what a platform tells: what of its answers is logged (`logged_until`), and when its
// webhooks are believed (`webhooks.fetch_after`).
#include "manifest_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace navette::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kManifest;
using testing::load_shop;
using testing::manifest_with;
using testing::shop_mistakes;

std::string logged_until(const std::string& words) {
    return manifest_with("account: [base_url]", "account: [base_url]\nlogged_until: " + words);
}

TEST(ManifestAnswers, WordsAtWhichALoggedTextEndsAreTakenAsTheyStand) {
    const auto shop = load_shop(logged_until(R"(["sql=", "INSERT INTO ", " value: '"])"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_THAT(shop->logged_until, ElementsAre("sql=", "INSERT INTO ", " value: '"));
    EXPECT_THAT(load_shop(kManifest)->logged_until, IsEmpty());
}

TEST(ManifestAnswers, WordsThatStandOtherwiseInJsonAreRefused) {
    for (const auto* words : {R"("")", R"('say "sql"')", R"("a\\b")", R"("sql\n")"}) {
        EXPECT_THAT(
            shop_mistakes(logged_until("[" + std::string(words) + "]")),
            ElementsAre(AllOf(HasSubstr("logged_until"), HasSubstr("are no words")))
        ) << words;
    }
}

std::string fetched_after(const std::string& time) {
    return manifest_with("account: [base_url]", "account: [base_url]\nwebhooks: {fetch_after: " + time + "}");
}

TEST(ManifestAnswers, AfterAWebhookTheRecordIsLookedForAtOnceOrSoLongLater) {
    const auto shop = load_shop(fetched_after("2s"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->webhooks.fetch_after, std::chrono::seconds(2));
    EXPECT_EQ(load_shop(kManifest)->webhooks.fetch_after, std::chrono::seconds(0));
    for (const auto* time : {"2", "61m", "soon"}) {
        EXPECT_THAT(shop_mistakes(fetched_after(time)), ElementsAre(HasSubstr("webhooks.fetch_after")))
            << time;
    }
}

}  // namespace
}  // namespace navette::config
