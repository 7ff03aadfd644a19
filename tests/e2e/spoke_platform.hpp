// A platform that a tenant is connected to, and the people who work there: a stand-in in the test's own
// process, its integration at the real daemon, and what its records are in the application's names.
#pragma once

#include "daemon/sync/mapping.hpp"
#include "tests/standin/site_in_process.hpp"
#include "tests/support/daemon_site.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::test {

struct SpokeTraits;

class SpokePlatform {
  public:
    /// `slug`: dolibarr, hubspot, salesforce, shopify or zendesk. `port`: the daemon's listener. Adds the
    /// integration int_<slug> of the tenant `ring`, enabled, in both directions, with limits that nothing
    /// here reaches; throws where navettectl refuses it.
    /// `options`: of the stand-in, instead of its usual ones.
    SpokePlatform(
        DaemonSite& site,
        const std::string& slug,
        std::uint16_t port,
        const std::map<std::string, std::string>& options = {}
    );
    ~SpokePlatform();
    SpokePlatform(const SpokePlatform&) = delete;
    SpokePlatform& operator=(const SpokePlatform&) = delete;

    [[nodiscard]] const std::string& slug() const { return slug_; }
    [[nodiscard]] const std::string& integration() const { return integration_; }
    /// Its people's object in the connector's manifest: contact or customer.
    [[nodiscard]] const std::string& object() const;
    /// Whether a pull tells of deletes; else a lost webhook leaves them to a comparison (navettectl
    /// reconcile).
    [[nodiscard]] bool pull_finds_deletes() const;
    [[nodiscard]] standin::SiteInProcess& site() { return *standin_; }

    /// From now on the platform tells the daemon's listener of changes.
    void subscribe();
    /// What befalls its webhooks from now on: standin::Disorder as JSON.
    void disturb_webhooks(const std::string& disorder);

    /// What somebody does there, in the platform's own names. create() answers the new record's id.
    std::string create(const boost::json::object& fields);
    void edit(const std::string& remote_id, const boost::json::object& fields);
    void erase(const std::string& remote_id);

    /// Waits until a search there finds what was done so far: its index lags behind, and webhooks may be
    /// lost.
    void await_search() const;

    /// The platform's name of a field that is read back (first_name, last_name, phone, email); nothing where
    /// it has no field of its own for it.
    [[nodiscard]] std::optional<std::string> field(const std::string& local) const;

    /// Its live people by id, in the platform's own names, as its connector reads them.
    std::map<std::string, boost::json::object> records();

    /// Local field -> value as JSON, without those that have none.
    using Fields = std::map<std::string, std::string>;
    /// A record of the platform in local names, in the spelling that a round trip of it leaves: two sides
    /// are equal by the rules where this is equal.
    [[nodiscard]] Fields in_local_names(const boost::json::object& remote) const;
    /// The same of a record of the application.
    [[nodiscard]] Fields as_held_there(const boost::json::object& record) const;

    /// Requests so far that were to change something, those that failed too.
    long writes();
    /// Requests so far for which the platform counts a change of ours or of its people.
    long effects();
    /// "POST /crm/...": n, for the message of a test that fails.
    std::string requests();

  private:
    boost::json::value change(const boost::json::object& wish);

    const SpokeTraits& traits_;
    std::string slug_;
    std::string integration_;
    std::uint16_t port_;
    std::unique_ptr<standin::SiteInProcess> standin_;
    std::optional<sync::Mapping> mapping_;
    std::chrono::steady_clock::time_point changed_at_;
};

}  // namespace navette::test
