// The change feed at the application's endpoint: signed, repeated until it is taken, in order for each
// record, and switched off where nothing is ever taken.
#include "tests/e2e/application_endpoint.hpp"
#include "tests/support/daemon_site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace navette::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kOld = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kNew = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

class ApplicationEndpoints : public ::testing::Test {
  protected:
    ApplicationEndpoints() : site_(std::make_unique<DaemonSite>(wishes())) {}

    static SiteWishes wishes() {
        SiteWishes wanted;
        wanted.sweep = "1s";
        wanted.integrate = false;
        return wanted;
    }

    /// Short pauses, so that a test does not take days; and how many failures switch an endpoint off.
    void hurry(int attempts) {
        site_->write(
            "connectors.d/application.yaml",
            "retry: {base: 20ms, cap: 100ms}\ndisable: {attempts: " + std::to_string(attempts) + "}\n"
        );
    }

    void connect(const std::vector<std::string>& settings = {}) {
        site_->write("signing", kOld);
        std::vector<std::string> words{
            "integration",
            "add",
            "application",
            "--tenant",
            "lumira",
            "--id",
            "int_app",
            "--set",
            "url=" + endpoint_.url(),
            "--secret",
            "signing_secret=@" + (site_->folder() / "signing").string(),
            "--enable"
        };
        for (const auto& setting : settings) {
            words.insert(words.end(), {"--set", setting});
        }
        const auto added = site_->ctl(words);
        ASSERT_EQ(added.exit_code, 0) << added.output;
    }

    /// `count` changes, dealt out to so many customers in turn.
    void publish(int count, int customers = 1) {
        site_->database().exec(
            "SELECT navette.publish_change('lumira', 'customer', (n % " + std::to_string(customers) +
            ")::text, 'upsert', 'int_shop', 'r' || n, 'customers/update', jsonb_build_object('n', n), now()) "
            "FROM generate_series(1, " +
            std::to_string(count) + ") n"
        );
    }

    void await_empty_queue() {
        site_->database().await_number(
            "SELECT count(*) FROM navette.sync_queue", 0, std::chrono::seconds(60)
        );
    }

    std::string state() {
        return site_->database().value("SELECT state FROM navette.tenant_integrations WHERE id = 'int_app'");
    }
    void await_state(const std::string& wanted) {
        site_->database().await_number(
            "SELECT count(*) FROM navette.tenant_integrations WHERE id = 'int_app' AND state = '" + wanted +
                "'",
            1
        );
    }

    /// Every entry of the feed was taken once, no record's overtook another, and no attempt was a forgery or
    /// another message under the same id.
    void expect_all_taken(std::size_t entries) {
        std::map<std::string, std::int64_t> last;
        std::map<std::string, std::string> texts;
        std::set<std::int64_t> taken;
        for (const auto& delivery : endpoint_.deliveries()) {
            EXPECT_TRUE(delivery.genuine) << delivery.text;
            EXPECT_EQ(texts.emplace(delivery.id, delivery.text).first->second, delivery.text) << delivery.id;
            if (!delivery.taken()) {
                continue;
            }
            EXPECT_TRUE(taken.insert(delivery.position()).second) << delivery.position() << " came twice";
            auto& before = last[delivery.record()];
            EXPECT_LT(before, delivery.position()) << delivery.record();
            before = delivery.position();
        }
        EXPECT_EQ(taken.size(), entries);
        EXPECT_EQ(*taken.rbegin(), static_cast<std::int64_t>(entries));
        EXPECT_EQ(texts.size(), entries) << "each entry has one id";
        const auto verified = site_->ctl({"verify"});
        EXPECT_EQ(verified.exit_code, 0) << verified.output;
    }

    ApplicationEndpoint endpoint_{kOld};
    std::unique_ptr<DaemonSite> site_;
};

TEST_F(ApplicationEndpoints, AChangeIsAtTheEndpointSignedAndOnce) {
    connect();
    site_->start_daemon();
    site_->database().exec(
        "SELECT navette.put_record('lumira', 'order', 'LU1', '{\"status\": \"pending\", \"amount_cents\": "
        "12000}'), "
        "navette.receive_change('lumira', 'int_pay', 'payment_intent.succeeded', '{\"object\": \"payment\", "
        "\"remote_id\": \"pi_1\", \"occurred_at\": \"2026-05-15T10:00:00Z\", \"fields\": {\"status\": "
        "\"succeeded\", "
        "\"order_id\": \"LU1\", \"amount_cents\": 12000}}')"
    );
    endpoint_.await_deliveries(1);
    await_empty_queue();
    expect_all_taken(1);
    const auto delivery = endpoint_.deliveries().front();
    EXPECT_EQ(delivery.body.at("type"), "order.updated");
    EXPECT_EQ(delivery.body.at("timestamp"), "2026-05-15T10:00:00.000Z");
    EXPECT_EQ(delivery.body.at("data").at("data").at("status"), "paid");
    EXPECT_EQ(delivery.body.at("data").at("remote_id"), "pi_1");
    EXPECT_EQ(delivery.signatures, 1);
}

TEST_F(ApplicationEndpoints, WhatTheFeedHoldsIsToldOnceMoreWhereAPersonAsksForIt) {
    connect();
    site_->start_daemon();
    publish(3);
    endpoint_.await_deliveries(3);
    await_empty_queue();
    const auto told = site_->ctl({"changes", "redeliver", "int_app", "--after", "1"});
    EXPECT_EQ(told.exit_code, 0) << told.output;
    EXPECT_THAT(told.output, HasSubstr("2 changes are told to int_app again"));
    endpoint_.await_deliveries(5);
    await_empty_queue();
    const auto deliveries = endpoint_.deliveries();
    EXPECT_EQ(deliveries[3].id, deliveries[1].id) << "under the id that it had";
    EXPECT_EQ(deliveries[4].position(), 3);
    EXPECT_EQ(site_->ctl({"changes", "redeliver", "int_app"}).exit_code, 2);
    EXPECT_EQ(site_->ctl({"changes", "redeliver", "int_none", "--after", "0"}).exit_code, 3);
}

TEST_F(ApplicationEndpoints, AnOutageLosesNothingAndChangesNoRecordsOrder) {
    hurry(1000);
    connect();
    endpoint_.answer(500);
    publish(40, 5);
    site_->start_daemon();
    endpoint_.await_deliveries(6);
    endpoint_.answer(200);
    await_empty_queue();
    expect_all_taken(40);
    EXPECT_EQ(
        site_->database().number("SELECT count(*) FROM navette.sync_logs WHERE final AND status <> 'done'"), 0
    );
}

TEST_F(ApplicationEndpoints, AnEndpointThatStaysDeadIsSwitchedOffAndGoesOnWhereItStopped) {
    hurry(8);
    connect({"disable_after=1s"});
    endpoint_.answer(500);
    publish(6, 3);  // three records: their first messages tell that it is the endpoint
    site_->start_daemon();
    // What failed before a restart counts as well.
    site_->database().await_number(
        "SELECT (failures > 0)::int FROM navette.tenant_integrations WHERE id = 'int_app'", 1
    );
    site_->kill_daemon();
    site_->start_daemon();
    await_state("error");
    site_->daemon().await_line("switched off: nothing has succeeded for 1s");
    EXPECT_THAT(
        site_->database().value("SELECT state_reason FROM navette.tenant_integrations WHERE id = 'int_app'"),
        HasSubstr("navettectl integration enable int_app")
    );
    EXPECT_GE(
        site_->database().number("SELECT failures FROM navette.tenant_integrations WHERE id = 'int_app'"), 8
    );
    const auto since =
        "SELECT navette.iso(failing_since) FROM navette.tenant_integrations WHERE id = 'int_app'";
    const auto failing_since = site_->database().value(since);
    EXPECT_EQ(
        site_->ctl_json({"integration", "show", "int_app"}).at("failing_since").as_string(), failing_since
    );

    // Nobody knocks at its door, not even for a test; what is published meanwhile is kept. Three sweeps pass.
    endpoint_.answer(200);
    site_->database().await_number("SELECT count(*) FROM navette.in_flight", 0);
    const auto so_far = endpoint_.deliveries().size();
    publish(2, 2);
    const auto until = site_->database().value("SELECT clock_timestamp() + interval '3 s'");
    site_->database().await_number("SELECT (clock_timestamp() > '" + until + "')::int", 1);
    EXPECT_EQ(endpoint_.deliveries().size(), so_far);
    EXPECT_EQ(
        site_->database().number("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'"), 8
    );

    const auto enabled = site_->ctl({"integration", "enable", "int_app"});
    EXPECT_EQ(enabled.exit_code, 0) << enabled.output;
    await_empty_queue();
    expect_all_taken(8);
    EXPECT_EQ(state(), "active");
    EXPECT_EQ(
        site_->database().number("SELECT failures FROM navette.tenant_integrations WHERE id = 'int_app'"), 0
    );
    EXPECT_EQ(site_->database().value(since), "");
}

TEST_F(ApplicationEndpoints, GoneSwitchesItOffAtOnceAndKeepsTheWebhook) {
    connect();
    endpoint_.answer(410);
    publish(1);
    site_->start_daemon();
    await_state("error");
    EXPECT_EQ(endpoint_.deliveries().size(), 1U);
    endpoint_.answer(204);
    EXPECT_EQ(site_->ctl({"integration", "enable", "int_app"}).exit_code, 0);
    await_empty_queue();
    expect_all_taken(1);
}

TEST_F(ApplicationEndpoints, ASecretIsReplacedWithoutAGap) {
    connect();
    site_->start_daemon();
    publish(1);
    endpoint_.await_deliveries(1);
    site_->write("signing", std::string(kOld) + " " + kNew);
    const auto changed = site_->ctl(
        {"integration",
         "set",
         "int_app",
         "--secret",
         "signing_secret=@" + (site_->folder() / "signing").string()}
    );
    ASSERT_EQ(changed.exit_code, 0) << changed.output;
    const auto tested = site_->ctl({"integration", "test", "int_app"});
    EXPECT_EQ(tested.exit_code, 0) << tested.output;
    endpoint_.know(kNew);
    EXPECT_EQ(site_->ctl({"integration", "test", "int_app"}).exit_code, 0);
    const auto deliveries = endpoint_.deliveries();
    ASSERT_EQ(deliveries.size(), 3U);
    EXPECT_EQ(deliveries.at(0).signatures, 1);
    for (const auto& delivery : deliveries) {
        EXPECT_TRUE(delivery.genuine) << delivery.text;
    }
    EXPECT_EQ(deliveries.at(2).signatures, 2);
    EXPECT_EQ(deliveries.at(2).body.at("type"), "navette.test");
}

TEST_F(ApplicationEndpoints, AWrongSecretIsRefusedWhenItIsEntered) {
    site_->write("signing", "hunter2");
    const auto added = site_->ctl(
        {"integration",
         "add",
         "application",
         "--tenant",
         "lumira",
         "--id",
         "int_app",
         "--set",
         "url=" + endpoint_.url(),
         "--secret",
         "signing_secret=@" + (site_->folder() / "signing").string()}
    );
    EXPECT_NE(added.exit_code, 0);
    EXPECT_THAT(added.output, HasSubstr("signing_secret must begin with whsec_"));
}

}  // namespace
}  // namespace navette::test
