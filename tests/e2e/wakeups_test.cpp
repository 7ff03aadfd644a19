// What the real navetted does to find work, told by what it counts: notifications, and looks of the poll.
#include "tests/standin/blocking_client.hpp"
#include "tests/support/daemon_site.hpp"
#include "tests/support/free_port.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <pqxx/pqxx>
#include <string>
#include <thread>

namespace navette::test {
namespace {

using namespace std::chrono_literals;

class Wakeups : public testing::Test {
  protected:
    static SiteWishes listening(std::uint16_t port) {
        SiteWishes wishes;
        wishes.more_settings = "listen: {port: " + std::to_string(port) + "}\n";
        return wishes;
    }

    /// The value of one line of /metrics; 0 where there is none yet.
    long metric(const std::string& name) const {
        const auto body = standin::BlockingClient(port_).send("GET", "/metrics").body;
        const auto at = body.find("\n" + name + " ");
        return at == std::string::npos ? 0 : std::stol(body.substr(at + name.size() + 2));
    }

    void await_sleep() {
        site_.database().await_number("SELECT count(*) FROM navette.leases WHERE asleep", 1);
    }

    std::uint16_t port_ = free_port();
    DaemonSite site_{listening(port_)};
};

TEST_F(Wakeups, AreToldOncePerNotification) {
    site_.start_daemon();
    for (int job = 1; job <= 2; ++job) {
        await_sleep();
        site_.database().exec(
            "SELECT navette.enqueue('lumira', 'customer.created', 'customer', 'c" + std::to_string(job) +
            R"(', '{"name": "Ada Byron", "email": "ada@example.com"}'))"
        );
        site_.database().await_number("SELECT count(*) FROM navette.sync_logs WHERE final", job);
    }
    await_sleep();
    EXPECT_EQ(metric("navette_wakeups_total"), 2) << "the looks after falling asleep are none";
    EXPECT_EQ(site_.stop_daemon(), 0);
}

TEST_F(Wakeups, ThePollIsMadeMoreSeldomWhereItTakesLong) {
    const std::string polls = R"(navette_database_round_trip_seconds_count{statement="queue_with_work"})";
    site_.start_daemon();
    // The first ones take longer, and may be followed by a longer rest.
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (metric(polls) < 4 && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(50ms);
    }
    {
        pqxx::connection locking(site_.database().url());
        pqxx::work transaction(locking);
        transaction.exec("LOCK TABLE navette.sync_queue IN ACCESS EXCLUSIVE MODE");
        site_.database().await_number(
            "SELECT least(count(*), 1) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '1500 ms'",
            1
        );
        transaction.commit();
    }
    std::this_thread::sleep_for(200ms);
    const auto before = metric(polls);
    // In this time there would be five.
    std::this_thread::sleep_for(1s);
    EXPECT_LE(metric(polls), before + 1);
    EXPECT_EQ(site_.stop_daemon(), 0);
}

}  // namespace
}  // namespace navette::test
