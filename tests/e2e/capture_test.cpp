// Sources that triggers feed, with the real navetted: from a write in the shop's table to the platform.
#include "tests/e2e/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::test {
namespace {

using testing::HasSubstr;

constexpr const char* kDelivered = "SELECT count(*) FROM navette.record_links WHERE object = 'order'";
constexpr const char* kWatching =
    "SELECT count(*) FROM navette.sync_cursors WHERE capture = 'attached' AND requested IS NULL AND "
    "last_full_at IS NOT NULL";

/// The shop's source, swept once an hour, its tables captured. The role navette makes its tables in the
/// schema of its name where there is one: in navette's own database.
std::string captured_source(const std::string& more = "", const std::string& schema = "navette") {
    auto yaml = shop_source("1h");
    const std::string place("    every: 1h\n");
    yaml.insert(
        yaml.find(place),
        "    capture:\n"
        "      - {table: orders, key: number}\n"
        "      - {table: customers,\n"
        "         key: \"unnest(ARRAY(SELECT o.number FROM " +
            schema +
            ".orders o WHERE o.customer_id = "
            "r.id))\"}\n" +
            more
    );
    return yaml;
}

void attach(DaemonSite& site) {
    const auto attached = site.ctl({"source", "attach", "lumira-orders"});
    ASSERT_EQ(attached.exit_code, 0) << attached.output;
}

TEST(Capture, WhatIsWrittenIsCarriedOverAtOnceAndAfterDetachingByTheNextSweep) {
    SiteWishes wishes;
    wishes.more_settings = captured_source();
    DaemonSite site(wishes);
    hurry(site);
    make_shop(site.database(), 1);
    site.start_daemon();
    site.database().await_number(
        "SELECT count(*) FROM navette.sync_cursors WHERE capture = 'missing' AND last_full_at IS NOT NULL", 1
    );
    EXPECT_THAT(site.ctl({"source", "list"}).output, HasSubstr("triggers missing"));

    const auto shown = site.ctl({"source", "attach", "lumira-orders", "--dry-run"});
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_THAT(shown.output, HasSubstr("CREATE OR REPLACE TRIGGER \"navette:lumira-orders:insert\""));
    EXPECT_EQ(site.database().number("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'navette:%'"), 0);

    attach(site);
    site.database().await_number(kWatching, 1);
    place_orders(site.database(), 5);
    site.database().await_number(kDelivered, 5);
    EXPECT_EQ(creates_of(site.effects(), "orders").total, 5);

    // A customer's change is a change of each of its orders.
    site.database().exec("UPDATE customers SET phone = '0699999999'");
    site.database().await_number("SELECT rows_queued FROM navette.sync_cursors", 10);
    site.database().await_number("SELECT count(*) FROM navette.captured", 0);

    ASSERT_EQ(site.ctl({"source", "detach", "lumira-orders"}).exit_code, 0);
    EXPECT_EQ(site.database().number("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'navette:%'"), 0);
    EXPECT_THAT(site.ctl({"source", "detach", "lumira-orders"}).output, HasSubstr("nothing is attached"));
    site.database().exec(
        "INSERT INTO orders (number, customer_id, level, amount_cents, status, paid_at) "
        "VALUES ('LU000006', 1, 'initie', 100, 'paid', now())"
    );
    EXPECT_EQ(site.ctl({"source", "run", "lumira-orders", "--wait"}).exit_code, 0);
    site.database().await_number(kDelivered, 6);
    EXPECT_EQ(site.stop_daemon(), 0);
}

TEST(Capture, ADaemonKilledAgainAndAgainLosesNoWriteOfAnotherDatabaseAndRepeatsNone) {
    TestDatabase shop(false);
    SiteWishes wishes;
    wishes.lease = "1s";
    wishes.more_settings = captured_source("    page: 7\n    connection: \"" + shop.url() + "\"\n", "public");
    DaemonSite site(wishes);
    hurry(site);
    make_shop(shop, 3);
    site.start_daemon();
    attach(site);
    site.database().await_number(kWatching, 1);
    int number = 0;
    for (int round = 0; round < 3; ++round) {
        for (int order = 0; order < 30; ++order) {
            shop.exec(
                "INSERT INTO orders (number, customer_id, level, amount_cents, status, paid_at) VALUES ('LU" +
                std::to_string(++number) + "', 1 + " + std::to_string(order % 3) +
                ", 'initie', 100, 'paid', now())"
            );
            if (order == 15) {
                site.kill_daemon();
            }
        }
        site.start_daemon();
    }
    site.database().await_number(kDelivered, number, std::chrono::seconds(120));
    shop.await_number("SELECT count(*) FROM navette.captured", 0);
    EXPECT_EQ(creates_of(site.effects(), "orders").total, number);
    EXPECT_EQ(creates_of(site.effects(), "orders").duplicates, 0);
    EXPECT_EQ(site.stop_daemon(), 0);
    EXPECT_EQ(shop.number("SELECT count(*) FROM navette.captures WHERE asleep"), 0);
    ASSERT_EQ(site.ctl({"source", "detach", "lumira-orders"}).exit_code, 0);
    EXPECT_EQ(shop.value("SELECT to_regnamespace('navette')"), "") << "nothing of navette's is left there";
}

TEST(Capture, AFullQueueHoldsTheSourceBackUntilThePlatformIsUpAgain) {
    SiteWishes wishes;
    wishes.more_settings = captured_source("    page: 10\n    max_pending: 20\n");
    DaemonSite site(wishes);
    hurry(site);
    make_shop(site.database(), 2);
    place_orders(site.database(), 100);
    site.database().exec("UPDATE navette.tenant_integrations SET sync_frequency = 'every: 7d'");
    site.start_daemon();
    site.database().await_number("SELECT count(*) FROM navette.sync_cursors WHERE paused_at IS NOT NULL", 1);
    EXPECT_LE(site.database().number("SELECT count(*) FROM navette.sync_queue"), 30);
    EXPECT_THAT(site.ctl({"source", "list"}).output, HasSubstr("waits for its jobs"));
    site.database().exec("UPDATE navette.tenant_integrations SET sync_frequency = 'realtime'");
    site.database().await_number(kDelivered, 100, std::chrono::seconds(120));
    EXPECT_EQ(creates_of(site.effects(), "orders").total, 100);
    site.database().await_number("SELECT count(*) FROM navette.sync_cursors WHERE paused_at IS NOT NULL", 0);
}

TEST(Capture, AttachingWhatIsNotConfiguredIsRefused) {
    SiteWishes wishes;
    wishes.more_settings = shop_source("1h");
    DaemonSite site(wishes);
    const auto unknown = site.ctl({"source", "attach", "nothing"});
    EXPECT_EQ(unknown.exit_code, 3) << unknown.output;
    const auto without = site.ctl({"source", "attach", "lumira-orders"});
    EXPECT_EQ(without.exit_code, 78);
    EXPECT_THAT(without.output, HasSubstr("names no table under capture"));
    EXPECT_EQ(site.ctl({"source", "detach", "lumira-orders"}).exit_code, 0);
}

}  // namespace
}  // namespace navette::test
