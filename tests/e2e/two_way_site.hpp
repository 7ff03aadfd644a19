// One tenant, `ring`, on several platforms in both directions, and the application behind it: the real
// navetted, stand-ins with people who work there.
#pragma once

#include "tests/e2e/spoke_platform.hpp"
#include "tests/support/daemon_site.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace navette::test {

struct TwoWayWishes {
    std::vector<std::string> platforms;
    std::string sync_rules{R"({"spread": "all"})"};  // of every integration
    std::string pull{"{every: 1d}"};                 // else only settle() reads
    std::string sweep{"1s"};
    std::string more{};  // settings, YAML
    /// Options of a platform's stand-in, by slug.
    std::map<std::string, std::map<std::string, std::string>> options{};
};

class TwoWaySite {
  public:
    explicit TwoWaySite(const TwoWayWishes& wishes);
    ~TwoWaySite();
    TwoWaySite(const TwoWaySite&) = delete;
    TwoWaySite& operator=(const TwoWaySite&) = delete;

    /// Starts the daemon, and lets every platform tell it of changes.
    void start();

    [[nodiscard]] DaemonSite& site() { return site_; }
    [[nodiscard]] TestDatabase& database() { return site_.database(); }
    [[nodiscard]] std::vector<std::unique_ptr<SpokePlatform>>& platforms() { return platforms_; }
    [[nodiscard]] SpokePlatform& platform(const std::string& slug);
    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// The application hands over a record, whole or in part.
    void tell(const std::string& entity_type, const std::string& id, const boost::json::object& record);

    /// Waits until no job is pending and no webhook is on its way.
    void await_empty(std::chrono::milliseconds limit = std::chrono::seconds(60));
    /// Has every platform read anew, and waits for what follows, again and again until a whole round brought
    /// no write at a platform, no entry of the feed and no version of a record. Returns the number of rounds;
    /// throws after `most` of them with what was still going on: something circles.
    int settle(int most = 8);

    /// The remote id of the hub record there; empty where it has none.
    std::string remote_id(SpokePlatform& platform, const std::string& entity_id);
    /// The hub record; empty where there is none.
    boost::json::object hub(const std::string& entity_type, const std::string& entity_id);
    /// Entries of the tenant's feed so far.
    long fed();
    /// Writes at each platform so far, by slug.
    std::map<std::string, long> writes();
    /// What every platform was asked so far, for a message.
    std::string requests();

    /// Expects every platform that has a link for the record to hold it as the hub does, in local names.
    void expect_equal(const std::string& entity_type, const std::string& entity_id);

  private:
    /// What must stand still where all is quiet.
    std::string state();

    std::uint16_t port_;
    DaemonSite site_;
    std::string sync_rules_;
    std::vector<std::unique_ptr<SpokePlatform>> platforms_;
};

}  // namespace navette::test
