#include "tests/support/daemon_site.hpp"

#include "daemon/secrets/vault.hpp"
#include "tests/support/fresh_folder.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace navette::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* kApiKey = "standin-key-0123456789";

std::string program(const std::string& name) {
    return std::string(NAVETTE_BINARY_DIR) + "/bin/" + name;
}

}  // namespace

DaemonSite::DaemonSite(const SiteWishes& wishes) {
    folder_ = fresh_folder("navette-site");
    fs::create_directories(folder_ / "connectors.d");

    standin_ = std::make_unique<Process>(std::vector<std::string>{
        program("standin_dolibarr"),
        "--port",
        "0",
        "--api-key",
        kApiKey,
        "--seed",
        "1",
        "--latency-ms",
        std::to_string(wishes.standin_latency_ms),
        "--port-file",
        (folder_ / "port").string()
    });
    standin_->await_line("http://");
    std::ifstream(folder_ / "port") >> port_;
    client_ = std::make_unique<standin::BlockingClient>(
        port_, std::map<std::string, std::string>{{"DOLAPIKEY", kApiKey}}
    );

    write("navette.key", secrets::Vault::generate_key("test") + "\n");
    fs::permissions(folder_ / "navette.key", fs::perms::owner_read);
    write("api.key", kApiKey);
    fs::copy_file(
        fs::path(NAVETTE_SOURCE_DIR) / "config/examples/connectors.d/dolibarr.yaml",
        folder_ / "connectors.d/dolibarr.yaml"
    );
    write(
        "navette.yaml",
        "database: {url: \"" + database_.url() + "\"}\n" +  //
            "node: {name: test, lease: " + wishes.lease + "}\n" + "connectors: {directory: " +
            NAVETTE_BINARY_DIR + "/lib/connectors, overrides: " + (folder_ / "connectors.d").string() +
            "}\n" + "engine: {poll: 200ms, sweep: " + wishes.sweep + ", drain_deadline: 10s" + wishes.engine +
            "}\n" + "log: {level: " + wishes.log_level + "}\n" +
            "secrets: {key: \"${file:" + (folder_ / "navette.key").string() + "}\"}\n" +
            "outbound: {allow_private_networks: [127.0.0.0/8], timeout: 10s}\n" + wishes.more_settings
    );
    if (wishes.integrate) {
        std::vector<std::string> words{
            "integration",
            "add",
            "dolibarr",
            "--tenant",
            "lumira",
            "--id",
            integration_,
            "--set",
            "base_url=" + base_url(),
            "--secret",
            "api_key=@" + (folder_ / "api.key").string(),
            "--enable"
        };
        for (const auto& setting : wishes.integration_settings) {
            words.emplace_back("--set");
            words.push_back(setting);
        }
        const auto added = ctl(words);
        if (added.exit_code != 0) {
            throw std::runtime_error("integration add failed: " + added.output);
        }
    }
}

DaemonSite::~DaemonSite() {
    if (daemon_ && (testing::Test::HasFailure() || std::uncaught_exceptions() > 0)) {
        daemon_->signal(SIGKILL);
        daemon_->wait();
        std::cerr << "the daemon's log:\n" << daemon_->output() << '\n';
    }
    daemon_.reset();
    standin_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void DaemonSite::start_daemon() {
    daemon_ =
        std::make_unique<Process>(std::vector<std::string>{program("navetted"), "--config", config().string()}
        );
    daemon_->await_line("ready");
}

void DaemonSite::kill_daemon() {
    daemon_->signal(SIGKILL);
    daemon_->wait();
    daemon_.reset();
}

int DaemonSite::stop_daemon() {
    daemon_->signal(SIGTERM);
    return daemon_->wait();
}

void DaemonSite::pause_integrations() {
    database_.exec("UPDATE navette.tenant_integrations SET state = 'paused'");
    if (!daemon_) {
        return;
    }
    // A look at its leases ends with this statement. The first one seen may have begun before the pause.
    for (int look = 0; look < 2; ++look) {
        const auto asked = database_.value("SELECT clock_timestamp()");
        database_.exec("NOTIFY navette_wake, 'integrations'");
        database_.await_number(
            "SELECT least(count(*), 1) FROM pg_stat_activity WHERE datname = current_database() "
            "AND state = 'idle' AND query LIKE '%min(expires_at)%' AND query NOT LIKE '%pg_stat_activity%' "
            "AND query_start > '" +
                asked + "'",
            1
        );
    }
}

Finished DaemonSite::ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {program("navettectl"), "--config", config().string()});
    return run(words);
}

boost::json::value DaemonSite::ctl_json(std::vector<std::string> words) const {
    words.insert(words.begin(), "--json");
    const auto finished = ctl(std::move(words));
    boost::system::error_code error;
    auto value = boost::json::parse(finished.output, error);
    if (finished.exit_code != 0 || error) {
        throw std::runtime_error(
            "navettectl failed with " + std::to_string(finished.exit_code) + ": " + finished.output
        );
    }
    return value;
}

boost::json::value DaemonSite::effects() {
    return client_->send("GET", "/__standin/effects").json();
}

void DaemonSite::faults(const std::string& json) {
    if (json.empty()) {
        client_->send("DELETE", "/__standin/faults");
    } else {
        client_->send("POST", "/__standin/faults", json);
    }
}

standin::Reply DaemonSite::platform(
    const std::string& method, const std::string& path, const std::string& body
) {
    return client_->send(method, "/api/index.php" + path, body);
}

std::string DaemonSite::base_url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/api/index.php";
}

void DaemonSite::write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
}

}  // namespace navette::test
