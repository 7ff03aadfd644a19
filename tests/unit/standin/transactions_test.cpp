// What happens while a write's transaction is open, and to writers that run in parallel.
#include "tests/standin/dolibarr_deadlock.hpp"
#include "tests/standin/dolibarr_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace navette::standin {
namespace {

using namespace std::chrono_literals;

DolibarrSettings with_latency(std::chrono::milliseconds latency) {
    DolibarrSettings settings;
    settings.latency = latency;
    return settings;
}

std::string order_with(const std::string& ref) {
    return R"({"ref":")" + ref + R"(","socid":1,"date":"2024-05-15"})";
}

/// Asks until a write of that kind has begun.
void await_open_write(DolibarrInProcess& site, const std::string& kind) {
    while (site.effects().at("in_flight_peak").at(kind).to_number<int>() == 0) {
        std::this_thread::yield();
    }
}

class TransactionsTest : public ::testing::Test {
  protected:
    TransactionsTest() : site(with_latency(200ms)) {
        site.call("POST", "/thirdparties", R"({"name":"Acme SARL","client":1})");
    }

    DolibarrInProcess site;
    const std::string orders = std::string(DolibarrInProcess::kBase) + "/orders";
};

TEST_F(TransactionsTest, ASecondPostOfAnOpenRefWaitsAndThenLosesWhileALookUpSeesNothing) {
    Reply first;
    std::thread writer([&] { first = site.client()->send("POST", orders, order_with("LU1")); });
    await_open_write(site, "orders");
    const Reply look_up = site.call("GET", "/orders/ref/LU1");
    const Reply second = site.call("POST", "/orders", order_with("LU1"));
    const Reply afterwards = site.call("GET", "/orders/ref/LU1");
    writer.join();
    EXPECT_EQ(first.body, "1");
    EXPECT_EQ(look_up.status, 404U);
    EXPECT_EQ(second.status, 500U);
    EXPECT_EQ(second.json().at("error").at("0"), "Duplicate entry 'LU1-1' for key 'uk_commande_ref'");
    EXPECT_EQ(afterwards.status, 200U);
}

TEST_F(TransactionsTest, AWriteIsFinishedThoughItsClientIsGone) {
    site.client()->send_and_vanish("POST", orders, order_with("LU1"));
    await_open_write(site, "orders");
    // It waits for the vanished client's transaction, as a unique key does.
    EXPECT_EQ(site.call("POST", "/orders", order_with("LU1")).status, 500U);
    EXPECT_EQ(site.effects().at("orders").at("by_ref").at("LU1"), 1);
}

TEST_F(TransactionsTest, AResetRollsBackWhatIsOpen) {
    Reply first;
    std::thread writer([&] { first = site.client()->send("POST", orders, order_with("LU1")); });
    await_open_write(site, "orders");
    site.reset();
    writer.join();
    EXPECT_EQ(first.status, 500U);
    EXPECT_EQ(site.call("GET", "/orders").body, "[]");
    EXPECT_EQ(site.effects().at("orders").at("creates"), 0);
}

TEST_F(TransactionsTest, AutomaticCodesCollideWhenAskedForTogether) {
    const std::string party = R"({"name":"B","client":1,"code_client":"-1"})";
    site.reset();
    std::thread writer([&] {
        site.client()->send("POST", std::string(DolibarrInProcess::kBase) + "/thirdparties", party);
    });
    await_open_write(site, "thirdparties");
    const Reply loser = site.call("POST", "/thirdparties", party);
    writer.join();
    EXPECT_EQ(loser.json().at("error").at("0"), "Duplicate value in a unique field");
}

TEST_F(TransactionsTest, ParallelUpdatesOfOneRecordFollowEachOtherAndNoneIsLost) {
    std::vector<std::thread> writers;
    for (const std::string field : {"phone", "email", "town"}) {
        writers.emplace_back([&, field] {
            const std::string target = std::string(DolibarrInProcess::kBase) + "/thirdparties/1";
            site.client()->send("PUT", target, R"({")" + field + R"(":"new"})");
        });
    }
    for (std::thread& writer : writers) {
        writer.join();
    }
    const auto party = site.call("GET", "/thirdparties/1").json();
    EXPECT_EQ(party.at("phone"), "new");
    EXPECT_EQ(party.at("email"), "new");
    EXPECT_EQ(party.at("town"), "new");
    EXPECT_EQ(site.effects().at("thirdparties").at("changes").at("update"), 3);
}

TEST(Stopping, DoesNotWaitForOpenWritesAndLeavesNothingBehind) {
    auto site = std::make_unique<DolibarrInProcess>(with_latency(1h));
    const std::string parties = std::string(DolibarrInProcess::kBase) + "/thirdparties";
    const std::string party = R"({"name":"A","client":1,"code_client":"NV-CUSTOMER-1"})";
    Reply holder;
    Reply waiter;
    const auto first = site->client();
    const auto second = site->client();
    std::thread holding([&] { holder = first->send("POST", parties, party); });
    std::thread waiting([&] { waiter = second->send("POST", parties, party); });
    while (site->effects().at("in_flight_peak").at("thirdparties") != 2) {
        std::this_thread::yield();
    }
    site.reset();
    holding.join();
    waiting.join();
    EXPECT_EQ(holder.status, 0U);
    EXPECT_EQ(waiter.status, 0U);
}

/// Posts `each` orders from so many clients at once and returns the deadlocks.
int deadlocks_of(int clients, int each) {
    DolibarrInProcess site(with_latency(2ms));
    site.call("POST", "/thirdparties", R"({"name":"Acme SARL"})");
    std::vector<std::thread> writers;
    std::atomic<int> refused = 0;
    for (int i = 0; i < clients; ++i) {
        writers.emplace_back([&, i] {
            const auto client = site.client();
            const std::string target = std::string(DolibarrInProcess::kBase) + "/orders";
            for (int n = 0; n < each; ++n) {
                const std::string ref = "L" + std::to_string(i) + "-" + std::to_string(n);
                const Reply reply = client->send("POST", target, order_with(ref));
                refused += reply.body.find("try restarting transaction") != std::string::npos ? 1 : 0;
            }
        });
    }
    for (std::thread& writer : writers) {
        writer.join();
    }
    const auto effects = site.effects();
    EXPECT_EQ(effects.at("deadlocks").to_number<int>(), refused);
    EXPECT_EQ(effects.at("orders").at("creates").to_number<int>(), clients * each - refused);
    EXPECT_LE(effects.at("in_flight_peak").at("orders").to_number<int>(), clients);
    return refused;
}

TEST(Deadlocks, TwoWritersNeverDeadlockAndEightDoOften) {
    EXPECT_EQ(deadlocks_of(2, 30), 0);
    EXPECT_GT(deadlocks_of(8, 15), 12);  // of 120
}

TEST(Deadlocks, GrowMoreLikelyWithTheOpenWrites) {
    EXPECT_EQ(deadlock_probability(2), 0);
    EXPECT_NEAR(deadlock_probability(4), 0.07, 1e-9);
    EXPECT_NEAR(deadlock_probability(8), 0.40, 1e-9);
    EXPECT_LE(deadlock_probability(1000), 0.6);
}

}  // namespace
}  // namespace navette::standin
