// Several navetted on one database: they share the work, and whatever befalls one of them, each event takes
// effect once.
#include "tests/e2e/shop.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

namespace navette::test {
namespace {

// So many accounts that chance leaves none of three nodes without one.
constexpr int kTenants = 24;
constexpr const char* kOwnedByA =
    "SELECT count(*) FROM navette.leases l JOIN navette.nodes n USING (node_id) WHERE n.name = 'a'";

class Nodes : public ::testing::Test {
  protected:
    Nodes() : site_(wishes()) {
        hurry(site_);
        site_.database().exec(
            "CREATE TABLE doubtful (id bigint);"
            "CREATE FUNCTION note_doubt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO doubtful "
            "VALUES "
            "(NEW.id); RETURN NULL; END $$;"
            "CREATE TRIGGER doubt AFTER UPDATE ON navette.sync_queue FOR EACH ROW WHEN (NEW.deaths > "
            "OLD.deaths) "
            "EXECUTE FUNCTION note_doubt()"
        );
        for (int n = 1; n <= kTenants; ++n) {
            // Another company number is another account, and so may have another owner.
            const auto added = site_.ctl(
                {"integration",
                 "add",
                 "dolibarr",
                 "--tenant",
                 tenant(n),
                 "--id",
                 "int_" + tenant(n),
                 "--set",
                 "base_url=" + site_.base_url(),
                 "--set",
                 "entity=" + std::to_string(n),
                 "--secret",
                 "api_key=@" + (site_.folder() / "api.key").string(),
                 "--enable"}
            );
            if (added.exit_code != 0) {
                throw std::runtime_error(added.output);
            }
        }
    }

    ~Nodes() override {
        for (auto& [name, node] : nodes_) {
            node->signal(SIGKILL);
            node->wait();
            if (HasFailure()) {
                std::cerr << "the log of " << name << ":\n" << node->output() << '\n';
            }
        }
    }

    static SiteWishes wishes() {
        SiteWishes wanted;
        wanted.lease = "2s";
        wanted.standin_latency_ms = 20;
        wanted.integrate = false;
        return wanted;
    }

    static std::string tenant(int n) { return "tenant" + std::to_string(n); }

    Process& start(const std::string& name) {
        std::ifstream in(site_.config());
        std::stringstream text;
        text << in.rdbuf();
        auto yaml = text.str();
        yaml.replace(yaml.find("name: test"), 10, "name: " + name);
        site_.write(name + ".yaml", yaml);
        auto& node = nodes_[name];
        node = std::make_unique<Process>(std::vector<std::string>{
            std::string(NAVETTE_BINARY_DIR) + "/bin/navetted",
            "--config",
            (site_.folder() / (name + ".yaml")).string()
        });
        node->await_line("ready");
        return *node;
    }

    /// A customer of each tenant, `count` times; the ids go on from call to call.
    void enqueue(int count) {
        site_.database().exec(
            "SELECT navette.enqueue('tenant' || t, 'customer.created', 'customer', (t * 100000 + n)::text, "
            "jsonb_build_object('email', 'c' || t || 'x' || n || '@shop.example', 'last_name', 'N' || n)) "
            "FROM generate_series(" +
            std::to_string(enqueued_ + 1) + ", " + std::to_string(enqueued_ + count) +
            ") n, generate_series(1, " + std::to_string(kTenants) + ") t"
        );
        enqueued_ += count;
    }

    void await_shares(int nodes) {
        site_.database().await_number(
            "SELECT CASE WHEN count(*) = " + std::to_string(kTenants) +
                " THEN count(DISTINCT n.node_id) ELSE 0 END " +
                "FROM navette.leases l JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > "
                "clock_timestamp()",
            nodes
        );
    }

    long owned_by(const std::string& name) {
        return site_.database().number(
            "SELECT count(*) FROM navette.leases l JOIN navette.nodes n USING (node_id) WHERE n.name = '" +
            name + "'"
        );
    }

    void await_in_flight(const std::string& name) {
        site_.database().await_number(
            "SELECT least(count(*), 1) FROM navette.in_flight f JOIN navette.leases l USING (integration_id, "
            "tenant_id) "
            "JOIN navette.nodes n ON n.node_id = l.node_id WHERE n.name = '" +
                name + "'",
            1
        );
    }

    /// How many jobs an heir has found in a dead owner's hand, so far.
    long doubtful() { return site_.database().number("SELECT count(*) FROM doubtful"); }

    void expect_one_effect_each() {
        site_.database().await_number("SELECT count(*) FROM navette.sync_queue", 0, std::chrono::seconds(90));
        const auto customers = creates_of(site_.effects(), "thirdparties");
        EXPECT_EQ(customers.total, enqueued_ * kTenants);
        EXPECT_EQ(customers.records, enqueued_ * kTenants);
        EXPECT_EQ(customers.duplicates, 0);
        EXPECT_EQ(
            site_.database().number("SELECT count(DISTINCT remote_id) FROM navette.record_links"),
            enqueued_ * kTenants
        );
        EXPECT_EQ(
            site_.database().number("SELECT count(*) FROM (SELECT job_id FROM navette.sync_logs WHERE final "
                                    "GROUP BY job_id HAVING count(*) > 1) twice"),
            0
        );
    }

    DaemonSite site_;
    std::map<std::string, std::unique_ptr<Process>> nodes_;
    int enqueued_ = 0;
};

TEST_F(Nodes, ThreeShareTheWorkAndOneThatJoinsUnderLoadGetsItsShareWithoutATraceInTheQueue) {
    start("a");
    await_shares(1);
    enqueue(10);
    await_in_flight("a");
    start("b");
    start("c");
    await_shares(3);
    enqueue(3);
    expect_one_effect_each();
    EXPECT_EQ(doubtful(), 0) << "a hand-over lets calls in flight end, so that nobody looks twice";
    EXPECT_GT(site_.database().number("SELECT count(DISTINCT epoch) FROM navette.leases"), 1)
        << "some have changed hands";
}

TEST_F(Nodes, WhatAKilledNodeOwnedIsTakenOverWithinTheLease) {
    start("a");
    start("b");
    await_shares(2);
    site_.faults(R"({"delay_after_ms": 500})");  // so that it dies with jobs in hand
    enqueue(10);
    await_in_flight("b");
    nodes_.at("b")->signal(SIGKILL);
    nodes_.at("b")->wait();
    site_.faults("");
    site_.database().await_number(kOwnedByA, kTenants);
    EXPECT_GT(doubtful(), 0);
    const std::string since =
        "SELECT round(extract(epoch FROM max(l.acquired_at) - max(n.expires_at)) * 1000) FROM "
        "navette.leases l, navette.nodes n WHERE n.name = 'b'";
    EXPECT_GE(site_.database().number(since), 0) << "never before its lease has run out";
    RecordProperty("ms_after_expiry", static_cast<int>(site_.database().number(since)));
    expect_one_effect_each();
}

TEST_F(Nodes, WhatAStoppedNodeOwnedIsHandedOverAtOnceAndNothingIsInDoubt) {
    start("a");
    start("b");
    await_shares(2);
    ASSERT_GT(owned_by("b"), 0);
    enqueue(10);
    await_in_flight("b");
    nodes_.at("b")->signal(SIGTERM);
    EXPECT_EQ(nodes_.at("b")->wait(), 0);
    RecordProperty("taken_when_it_ends", static_cast<int>(site_.database().number(kOwnedByA)));
    site_.database().await_number(kOwnedByA, kTenants);
    EXPECT_EQ(site_.database().number("SELECT count(*) FROM navette.nodes"), 1);
    expect_one_effect_each();
    EXPECT_EQ(doubtful(), 0);
}

TEST_F(Nodes, APausedNodeThatWakesAfterItsLeaseChangesNothingAndJoinsAgain) {
    start("a");
    auto& paused = start("b");
    await_shares(2);
    const auto share = owned_by("b");
    enqueue(10);
    await_in_flight("b");
    paused.signal(SIGSTOP);
    site_.database().await_number(kOwnedByA, kTenants);
    // Half of the work is done when b wakes; the rest is being done by a.
    const long half = 5L * kTenants;
    site_.database().await_number(
        "SELECT least(count(*), " + std::to_string(half) + ") FROM navette.record_links", half
    );
    paused.signal(SIGCONT);
    paused.await_line("joined as a node");
    site_.database().await_number(
        "SELECT count(*) FROM navette.leases l JOIN navette.nodes n USING (node_id) WHERE n.name = 'b'", share
    );
    enqueue(2);
    expect_one_effect_each();
}

}  // namespace
}  // namespace navette::test
