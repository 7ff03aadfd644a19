// A whole installation for one end-to-end test: a database, a Dolibarr stand-in, configuration files, the
// real navetted.
#pragma once

#include "tests/standin/blocking_client.hpp"
#include "tests/support/process.hpp"
#include "tests/support/test_database.hpp"

#include <boost/json/value.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace navette::test {

/// What a test wants otherwise than usual.
struct SiteWishes {
    std::string more_settings;  // YAML appended to the configuration
    std::string engine;         // more keys of the section: ", quarantine_after: 100"
    std::string lease = "10s";
    std::string sweep = "5m";
    std::string log_level = "debug";  // "info" where so much happens that nobody could read it in time
    int standin_latency_ms = 0;
    std::vector<std::string> integration_settings;  // more key=value for the Dolibarr integration
    bool integrate = true;                          // connect tenant lumira to the stand-in
};

class DaemonSite {
  public:
    explicit DaemonSite(const SiteWishes& wishes = SiteWishes());
    ~DaemonSite();
    DaemonSite(const DaemonSite&) = delete;
    DaemonSite& operator=(const DaemonSite&) = delete;

    /// Starts navetted and returns when it is ready.
    void start_daemon();
    /// SIGKILL, and gone.
    void kill_daemon();
    /// SIGTERM; returns the exit code.
    int stop_daemon();
    [[nodiscard]] Process& daemon() { return *daemon_; }

    /// Pauses all integrations, and returns when the daemon knows, if one is running.
    void pause_integrations();

    /// Runs navettectl with this site's configuration.
    Finished ctl(std::vector<std::string> words) const;
    /// The same with --json; the parsed output. Throws where it fails.
    [[nodiscard]] boost::json::value ctl_json(std::vector<std::string> words) const;

    /// The stand-in's counters: GET /__standin/effects.
    [[nodiscard]] boost::json::value effects();
    /// Sets or (empty) clears the stand-in's faults.
    void faults(const std::string& json);
    /// A request to the stand-in's Dolibarr API with the right key.
    [[nodiscard]] standin::Reply platform(
        const std::string& method, const std::string& path, const std::string& body = ""
    );

    [[nodiscard]] TestDatabase& database() { return database_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path config() const { return folder_ / "navette.yaml"; }
    [[nodiscard]] const std::string& integration() const { return integration_; }
    [[nodiscard]] std::string base_url() const;

    void write(const std::string& name, const std::string& text) const;

  private:
    std::filesystem::path folder_;
    TestDatabase database_;
    std::unique_ptr<Process> standin_;
    std::unique_ptr<standin::BlockingClient> client_;
    std::unique_ptr<Process> daemon_;
    std::uint16_t port_ = 0;
    std::string integration_ = "int_lumira";
};

}  // namespace navette::test
