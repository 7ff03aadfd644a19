// navetted as a service: its files, its signals, its neighbours.
#include "tests/e2e/shop.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace navette::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string navetted() {
    return std::string(NAVETTE_BINARY_DIR) + "/bin/navetted";
}

std::string enqueue_customer(int id) {
    const auto n = std::to_string(id);
    return "SELECT navette.enqueue('lumira', 'customer.created', 'customer', '" + n + "', '{\"email\": \"c" +
           n + "@shop.example\", \"last_name\": \"N" + n + "\"}')";
}

constexpr const char* kCustomers = "SELECT count(*) FROM navette.record_links WHERE object = 'customer'";

TEST(Service, AConfigurationWithFiveMistakesPrintsFiveLinesAndExits78) {
    const auto file = fs::temp_directory_path() / ("navette-bad-" + std::to_string(getpid()) + ".yaml");
    std::ofstream(file) << "databse: {url: x}\nengine: {poll: soon, batch: -1}\nlog: {level: loud}\nsources: "
                           "{x: {tenant: t}}\n";
    const auto finished = run({navetted(), "--check-config", "--config", file.string()});
    fs::remove(file);
    EXPECT_EQ(finished.exit_code, 78);
    EXPECT_THAT(
        finished.output,
        AllOf(HasSubstr(":1: "), HasSubstr("did you mean 'database'"), HasSubstr(":2: "), HasSubstr(":3: "))
    );
    EXPECT_GE(std::ranges::count(finished.output, '\n'), 5);
}

TEST(Service, TheShippedConfigurationIsGood) {
    const auto finished = run(
        {navetted(), "--check-config", "--config", std::string(NAVETTE_SOURCE_DIR) + "/config/navette.yaml"}
    );
    // The shipped file names the installed connectors, which need not be on this machine.
    EXPECT_THAT(finished.output, Not(HasSubstr("navette.yaml:1")));
    EXPECT_THAT(finished.output, HasSubstr("good"));
}

TEST(Service, RefusesToStartOnADatabaseWithoutItsSchema) {
    TestDatabase empty(false);
    const auto file = fs::temp_directory_path() / ("navette-empty-" + std::to_string(getpid()) + ".yaml");
    std::ofstream(file) << "database: {url: \"" << empty.url() << "\"}\n";
    const auto finished = run({navetted(), "--config", file.string()});
    fs::remove(file);
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.output, HasSubstr("navettectl db migrate"));
}

TEST(Service, BrokenConnectorsAreNamedAndTheRestGoesOn) {
    DaemonSite site;
    hurry(site);
    const auto folder = site.folder() / "connectors";
    fs::create_directories(folder);
    for (const auto* name : {"dolibarr.so", "dolibarr.yaml"}) {
        fs::copy_file(fs::path(NAVETTE_BINARY_DIR) / "lib/connectors" / name, folder / name);
    }
    for (const std::string name : {"throwing", "foreign", "text"}) {
        if (name == "text") {
            std::ofstream(folder / "text.so") << "not a library\n";
        } else {
            fs::copy_file(
                fs::path(NAVETTE_BINARY_DIR) / "lib/broken_connectors" / (name + ".so"),
                folder / (name + ".so")
            );
        }
        std::ofstream(folder / (name + ".yaml"))
            << "slug: " << name << "\nname: X\ncategory: crm\nbase_url: \"https://x.test\"\n"
            << "auth: {type: none}\nobjects: {thing: {remote: things}}\n";
    }
    std::ifstream in(site.config());
    std::string yaml((std::istreambuf_iterator<char>(in)), {});
    const std::string usual = std::string(NAVETTE_BINARY_DIR) + "/lib/connectors";
    yaml.replace(yaml.find(usual), usual.size(), folder.string());
    site.write("navette.yaml", yaml);
    site.start_daemon();
    site.database().exec(enqueue_customer(1));
    site.database().await_number(kCustomers, 1);
    EXPECT_THAT(
        site.daemon().output(),
        AllOf(
            HasSubstr("throwing.so failed while it was loaded"),
            HasSubstr("foreign.so was built for another navette"),
            HasSubstr("text.so is not a shared library")
        )
    );
}

TEST(Service, TermFinishesWhatIsInFlightAndExitsZero) {
    SiteWishes wishes;
    wishes.standin_latency_ms = 300;
    DaemonSite site(wishes);
    hurry(site);
    site.start_daemon();
    site.database().exec(enqueue_customer(1));
    site.database().await_number("SELECT count(*) FROM navette.in_flight", 1);
    EXPECT_EQ(site.stop_daemon(), 0);
    EXPECT_EQ(site.database().number(kCustomers), 1);
    EXPECT_EQ(site.database().number("SELECT count(*) FROM navette.in_flight"), 0);
    EXPECT_EQ(site.database().number("SELECT count(*) FROM navette.nodes"), 0);
    EXPECT_EQ(site.database().number("SELECT count(*) FROM navette.leases WHERE node_id IS NOT NULL"), 0);
}

TEST(Service, ACallThatOutlastsTheDeadlineIsCutOffAndItsJobIsKeptForALook) {
    SiteWishes wishes;
    wishes.standin_latency_ms = 5000;
    DaemonSite site(wishes);
    hurry(site);
    std::ifstream in(site.config());
    std::string yaml((std::istreambuf_iterator<char>(in)), {});
    yaml.replace(yaml.find("drain_deadline: 10s"), 19, "drain_deadline: 1s");
    site.write("navette.yaml", yaml);
    site.start_daemon();
    site.database().exec(enqueue_customer(1));
    site.database().await_number("SELECT count(*) FROM navette.in_flight", 1);
    EXPECT_EQ(site.stop_daemon(), 0);
    EXPECT_EQ(site.database().number("SELECT count(*) FROM navette.in_flight"), 0);
    EXPECT_EQ(
        site.database().number("SELECT count(*) FROM navette.sync_queue WHERE maybe_applied AND deaths = 0"),
        1
    );
}

TEST(Service, HupTakesAGoodConfigurationAndKeepsTheOldOneInsteadOfABadOne) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    std::ifstream in(site.config());
    const std::string good((std::istreambuf_iterator<char>(in)), {});
    site.write("navette.yaml", good + "nonsense: 1\n");
    site.daemon().signal(SIGHUP);
    site.daemon().await_line("the old one stays in force");
    site.database().exec(enqueue_customer(1));
    site.database().await_number(kCustomers, 1);
    site.write("navette.yaml", good);
    site.daemon().signal(SIGHUP);
    site.daemon().await_line("the configuration was read again");
    site.database().exec(enqueue_customer(2));
    site.database().await_number(kCustomers, 2);
    EXPECT_EQ(site.stop_daemon(), 0);
}

TEST(Service, ASecondDaemonOfTheSameNameIsRefusedAndAnotherNameTakesOverAfterADeath) {
    SiteWishes wishes;
    wishes.lease = "1s";
    DaemonSite site(wishes);
    hurry(site);
    site.start_daemon();
    const auto refused = run({navetted(), "--config", site.config().string()});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.output, HasSubstr("another navetted runs as node 'test'"));

    std::ifstream in(site.config());
    std::string yaml((std::istreambuf_iterator<char>(in)), {});
    yaml.replace(yaml.find("name: test"), 10, "name: heir");
    site.write("heir.yaml", yaml);
    Process heir({navetted(), "--config", (site.folder() / "heir.yaml").string()});
    heir.await_line("ready");
    site.kill_daemon();
    heir.await_line("working for dolibarr");
    site.database().exec(enqueue_customer(1));
    site.database().await_number(kCustomers, 1);
}

TEST(Service, LogsAreOneJsonObjectPerLineWhereThatIsAskedFor) {
    DaemonSite site;
    std::ifstream in(site.config());
    std::string yaml((std::istreambuf_iterator<char>(in)), {});
    yaml.replace(yaml.find("level: debug"), 12, "level: info, format: json");
    site.write("navette.yaml", yaml);
    site.start_daemon();
    EXPECT_EQ(site.stop_daemon(), 0);
    std::istringstream lines(site.daemon().output());
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto entry = boost::json::parse(line).as_object();
        EXPECT_TRUE(entry.contains("time") && entry.contains("level") && entry.contains("message")) << line;
    }
    EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace navette::test
