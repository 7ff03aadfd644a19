// The manifest's keys for work that does not go one record or request at a time to one server: `bulk`, `page`
// and `hosts`.
#include "daemon/config/checks.hpp"
#include "manifest_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

std::string with_hosts(const std::string& hosts) {
    return manifest_with("account: [base_url]", "account: [base_url]\nhosts: " + hosts);
}

TEST(ManifestBulk, IsTheLargestBatchOfBackgroundWorkAndNoneByDefault) {
    const auto shop = load_shop(manifest_with("batch: 10", "batch: 10\n    bulk: 10000"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->object("order")->batch, 10);
    EXPECT_EQ(shop->object("order")->bulk, 10'000);
    EXPECT_EQ(shop->object("customer")->bulk, 0);
}

TEST(ManifestBulk, OutOfRangeIsToldByItsPlace) {
    for (const auto* value : {"0", "10001", "-1", "many"}) {
        const std::string line = std::string("batch: 10\n    bulk: ") + value;
        EXPECT_THAT(
            shop_mistakes(manifest_with("batch: 10", line)),
            ElementsAre(AllOf(HasSubstr("shop.yaml:29"), HasSubstr("objects.order.bulk")))
        ) << value;
    }
}

TEST(ManifestBulk, IsSwitchedOnAndOffByAnOverride) {
    const auto shop = load_shop(kManifest, "objects: {order: {bulk: 500}}");
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->object("order")->bulk, 500);
}

TEST(ManifestPage, IsAHundredRecordsUnlessTheManifestOrAnOverrideSaysOtherwise) {
    const auto shop = load_shop(
        manifest_with("batch: 10", "batch: 10\n    page: 2000"), "objects: {customer: {page: 250}}"
    );
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->object("order")->page, 2'000);
    EXPECT_EQ(shop->object("customer")->page, 250);
    EXPECT_EQ(load_shop(kManifest)->object("order")->page, 100);
}

TEST(ManifestPage, OutOfRangeIsToldByItsPlace) {
    for (const auto* value : {"0", "2001", "-1", "many"}) {
        const std::string line = std::string("batch: 10\n    page: ") + value;
        EXPECT_THAT(
            shop_mistakes(manifest_with("batch: 10", line)),
            ElementsAre(AllOf(HasSubstr("shop.yaml:29"), HasSubstr("objects.order.page")))
        ) << value;
    }
}

TEST(ManifestHosts, AreNamesOfServersWithAndWithoutAnyLabelInFront) {
    const auto shop = load_shop(with_hosts("[storage.googleapis.com, \"*.files.example.com\", 10.0.0.7]"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_THAT(shop->hosts, ElementsAre("storage.googleapis.com", "*.files.example.com", "10.0.0.7"));
    EXPECT_THAT(load_shop(kManifest)->hosts, IsEmpty());
    EXPECT_THAT(load_shop(kManifest, "hosts: [cdn.example.com]")->hosts, ElementsAre("cdn.example.com"));
}

TEST(ManifestHosts, WhatIsNoHostIsRefused) {
    for (const auto* host :
         {"https://files.example.com",
          "files.example.com/x",
          "files.example.com:443",
          "\"*.com\"",
          "\"*\"",
          "\"*example.com\"",
          "\"a.*.example.com\"",
          "Files.example.com",
          "files..example.com",
          ".example.com",
          "example.com.",
          "user@example.com",
          "\"\""}) {
        EXPECT_THAT(
            shop_mistakes(with_hosts("[" + std::string(host) + "]")), ElementsAre(HasSubstr("is not a host"))
        ) << host;
    }
}

}  // namespace
}  // namespace navette::config
