// A Shopify shop with thousands of customers is compared with the hub by the real daemon: one bulk operation
// reads them, also where the daemon is killed in the middle, and pages do where it fails.
// NAVETTE_READING_RECORDS: so many customers in place of 3,000, for a measurement.
#include "tests/e2e/two_way_site.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

namespace navette::test {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr int kKnown = 40;  // of them are in the hub

class BulkReading : public ::testing::Test {
  protected:
    explicit BulkReading(const std::string& page = "250", int known = kKnown, int count = wanted())
        : ring_({.platforms = {"shopify"}, .pull = "{every: 1d, page: " + page + "}"}), customers_(count) {
        ring_.database().exec("UPDATE navette.tenant_integrations SET state = 'paused'");
        shop().control("POST", "populate", R"({"customers":)" + std::to_string(customers()) + "}");
        ring_.database().exec(
            "SELECT navette.put_record('ring', 'customer', n::text, jsonb_build_object('first_name', 'Ana', "
            "'last_name', 'Berg ' || n, 'email', 'bulk' || n || '@shop.test')) FROM generate_series(1, " +
            std::to_string(known) + ") n"
        );
    }

    static int wanted() {
        const char* const records = std::getenv("NAVETTE_READING_RECORDS");
        return records == nullptr ? 3'000 : std::atoi(records);
    }
    [[nodiscard]] int customers() const { return customers_; }
    [[nodiscard]] std::chrono::minutes patience() const {
        return std::chrono::minutes(1 + customers() / 2'000);
    }

    standin::SiteInProcess& shop() { return ring_.platforms().front()->site(); }
    /// All that the shop and its files were asked so far.
    long all_requests() {
        long sum = 0;
        for (const auto& endpoint : shop().effects().at("by_endpoint").as_object()) {
            sum += endpoint.value().to_number<long>();
        }
        return sum;
    }
    long requests(const std::string& endpoint) {
        const auto effects = shop().effects();
        const auto* count = effects.at("by_endpoint").as_object().if_contains(endpoint);
        return count == nullptr ? 0 : count->to_number<long>();
    }
    void await_requests(const std::string& endpoint, long count) {
        const auto until = steady_clock::now() + std::chrono::seconds(60);
        while (requests(endpoint) < count && steady_clock::now() < until) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ASSERT_GE(requests(endpoint), count) << ring_.requests();
    }

    void ask_for_plan() {
        const auto asked = ring_.site().ctl({"plan", "create", "int_shopify", "--object", "customer"});
        EXPECT_EQ(asked.exit_code, 0) << asked.output;
    }
    /// The plan is ready, and holds every customer once.
    void expect_read() {
        ring_.database().await_number(
            "SELECT count(*) FROM navette.comparisons WHERE state = 'ready'", 1, patience()
        );
        const auto counts = json::parse(ring_.database().value(
            "SELECT counts -> 'customer' FROM navette.comparisons ORDER BY id DESC LIMIT 1"
        ));
        EXPECT_EQ(counts.at("read"), customers()) << counts << ring_.requests();
        EXPECT_EQ(counts.at("create_local"), customers() - kKnown) << counts;
        EXPECT_FALSE(counts.as_object().contains("create_remote")) << counts;
        EXPECT_FALSE(counts.as_object().contains("missing")) << counts;
    }
    void cancel_plan() {
        const auto id = ring_.database().value("SELECT max(id) FROM navette.comparisons");
        EXPECT_EQ(ring_.site().ctl({"plan", "cancel", id}).exit_code, 0);
    }

    /// What one reading of the daemon took.
    struct Cost {
        long requests = 0;
        double seconds = 0;
    };
    Cost measured_reading() {
        const auto before = all_requests();
        const auto began = steady_clock::now();
        ask_for_plan();
        expect_read();
        Cost cost;
        cost.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
        cost.requests = all_requests() - before;
        return cost;
    }
    /// The most memory that the daemon has had, in MiB.
    double peak_memory() {
        std::ifstream status("/proc/" + std::to_string(ring_.site().daemon().pid()) + "/status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("VmHWM:")) {
                return std::stod(line.substr(6)) / 1024;
            }
        }
        return 0;
    }

    TwoWaySite ring_;
    int customers_;
};

TEST_F(BulkReading, OneOperationTakesThePlaceOfHundredsOfPages) {
    ring_.start();
    const auto in_bulk = measured_reading();
    const auto memory_in_bulk = peak_memory();
    EXPECT_EQ(requests("POST /mutation/bulkOperationRunQuery"), 1) << ring_.requests();
    EXPECT_EQ(requests("POST /query/customers"), 1) << "the first page, which tells that there are more";
    cancel_plan();
    ring_.site().kill_daemon();  // its memory is to be that of pages alone
    shop().control("POST", "bulk", R"({"refuse":"LIMIT_REACHED"})");
    ring_.site().start_daemon();
    const auto by_pages = measured_reading();
    EXPECT_EQ(requests("POST /query/customers"), 1 + (customers() + 49) / 50) << ring_.requests();
    EXPECT_LT(in_bulk.requests * 4, by_pages.requests);
    std::cout << "reading " << customers() << " customers: in bulk " << in_bulk.requests << " requests, "
              << in_bulk.seconds << " s, " << memory_in_bulk << " MiB; by pages " << by_pages.requests
              << " requests, " << by_pages.seconds << " s, " << peak_memory() << " MiB\n";
}

TEST_F(BulkReading, WhereTheOperationFailsPagesBringTheRest) {
    shop().control("POST", "bulk", R"({"fail_after":1000})");
    ring_.start();
    ask_for_plan();
    expect_read();
    EXPECT_EQ(requests("POST /mutation/bulkOperationRunQuery"), 1) << ring_.requests();
    EXPECT_EQ(requests("POST /query/customers"), 1 + (customers() + 49) / 50) << ring_.requests();
    ring_.site().daemon().await_line("ended as FAILED: INTERNAL_SERVER_ERROR: it is read by pages");
}

TEST_F(BulkReading, KilledOrStoppedWhileTheOperationWorksItIsWaitedForAgain) {
    shop().control("POST", "bulk", R"({"start_ms":8000})");
    ring_.start();
    ask_for_plan();
    await_requests("POST /query/bulkOperation", 1);
    ring_.site().kill_daemon();
    ring_.site().start_daemon();
    await_requests("POST /query/bulkOperation", 2);
    EXPECT_EQ(ring_.site().stop_daemon(), 0) << "nobody waits for it to stop";
    EXPECT_EQ(requests("GET /bulk-results"), 0) << ring_.requests();
    ring_.site().start_daemon();
    expect_read();
    EXPECT_EQ(requests("POST /mutation/bulkOperationRunQuery"), 1) << ring_.requests();
}

class BulkReadingInSmallPages : public BulkReading {
  protected:
    BulkReadingInSmallPages() : BulkReading("10") {}
};

TEST_F(BulkReadingInSmallPages, KilledWhileTheFileIsReadItGoesOnWhereItWas) {
    ring_.start();
    ask_for_plan();
    ring_.database().await_number(
        "SELECT count(*) FROM navette.comparisons WHERE (counts -> 'customer' ->> 'read')::integer > 0", 1
    );
    ring_.site().kill_daemon();
    const auto read =
        ring_.database().number("SELECT (counts -> 'customer' ->> 'read')::integer FROM navette.comparisons");
    EXPECT_LT(read, customers()) << "too late to be in the middle";
    ring_.site().start_daemon();
    expect_read();
    EXPECT_EQ(requests("POST /mutation/bulkOperationRunQuery"), 1) << ring_.requests();
    EXPECT_EQ(requests("POST /query/customers"), 1) << ring_.requests();
    EXPECT_EQ(requests("GET /bulk-results"), 2) << "each process fetched what was left of the file";
}

class BulkPull : public BulkReading {
  protected:
    BulkPull() : BulkReading("250", 0, 600) {}
};

TEST_F(BulkPull, TheFirstOneTellsEachCustomerOnceAndTheNextOneNone) {
    ring_.database().exec("UPDATE navette.tenant_integrations SET state = 'active'");
    ring_.start();
    const auto pull = [&] {
        EXPECT_EQ(ring_.site().ctl({"integration", "pull", "int_shopify", "--wait"}).exit_code, 0);
        ring_.await_empty(patience());
    };
    pull();
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.records"), customers());
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.record_links"), customers());
    EXPECT_EQ(requests("POST /mutation/bulkOperationRunQuery"), 1) << ring_.requests();
    const auto fed = ring_.fed();
    // They were all made today, and customers are found by whole days: by pages this time.
    shop().control("POST", "bulk", R"({"refuse":"LIMIT_REACHED"})");
    pull();
    EXPECT_EQ(ring_.fed(), fed) << "what pages bring of a customer is what the operation brought";
}

}  // namespace
}  // namespace navette::test
