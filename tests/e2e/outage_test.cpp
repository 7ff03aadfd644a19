// When the platform, its credentials or the database fail: nothing is lost, nothing is used up, and it goes
// on by itself.
#include "tests/e2e/shop.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

namespace navette::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string enqueue_customers(int count) {
    return "SELECT navette.enqueue('lumira', 'customer.created', 'customer', n::text, "
           "jsonb_build_object('email', 'c' || n || "
           "'@shop.example', 'last_name', 'N' || n)) FROM generate_series(1, " +
           std::to_string(count) + ") n";
}

constexpr const char* kCustomers = "SELECT count(*) FROM navette.record_links WHERE object = 'customer'";

TEST(Outage, APlatformThatIsDownUsesUpNoAttemptsAndWorkResumesByItself) {
    DaemonSite site;
    hurry(site);
    site.faults(R"({"database_down": true})");
    site.start_daemon();
    site.database().exec(enqueue_customers(5));
    site.daemon().await_line("the platform is unavailable");
    EXPECT_EQ(site.database().number("SELECT max(attempts) FROM navette.sync_queue"), 0);
    site.faults("");
    site.database().await_number(kCustomers, 5);
    EXPECT_EQ(site.database().number("SELECT count(*) FROM navette.sync_queue"), 0);
    EXPECT_EQ(creates_of(site.effects(), "thirdparties").total, 5);
}

TEST(Outage, ARevokedKeyHoldsTheJobsUntilANewOneIsSet) {
    DaemonSite site;
    hurry(site);
    site.faults(R"({"unauthorized": true})");
    site.start_daemon();
    site.database().exec(enqueue_customers(3));
    site.database().await_number(
        "SELECT count(*) FROM navette.tenant_integrations WHERE state = 'needs_reauth'", 1
    );
    EXPECT_EQ(site.database().number("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'"), 3);
    EXPECT_EQ(site.database().number("SELECT max(attempts) FROM navette.sync_queue"), 0);
    site.faults("");
    const auto set = site.ctl(
        {"integration",
         "set",
         site.integration(),
         "--secret",
         "api_key=@" + (site.folder() / "api.key").string()}
    );
    ASSERT_EQ(set.exit_code, 0) << set.output;
    site.database().await_number(kCustomers, 3);
}

TEST(Outage, APlatformThatIsSetUpWrongIsTriedAgainAndResumes) {
    SiteWishes wishes;
    wishes.sweep = "1s";
    DaemonSite site(wishes);
    hurry(site);
    site.faults(R"({"api_off": true})");
    site.start_daemon();
    site.database().exec(enqueue_customers(2));
    site.database().await_number("SELECT count(*) FROM navette.tenant_integrations WHERE state = 'error'", 1);
    EXPECT_THAT(
        site.database().value("SELECT state_reason FROM navette.tenant_integrations"), HasSubstr("Api")
    );
    site.faults("");
    site.database().await_number(kCustomers, 2);
    site.database().await_number(
        "SELECT count(*) FROM navette.tenant_integrations WHERE state = 'active'", 1
    );
}

TEST(Outage, ABrokenDatabaseConnectionIsOpenedAnewAndNothingIsLost) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    site.database().exec(enqueue_customers(40));
    for (int round = 1; round <= 4; ++round) {
        site.database().await_number(
            "SELECT least(count(*), " + std::to_string(round * 8) + ") FROM navette.record_links", round * 8
        );
        site.database().exec(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'navette' AND "
            "datname = current_database()"
        );
    }
    site.database().await_number(kCustomers, 40);
    site.database().await_number("SELECT count(*) FROM navette.sync_queue", 0);
    EXPECT_EQ(creates_of(site.effects(), "thirdparties").total, 40);
    EXPECT_EQ(site.stop_daemon(), 0);
}

TEST(Outage, AttemptsThatFailAreBoundedAndTheDeadLetterKeepsTheEvidence) {
    DaemonSite site;
    hurry(site);
    std::ifstream in(site.folder() / "connectors.d/dolibarr.yaml");
    std::string yaml((std::istreambuf_iterator<char>(in)), {});
    yaml.replace(yaml.find("max_retries: 50"), 15, "max_retries: 2");
    site.write("connectors.d/dolibarr.yaml", yaml);
    site.faults(R"({"malformed": 1.0})");
    site.start_daemon();
    site.database().exec(enqueue_customers(1));
    site.database().await_number("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 1);
    EXPECT_EQ(site.database().number("SELECT attempts FROM navette.sync_queue"), 3);
    EXPECT_EQ(
        site.database().number("SELECT count(*) FROM navette.sync_logs WHERE entity_type = 'customer'"), 3
    );
    EXPECT_THAT(
        site.database().value("SELECT last_request::text FROM navette.sync_queue"), HasSubstr("/thirdparties")
    );
    site.faults("");
    const auto retried =
        site.ctl({"queue", "retry", site.database().value("SELECT id::text FROM navette.sync_queue")});
    ASSERT_EQ(retried.exit_code, 0) << retried.output;
    site.database().await_number(kCustomers, 1);
}

TEST(Outage, AReplayedDeadLetterDoesNotUndoWhatWasSentSince) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    auto& database = site.database();
    const auto enqueue = [&](const std::string& name) {
        database.exec(
            "SELECT navette.enqueue('lumira', 'customer.updated', 'customer', '1', '{\"email\": "
            "\"c@shop.example\", \"name\": \"" +
            name + "\"}')"
        );
    };
    enqueue("first");
    database.await_number(kCustomers, 1);
    database.exec("SELECT navette.enqueue('lumira', 'customer.updated', 'customer', '1', '\"broken\"')");
    database.await_number("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 1);
    database.exec(
        "UPDATE navette.sync_queue SET data = '{\"email\": \"c@shop.example\", \"name\": \"stale\"}'"
    );
    enqueue("newest");
    database.await_number(
        "SELECT count(*) FROM navette.sync_logs WHERE status = 'done' AND entity_type = 'customer'", 2
    );
    ASSERT_EQ(site.ctl({"queue", "retry", "--all-failed"}).exit_code, 0);
    database.await_number("SELECT count(*) FROM navette.sync_queue", 0);
    EXPECT_THAT(
        database.value("SELECT error_message FROM navette.sync_logs WHERE status = 'skipped'"),
        HasSubstr("newer data")
    );
    EXPECT_THAT(boost::json::serialize(site.platform("GET", "/thirdparties").json()), HasSubstr("newest"));
}

TEST(Outage, ARecordThatSomebodyDeletedThereIsMadeAnewWhenTheApplicationSaysSo) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    auto& database = site.database();
    database.exec(enqueue_customers(1));
    database.await_number(kCustomers, 1);
    const auto id = database.value("SELECT remote_id FROM navette.record_links");
    ASSERT_EQ(site.platform("DELETE", "/thirdparties/" + id).status, 200U);
    database.exec(
        "SELECT navette.enqueue('lumira', 'customer.updated', 'customer', '1', '{\"email\": "
        "\"new@shop.example\", \"last_name\": "
        "\"N1\"}')"
    );
    database.await_number("SELECT count(*) FROM navette.record_links WHERE gone", 1);
    database.await_number("SELECT count(*) FROM navette.sync_queue", 0);
    database.exec(
        "SELECT navette.enqueue('lumira', 'customer.updated', 'customer', '1', '{\"last_name\": \"N2\"}', "
        "operation => "
        "'create')"
    );
    database.await_number("SELECT count(*) FROM navette.record_links WHERE NOT gone", 1);
    EXPECT_NE(database.value("SELECT remote_id FROM navette.record_links"), id);
}

TEST(Outage, AMappingThatCannotBeUsedIsToldByTheCheckAndRefusedByAReload) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    std::ifstream in(site.folder() / "connectors.d/dolibarr.yaml");
    const std::string good((std::istreambuf_iterator<char>(in)), {});
    auto bad = good;
    bad.replace(bad.find("truncate: 30"), 12, "truncat: 30");
    site.write("connectors.d/dolibarr.yaml", bad);
    const auto checked = run(
        {std::string(NAVETTE_BINARY_DIR) + "/bin/navetted",
         "--check-config",
         "--config",
         site.config().string()}
    );
    EXPECT_EQ(checked.exit_code, 78);
    EXPECT_THAT(
        checked.output, testing::AllOf(HasSubstr("connectors.d/dolibarr.yaml:"), HasSubstr("truncat"))
    );
    site.daemon().signal(SIGHUP);
    site.daemon().await_line("the old one stays in force");
    site.database().exec(enqueue_customers(1));
    site.database().await_number(kCustomers, 1);
}

TEST(Outage, NoSecretIsFoundInLogsQueueOrOutput) {
    DaemonSite site;
    hurry(site);
    site.faults(R"({"malformed": 0.5})");
    site.start_daemon();
    site.database().exec(enqueue_customers(10));
    site.database().await_number(kCustomers, 10);
    EXPECT_EQ(site.stop_daemon(), 0);
    const std::string secret = "standin-key-0123456789";
    EXPECT_THAT(site.daemon().output(), Not(HasSubstr(secret)));
    EXPECT_EQ(
        site.database().number(
            "SELECT count(*) FROM navette.sync_logs l WHERE l::text LIKE '%" + secret + "%'"
        ),
        0
    );
    EXPECT_EQ(
        site.database().number(
            "SELECT count(*) FROM navette.tenant_integrations i WHERE i::text LIKE '%" + secret + "%'"
        ),
        0
    );
    EXPECT_EQ(
        site.database().number("SELECT count(*) FROM navette.sync_logs WHERE request::text LIKE '%DOLAPIKEY%'"
        ) > 0,
        true
    );
    EXPECT_THAT(site.ctl({"integration", "show", site.integration()}).output, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace navette::test
