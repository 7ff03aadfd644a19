// The key that seals the secrets, while the real daemon works: rotation, a key that is missing, core dumps.
#include "daemon/secrets/vault.hpp"
#include "tests/e2e/shop.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

namespace navette::test {
namespace {

using secrets::Vault;
using testing::HasSubstr;
using testing::Not;

std::string enqueue_customer(int id) {
    const auto n = std::to_string(id);
    return "SELECT navette.enqueue('lumira', 'customer.created', 'customer', '" + n + "', '{\"email\": \"c" +
           n + "@shop.example\", \"last_name\": \"N" + n + "\"}')";
}

constexpr const char* kCustomers = "SELECT count(*) FROM navette.record_links WHERE object = 'customer'";

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// "0 0": the soft and the hard limit of core files of a running process.
std::string core_limits(pid_t pid) {
    std::istringstream limits(content("/proc/" + std::to_string(pid) + "/limits"));
    const std::string name = "Max core file size";
    for (std::string line; std::getline(limits, line);) {
        if (line.starts_with(name)) {
            std::istringstream words(line.substr(name.size()));
            std::string soft;
            std::string hard;
            words >> soft >> hard;
            return soft + " " + hard;
        }
    }
    return "no such limit";
}

class Secrets : public testing::Test {
  protected:
    Secrets() { hurry(site_); }

    /// Rewrites secrets.key and what follows it in the section.
    void configure(const std::string& section) {
        auto yaml = content(site_.config());
        const auto begin = yaml.find("secrets: {");
        yaml.replace(begin, yaml.find('\n', begin) - begin, "secrets: {" + section + "}");
        site_.write("navette.yaml", yaml);
    }

    [[nodiscard]] std::string file(const std::string& name) const {
        return "\"${file:" + (site_.folder() / name).string() + "}\"";
    }

    void reload() {
        site_.daemon().signal(SIGHUP);
        site_.daemon().await_line("the configuration was read again");
    }

    void carry_over(int customer) {
        site_.database().exec(enqueue_customer(customer));
        site_.database().await_number(kCustomers, customer);
    }

    DaemonSite site_;
};

TEST_F(Secrets, TheKeyIsRotatedWhileTheDaemonWorks) {
    site_.start_daemon();
    carry_over(1);
    site_.write("next.key", Vault::generate_key("next") + "\n");
    configure("key: " + file("next.key") + ", old_keys: [" + file("navette.key") + "]");
    reload();
    carry_over(2);

    const auto before = boost::json::serialize(site_.ctl_json({"secrets", "status"}));
    EXPECT_THAT(before, HasSubstr(R"("key":"test","layout":"envelope","rows":1,"unopened":0)"));
    const auto rotated = site_.ctl_json({"secrets", "rotate"});
    EXPECT_EQ(rotated.at("rewrapped").as_int64(), 1);
    EXPECT_TRUE(rotated.at("old_keys_needed").as_array().empty());
    const auto again = site_.ctl({"secrets", "rotate"});
    EXPECT_EQ(again.exit_code, 0) << again.output;
    EXPECT_THAT(again.output, HasSubstr("0 secrets got key 'next', 1 had it before"));
    carry_over(3);

    configure("key: " + file("next.key"));
    reload();
    carry_over(4);
    EXPECT_EQ(site_.ctl({"secrets", "status"}).exit_code, 0);
    EXPECT_EQ(site_.stop_daemon(), 0);
    EXPECT_THAT(site_.daemon().output(), Not(HasSubstr("missing here")));
}

TEST_F(Secrets, ADaemonThatLacksTheKeySaysWhichAndGoesOnOnceItHasIt) {
    site_.start_daemon();
    carry_over(1);
    site_.write("other.key", Vault::generate_key("other") + "\n");
    configure("key: " + file("other.key"));
    reload();
    site_.daemon().await_line("sealed with key 'test', which is missing here: secrets.key is 'other'");
    auto& database = site_.database();
    database.await_number("SELECT count(*) FROM navette.tenant_integrations WHERE state = 'error'", 1);
    EXPECT_THAT(
        database.value("SELECT state_reason FROM navette.tenant_integrations"),
        HasSubstr("put that key into secrets.old_keys")
    );
    const auto status = site_.ctl({"secrets", "status"});
    EXPECT_EQ(status.exit_code, 1);
    EXPECT_THAT(status.output, HasSubstr("missing here"));
    const auto rotated = site_.ctl({"secrets", "rotate"});
    EXPECT_EQ(rotated.exit_code, 1);
    EXPECT_THAT(rotated.output, HasSubstr("'test'"));

    database.exec(enqueue_customer(2));
    configure("key: " + file("other.key") + ", old_keys: [" + file("navette.key") + "]");
    reload();
    const auto enabled = site_.ctl({"integration", "enable", site_.integration()});
    EXPECT_EQ(enabled.exit_code, 0) << enabled.output;
    database.await_number(kCustomers, 2);
}

TEST_F(Secrets, NoCommandShowsAKey) {
    const auto key = content(site_.folder() / "navette.key");
    const auto secret = key.substr(key.find(':') + 1, 20);
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"secrets", "status"}, {"secrets", "rotate"}, {"config", "show"}, {"config", "check"}
         }) {
        EXPECT_THAT(site_.ctl(words).output, Not(HasSubstr(secret))) << words[1];
    }
}

TEST_F(Secrets, TheDaemonAndTheCommandLeaveNoCoreDumps) {
    site_.start_daemon();
    EXPECT_EQ(core_limits(site_.daemon().pid()), "0 0");
    Process following(
        {std::string(NAVETTE_BINARY_DIR) + "/bin/navettectl",
         "--config",
         site_.config().string(),
         "logs",
         "-f"}
    );
    carry_over(1);
    following.await_line("customer 1");
    EXPECT_EQ(core_limits(following.pid()), "0 0");
}

TEST_F(Secrets, APasswordOnTheCommandLineIsNotLeftForOthersToSee) {
    site_.start_daemon();
    Process following(
        {std::string(NAVETTE_BINARY_DIR) + "/bin/navettectl",
         "--config",
         site_.config().string(),
         "--database",
         site_.database().url() + " password=p4ss-for-all",
         "logs",
         "-f"}
    );
    carry_over(1);
    following.await_line("customer 1");
    const auto shown = content("/proc/" + std::to_string(following.pid()) + "/cmdline");
    EXPECT_THAT(shown, HasSubstr("--database"));
    EXPECT_THAT(shown, Not(HasSubstr("p4ss-for-all")));
}

TEST_F(Secrets, TheLogHidesWhatLooksLikeASecretWhoeverWritesIt) {
    const auto file = site_.folder() / "settings?api_key=hidden-4321";
    std::filesystem::copy_file(site_.config(), file);
    Process daemon({std::string(NAVETTE_BINARY_DIR) + "/bin/navetted", "--config", file.string()});
    EXPECT_THAT(daemon.await_line("ready"), HasSubstr("settings?api_key=***"));
    EXPECT_THAT(daemon.output(), Not(HasSubstr("hidden-4321")));
}

TEST_F(Secrets, CoreDumpsAreAllowedWhereTheAdministratorSaysSo) {
    rlimit ours{};
    getrlimit(RLIMIT_CORE, &ours);
    configure("core_dumps: true, key: " + file("navette.key"));
    site_.start_daemon();
    const auto hard = ours.rlim_max == RLIM_INFINITY ? "unlimited" : std::to_string(ours.rlim_max);
    EXPECT_EQ(core_limits(site_.daemon().pid()), hard + " " + hard);
}

}  // namespace
}  // namespace navette::test
