// The backfill of a plan at the real daemon: many customers go into a Shopify shop by a bulk operation, once
// each, also where the daemon is killed in the middle of it.
#include "tests/e2e/two_way_site.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace navette::test {
namespace {

namespace json = boost::json;

constexpr int kCustomers = 400;

class BulkBackfill : public ::testing::Test {
  protected:
    BulkBackfill() : ring_({.platforms = {"shopify"}, .pull = "{every: 1d, page: 250}"}) {
        ring_.database().exec("UPDATE navette.tenant_integrations SET state = 'paused'");
        ring_.database().exec(
            "SELECT navette.put_record('ring', 'customer', n::text, jsonb_build_object('first_name', 'Ana', "
            "'last_name', 'Berg ' || n, 'email', 'c' || n || '@bulk.test', 'city', 'Lyon')) FROM "
            "generate_series(1, " +
            std::to_string(kCustomers) + ") n"
        );
        ring_.start();
    }

    void approve_plan() {
        const auto plan = ring_.site().ctl_json({"plan", "create", "int_shopify", "--wait"}).as_object();
        EXPECT_EQ(plan.at("state").as_string(), "ready") << plan;
        EXPECT_EQ(plan.at("counts").at("customer").at("create_remote").as_int64(), kCustomers) << plan;
        const auto approved = ring_.site().ctl({"plan", "approve", std::to_string(plan.at("id").as_int64())});
        EXPECT_EQ(approved.exit_code, 0) << approved.output;
    }
    void await_done() {
        ring_.database().await_number(
            "SELECT count(*) FROM navette.comparisons WHERE state = 'done'", 1, std::chrono::seconds(180)
        );
        ring_.await_empty();
    }

    standin::SiteInProcess& shop() { return ring_.platforms().front()->site(); }
    long requests(const std::string& endpoint) {
        const auto effects = shop().effects();
        const auto* count = effects.at("by_endpoint").as_object().if_contains(endpoint);
        return count == nullptr ? 0 : count->to_number<long>();
    }
    long created() { return shop().effects().at("customers").at("creates").to_number<long>(); }

    std::string email_in_shop(const std::string& remote_id) {
        standin::BlockingClient client(shop().port(), {{"X-Shopify-Access-Token", "shpat_1"}});
        json::object asked{{"query", "query($id:ID!){customer(id:$id){email}}"}};
        asked["variables"] = json::object{{"id", remote_id}};
        const auto reply =
            client.send("POST", "/admin/api/2026-10/graphql.json", json::serialize(asked)).json();
        const auto& customer = reply.at("data").at("customer");
        return customer.is_null() ? "none" : std::string(customer.at("email").as_string());
    }

    void expect_each_once() {
        EXPECT_EQ(created(), kCustomers) << ring_.requests();
        const auto effects = shop().effects();
        const auto& by_email = effects.at("customers").at("by_email").as_object();
        EXPECT_EQ(by_email.size(), static_cast<std::size_t>(kCustomers));
        EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.record_links"), kCustomers);
        EXPECT_EQ(
            ring_.database().number("SELECT count(DISTINCT remote_id) FROM navette.record_links"), kCustomers
        );
        for (const std::string id : {"7", "399"}) {
            EXPECT_EQ(
                email_in_shop(ring_.remote_id(*ring_.platforms().front(), id)), "c" + id + "@bulk.test"
            );
        }
    }

    TwoWaySite ring_;
};

TEST_F(BulkBackfill, GoesByABulkOperationAndEachCustomerOnce) {
    approve_plan();
    await_done();
    expect_each_once();
    EXPECT_EQ(requests("POST /mutation/bulkOperationRunMutation"), 1) << ring_.requests();
    EXPECT_EQ(requests("POST /mutation/customerSet"), 0) << ring_.requests();
}

TEST_F(BulkBackfill, KilledWhileTheOperationRunsItDoublesAndLosesNone) {
    shop().control("POST", "bulk", R"({"line_ms":100})");
    approve_plan();
    // The operation works while the daemon looks at it, and goes on when nobody does.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (requests("POST /query/bulkOperation") < 2 && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ring_.site().kill_daemon();
    EXPECT_EQ(requests("POST /mutation/bulkOperationRunMutation"), 1) << ring_.requests();
    EXPECT_GT(created(), 0);
    EXPECT_LT(created(), kCustomers);
    ring_.site().start_daemon();
    await_done();
    expect_each_once();
    EXPECT_EQ(requests("POST /mutation/bulkOperationCancel"), 1) << ring_.requests();
}

}  // namespace
}  // namespace navette::test
