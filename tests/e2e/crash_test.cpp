// The promise: an accepted event is never lost and takes effect once, whatever dies in between.
#include "tests/e2e/shop.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>

namespace navette::test {
namespace {

constexpr int kOrders = 500;
constexpr int kKillsInFlight = 20;
constexpr int kMostKills = 80;

TEST(Crash, FiveHundredOrdersSurviveTwentyKillsInFlightAndLostAnswersWithoutADuplicate) {
    SiteWishes wishes;
    wishes.lease = "2s";
    wishes.sweep = "2s";
    wishes.engine = ", quarantine_after: 100";  // random deaths are no poison
    wishes.standin_latency_ms = 15;
    wishes.more_settings = shop_source("1s");
    DaemonSite site(wishes);
    hurry(site);
    auto& database = site.database();
    make_shop(database, 40);
    place_orders(database, kOrders / 2);
    database.exec(
        "SELECT navette.enqueue('lumira', 'order.paid', 'order', 'LX' || lpad(n::text, 6, '0'), "
        "jsonb_build_object('number', "
        "'LX' || lpad(n::text, 6, '0'), 'status', 'paid', 'amount_cents', 4700, 'currency', 'EUR', "
        "'paid_at', "
        "'2026-11-21T10:00:00Z', 'customer', (SELECT to_jsonb(c) FROM customers c WHERE id = 1 + n % 40), "
        "'lines', "
        "jsonb_build_array(jsonb_build_object('level', 'mystique', 'quantity', 1, 'unit_price_cents', 4700, "
        "'vat_rate', 20)))) "
        "FROM generate_series(1, " +
        std::to_string(kOrders - kOrders / 2) + ") n"
    );
    // Every sixth request loses its answer after the effect, some before it.
    site.faults(R"({"reset_after": 0.12, "reset_before": 0.04, "error_5xx": 0.03})");

    const std::string delivered = "SELECT count(*) FROM navette.record_links WHERE object = 'order'";
    std::mt19937 random(20261121);
    int kills_in_flight = 0;
    int kills = 0;
    for (; kills_in_flight < kKillsInFlight && kills < kMostKills; ++kills) {
        site.start_daemon();
        database.await_number("SELECT least(count(*), 1) FROM navette.in_flight", 1);
        // A random moment of the work is the point of this test: there is no event to wait for.
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 80));
        site.kill_daemon();
        kills_in_flight += database.number("SELECT count(*) FROM navette.in_flight") > 0 ? 1 : 0;
    }
    RecordProperty("kills", kills);
    EXPECT_LT(database.number(delivered), kOrders) << "the kills came too late to prove anything";
    EXPECT_GE(kills_in_flight, kKillsInFlight) << "only kills that hit jobs in flight prove anything";
    site.start_daemon();
    database.await_number(delivered, kOrders, std::chrono::seconds(180));
    site.faults("");
    database.await_number("SELECT count(*) FROM navette.sync_queue", 0, std::chrono::seconds(60));
    EXPECT_EQ(site.stop_daemon(), 0);

    const auto effects = site.effects();
    const auto orders = creates_of(effects, "orders");
    EXPECT_EQ(orders.total, kOrders);
    EXPECT_EQ(orders.records, kOrders);
    EXPECT_EQ(orders.duplicates, 0);
    const auto customers = creates_of(effects, "thirdparties");
    EXPECT_EQ(customers.total, 40);
    EXPECT_EQ(customers.duplicates, 0);
    EXPECT_EQ(
        database.number("SELECT count(DISTINCT remote_id) FROM navette.record_links WHERE object = 'order'"),
        kOrders
    );
    EXPECT_EQ(database.number("SELECT count(*) FROM navette.in_flight WHERE recovered_at IS NULL"), 0);
    EXPECT_EQ(
        database.number("SELECT count(*) FROM (SELECT job_id FROM navette.sync_logs WHERE final GROUP BY "
                        "job_id HAVING count(*) > 1) twice"),
        0
    );
}

}  // namespace
}  // namespace navette::test
