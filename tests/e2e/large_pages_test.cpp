// First pulls of thousands of records at the real daemon: pages as large as the platform gives them, and a
// daemon that is killed in the middle of one.
// NAVETTE_PAGES_RECORDS: so many at Zendesk in place of 3,000, under the limits of its manifest, and
// NAVETTE_PAGES_PAGE the administrator's bound, for a measurement.
#include "tests/e2e/two_way_site.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <pqxx/pqxx>
#include <string>

namespace navette::test {
namespace {

using std::chrono::steady_clock;

constexpr int kPeople = 3'000;

std::string text_of_environment(const char* name, const std::string& otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : text;
}

/// One platform with many people, nobody of whom the hub knows.
class LargePages : public ::testing::Test {
  protected:
    void connect(const std::string& slug, int people = kPeople) {
        TwoWayWishes wishes;
        wishes.platforms = {slug};
        wishes.pull = "{every: 1d, page: " + text_of_environment("NAVETTE_PAGES_PAGE", "2000") + "}";
        ring_ = std::make_unique<TwoWaySite>(wishes);
        const bool has_parts = slug == "salesforce";
        for (int n = 0; n < people; ++n) {
            const auto name = "Ana " + std::to_string(n);
            const auto email = "ana" + std::to_string(n) + "@pages.test";
            if (has_parts) {
                platform().create({{"LastName", name}, {"Email", email}});
            } else {
                platform().create({{"name", name}, {"email", email}});
            }
        }
    }

    SpokePlatform& platform() { return *ring_->platforms().front(); }
    TestDatabase& database() { return ring_->database(); }
    long requests(const std::string& endpoint) {
        const auto effects = platform().site().effects();
        const auto* count = effects.at("by_endpoint").as_object().if_contains(endpoint);
        return count == nullptr ? 0 : count->to_number<long>();
    }
    void ask_for_pull() {
        const auto asked =
            ring_->site().ctl({"integration", "pull", platform().integration(), "--object", "contact"});
        EXPECT_EQ(asked.exit_code, 0) << asked.output;
    }
    void await_pull(std::chrono::milliseconds patience = std::chrono::minutes(2)) {
        database().await_number(
            "SELECT asked - answered FROM navette.pulls WHERE object = 'contact'", 0, patience
        );
    }
    /// Each person is in the feed once, and a record of the hub.
    void expect_each_told_once(int people = kPeople) {
        ring_->await_empty(std::chrono::minutes(3));
        EXPECT_EQ(database().number("SELECT count(*) FROM navette.records"), people);
        EXPECT_EQ(ring_->fed(), people);
        EXPECT_EQ(database().number("SELECT count(DISTINCT remote_id) FROM navette.changes"), people);
    }

    std::unique_ptr<TwoWaySite> ring_;
};

TEST_F(LargePages, OfZendeskMakeAFirstPullAHandfulOfRequests) {
    connect("zendesk");
    ring_->start();
    ask_for_pull();
    await_pull();
    EXPECT_EQ(requests("GET /incremental/users/cursor"), 3) << ring_->requests();
    expect_each_told_once();
}

TEST_F(LargePages, KilledInTheMiddleOfOneTheDaemonReadsItAgainAndTellsEachRecordOnce) {
    connect("salesforce");
    // Holds up the piece that would make it a thousand records.
    pqxx::connection other(database().url());
    pqxx::nontransaction brake(other);
    brake.exec("SELECT pg_advisory_lock(8)");
    database().exec(
        "CREATE FUNCTION public.brake() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (SELECT count(*) FROM navette.remote_records) >= 1000 THEN "
        "PERFORM pg_advisory_xact_lock_shared(8); END IF; RETURN NULL; END $$;"
        "CREATE TRIGGER brake AFTER INSERT ON navette.remote_records FOR EACH STATEMENT "
        "EXECUTE FUNCTION public.brake()"
    );
    ring_->start();
    ask_for_pull();
    database().await_number(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        1
    );
    ring_->site().kill_daemon();
    EXPECT_EQ(database().number("SELECT count(*) FROM navette.remote_records"), 900);
    EXPECT_EQ(database().value("SELECT cursor::text FROM navette.pulls WHERE object = 'contact'"), "null");
    brake.exec("SELECT pg_advisory_unlock(8)");
    ring_->site().start_daemon();
    await_pull();
    EXPECT_EQ(requests("GET /queryAll"), 3) << "two pages, the first of them twice: " << ring_->requests();
    expect_each_told_once();
    EXPECT_EQ(ring_->site().ctl({"verify"}).exit_code, 0);
}

/// The most memory that the process has had, in MiB.
double peak_memory(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) {
            return std::stod(line.substr(6)) / 1024;
        }
    }
    return 0;
}

TEST_F(LargePages, OfZendeskUnderItsLimitsAreMeasured) {
    const auto people = std::stoi(text_of_environment("NAVETTE_PAGES_RECORDS", "0"));
    if (people == 0) {
        GTEST_SKIP() << "NAVETTE_PAGES_RECORDS is not set";
    }
    connect("zendesk", people);
    ring_->site().write(
        "connectors.d/zendesk.yaml",
        "limits: [{requests: 200, per: 1m, reserve: 0.2}, "
        "{requests: 10, per: 1m, route: GET /api/v2/incremental/*}]\n"
    );
    ring_->start();
    const auto began = steady_clock::now();
    ask_for_pull();
    await_pull(std::chrono::minutes(40));
    const auto read = std::chrono::duration<double>(steady_clock::now() - began).count();
    expect_each_told_once(people);
    std::cout << people << " people of Zendesk: " << requests("GET /incremental/users/cursor")
              << " requests, read after " << read << " s, in the hub after "
              << std::chrono::duration<double>(steady_clock::now() - began).count() << " s, "
              << peak_memory(ring_->site().daemon().pid()) << " MiB at most\n";
}

}  // namespace
}  // namespace navette::test
