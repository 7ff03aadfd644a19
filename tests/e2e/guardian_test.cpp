// The webhook guardian at the real daemon, against a shop that keeps webhooks and drops them as WooCommerce
// does.
#include "tests/standin/site_in_process.hpp"
#include "tests/support/daemon_site.hpp"
#include "tests/support/free_port.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::test {
namespace {

using ::testing::HasSubstr;

class Guardian : public ::testing::Test {
  protected:
    Guardian() : shop_("woocommerce", {{"webhook_tries", "1"}}), site_(wishes(free_port())) {
        site_.write("ck", "ck_1");
        site_.write("cs", "cs_1");
        site_.write("whsec", "planted0123456789");
        const auto secret = [&](const std::string& name, const std::string& file) {
            return name + "=@" + (site_.folder() / file).string();
        };
        const auto added = site_.ctl(
            {"integration",
             "add",
             "woocommerce",
             "--tenant",
             "acme",
             "--id",
             "int_shop",
             "--set",
             "site_url=" + shop_.url(),
             "--secret",
             secret("consumer_key", "ck"),
             "--secret",
             secret("consumer_secret", "cs"),
             "--secret",
             secret("webhook_secret", "whsec"),
             "--enable"}
        );
        EXPECT_EQ(added.exit_code, 0) << added.output;
    }

    static SiteWishes wishes(std::uint16_t port) {
        SiteWishes wanted;
        wanted.integrate = false;
        wanted.log_level = "info";
        const auto number = std::to_string(port);
        wanted.more_settings = "listen: {port: " + number + ", public_url: \"http://127.0.0.1:" + number +
                               "\"}\npull: {every: 1d}\n";
        return wanted;
    }

    static std::string told(const std::string& object) {
        return "SELECT least(count(*), 1) FROM navette.changes WHERE entity_type = '" + object + "'";
    }

    standin::SiteInProcess shop_;
    DaemonSite site_;
};

TEST_F(Guardian, MakesWhatTheShopLacksAndMendsWhatItDroppedAndPullsWhatTheGapHid) {
    auto& database = site_.database();
    site_.start_daemon();
    database.await_number("SELECT count(*) FROM navette.webhook_subscriptions WHERE state = 'repaired'", 9);
    shop_.control("POST", "change", R"({"object": "customer"})");
    database.await_number(told("customer"), 1);
    EXPECT_GE(database.number("SELECT count(*) FROM navette.webhook_logs WHERE verified"), 1);

    shop_.control("POST", "subscriptions", R"({"failures": 7})");
    shop_.control("POST", "change", R"({"object": "product", "fields": {"sku": "GAP"}})");
    const auto looked = site_.ctl({"webhooks", "check", "int_shop"});
    EXPECT_EQ(looked.exit_code, 1) << looked.output;
    EXPECT_THAT(looked.output, HasSubstr("missing"));
    const auto mended = site_.ctl({"webhooks", "check", "int_shop", "--repair"});
    EXPECT_EQ(mended.exit_code, 0) << mended.output;
    EXPECT_THAT(mended.output, HasSubstr("product.created"));
    database.await_number(told("product"), 1);
    EXPECT_EQ(database.number("SELECT count(*) FROM navette.changes WHERE event_type = 'product.pulled'"), 1);
}

}  // namespace
}  // namespace navette::test
