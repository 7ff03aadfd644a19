// A plan's backfill into Salesforce: thousands of records go by one job of Bulk API 2.0, and a daemon that
// dies in the middle doubles nothing.
#include "tests/e2e/two_way_site.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::Each;
using ::testing::Pair;

constexpr int kContacts = 2'500;

class SalesforceBackfill : public ::testing::Test {
  protected:
    SalesforceBackfill() : ring_({.platforms = {"salesforce"}}) {
        // The hub holds them since before Salesforce was connected.
        auto& database = ring_.database();
        database.exec("UPDATE navette.tenant_integrations SET state = 'paused'");
        database.exec(
            "INSERT INTO navette.records (tenant_id, entity_type, entity_id, data) "
            "SELECT 'ring', 'contact', n::text, jsonb_build_object('first_name', 'Ana', 'last_name', "
            "'Berg ' || n, 'email', 'ana' || n || '@bulk.test', 'phone', '+33612340001') "
            "FROM generate_series(1, " +
            std::to_string(kContacts) + ") n"
        );
        ring_.start();
    }

    standin::SiteInProcess& salesforce() { return ring_.platforms().front()->site(); }

    /// Makes the plan of all contacts and approves it.
    void approve_plan() {
        const auto made =
            ring_.site().ctl_json({"plan", "create", "int_salesforce", "--object", "contact", "--wait"});
        ASSERT_EQ(made.at("state").as_string(), "ready") << made;
        EXPECT_EQ(made.at("counts").at("contact").at("create_remote").as_int64(), kContacts) << made;
        const auto id = std::to_string(made.at("id").as_int64());
        ASSERT_EQ(ring_.site().ctl({"plan", "approve", id}).exit_code, 0);
    }

    void await_done() {
        ring_.database().await_number(
            "SELECT count(*) FROM navette.comparisons WHERE state = 'done'", 1, std::chrono::seconds(180)
        );
        ring_.await_empty();
        EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.record_links"), kContacts);
    }

    std::int64_t requests(const std::string& endpoint) {
        const auto effects = salesforce().effects();
        const auto* count = effects.at("by_endpoint").as_object().if_contains(endpoint);
        return count == nullptr ? 0 : count->to_number<std::int64_t>();
    }

    /// Contacts made at Salesforce, each once by its key.
    std::int64_t creates() {
        const auto effects = salesforce().effects();
        const auto& contacts = effects.at("Contact").as_object();
        for (const auto& [name, keys] : contacts) {
            if (name.starts_with("by_")) {
                for (const auto& [key, times] : keys.as_object()) {
                    EXPECT_EQ(times.to_number<std::int64_t>(), 1) << key << " was made twice";
                }
            }
        }
        return contacts.at("creates").to_number<std::int64_t>();
    }

    void await(const std::function<bool()>& condition) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), until) << ring_.requests();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    TwoWaySite ring_;
};

constexpr const char* kOpen = "POST /jobs/ingest";
constexpr const char* kUpsert = "PATCH /composite/sobjects/Contact/Navette_Id__c";

TEST_F(SalesforceBackfill, GoesByOneJobInAHandfulOfCalls) {
    approve_plan();
    await_done();
    EXPECT_EQ(creates(), kContacts);
    EXPECT_EQ(requests(kOpen), 1) << ring_.requests();
    EXPECT_EQ(requests("PUT /jobs/ingest/{id}/batches"), 1);
    EXPECT_EQ(requests("PATCH /jobs/ingest/{id}"), 1) << "closed, and not given up";
    EXPECT_EQ(requests("GET /jobs/ingest/{id}/successfulResults"), 1);
    EXPECT_EQ(requests(kUpsert), 0) << "as collections they would have taken 13";
    EXPECT_LE(requests("GET /jobs/ingest/{id}"), 4);
}

TEST_F(SalesforceBackfill, ADaemonThatDiesBeforeItHearsOfTheJobsEndDoublesNothing) {
    // The job is done, and its results never arrive.
    salesforce().set_faults(
        R"({"delay_ms": 20000, "only_method": "GET", "only_path_prefix": "/jobs/ingest", "first": 1})"
    );
    approve_plan();
    await([&] { return requests("GET /jobs/ingest/{id}") == 1; });
    ring_.site().kill_daemon();
    salesforce().set_faults("{}");
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.record_links"), 0);
    EXPECT_EQ(ring_.database().number("SELECT max(cardinality(job_ids)) FROM navette.in_flight"), kContacts);
    // Salesforce works the job off meanwhile, with nobody looking on.
    const auto done = salesforce().control("POST", "ingest", R"({"finish": true})");
    EXPECT_EQ(done.at("finished").to_number<int>(), 1);
    EXPECT_EQ(creates(), kContacts);
    ring_.site().start_daemon();
    await_done();
    EXPECT_EQ(creates(), kContacts);
    EXPECT_LE(requests(kUpsert), 16) << "tried in collections, not one by one: " << ring_.requests();
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'"), 0);
    EXPECT_EQ(ring_.site().ctl({"verify"}).exit_code, 0);
}

}  // namespace
}  // namespace navette::test
