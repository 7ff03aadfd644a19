// The connected integrations and the catalogue they come from, as the engine reads them.
#pragma once

#include "daemon/config/tenant_mapping.hpp"
#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

enum class SyncDirection { bidirectional, to_platform, from_platform };

struct IntegrationRow {
    IntegrationKey key;
    std::string slug;
    std::string name;
    std::string state;  // active, paused, needs_reauth, error
    boost::json::object settings;
    std::string sealed_secrets;  // empty: none
    std::string sealed_tokens;   // OAuth's; empty: none
    std::int64_t oauth_version = 0;
    SyncDirection direction = SyncDirection::bidirectional;
    std::string frequency{"realtime"};  // as it stands there; sync::Schedule reads it
    std::optional<int> max_retries;
    std::vector<config::TenantRule> mappings;  // the tenant's own, as they stand there
    boost::json::object sync_rules;            // as it stands there; config::read_sync_rules reads it
    std::optional<std::chrono::system_clock::time_point> sync_requested_at;  // none: no flush is asked for
    std::optional<std::chrono::system_clock::time_point> flushed_at;         // of its lease; none: never
    std::int64_t version = 0;
};

/// The rows of these integrations; one that is gone meanwhile is left out.
boost::asio::awaitable<core::Result<std::vector<IntegrationRow>>> load_integrations(
    Connection& connection, std::vector<std::string> integrations
);

/// Sets the state and tells why; the owner's own change, so `version` counts it and is returned.
boost::asio::awaitable<core::Result<std::int64_t>> set_integration_state(
    Connection& connection, IntegrationKey key, std::string state, std::string reason
);

/// Notes the last attempt's time, status and error on the integrations' rows, and what failed since the last
/// note. Written now and then, not per job.
struct LastSync {
    IntegrationKey key;
    std::string status;  // success or failed
    std::string error;
    bool succeeded = false;  // whether any attempt did since the last note
    int failures = 0;        // attempts that failed since the last note, or since the last success
};
/// How long an integration's attempts have all failed, and how many these are; zero where the last one
/// succeeded.
struct FailingSpell {
    int failures = 0;
    std::chrono::milliseconds lasted{0};
};
boost::asio::awaitable<core::Result<FailingSpell>> note_last_sync(Connection& connection, LastSync last);

/// Work that a schedule held back was let go and is done.
struct Flushed {
    IntegrationKey key;
    std::string node_id;
    std::int64_t epoch = 0;
    std::chrono::system_clock::time_point at;
    /// The request (`sync_requested_at`) that this was for: taken away, unless a later one stands there.
    std::optional<std::chrono::system_clock::time_point> answered;
};

/// Writes when the integration was flushed, so that its next owner knows. False where the lease is another's
/// by now: nothing was written.
boost::asio::awaitable<core::Result<bool>> note_flush(Connection& connection, Flushed flushed);

/// A platform as its manifest declares it.
struct CatalogueEntry {
    std::string slug;
    std::string name;
    std::string category;
    std::string description;
    std::string auth_type;
    std::string config_fields;  // JSON
    std::vector<std::string> capabilities;
    std::vector<std::string> objects;
    std::vector<std::string> events;
};

/// Writes the entries; those of platforms without a connector here stay, another node may have them.
boost::asio::awaitable<core::Result<void>> publish_catalogue(
    Connection& connection, std::vector<CatalogueEntry> entries
);

}  // namespace navette::store
