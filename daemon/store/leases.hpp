// Nodes and the integrations they own. All times are the database's; the epoch is the fencing token.
#pragma once

#include "daemon/store/connection.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace navette::store {

/// One integration's place in the database.
struct IntegrationKey {
    IntegrationKey() = default;
    IntegrationKey(std::string tenant, std::string integration)
        : tenant_id(std::move(tenant)), id(std::move(integration)) {}
    auto operator<=>(const IntegrationKey&) const = default;

    std::string tenant_id;
    std::string id;
};

/// An owned integration as it stands in the database: what an owner needs to start a lane, or to notice that
/// it must reload.
struct Ownership {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::int64_t version = 0;  // of the tenant_integrations row
};

/// Registers this process under a fresh id. The caller holds the node name's advisory lock (Listener), so
/// another row of the same name belongs to a dead process: it is removed, and its integrations are free at
/// once.
boost::asio::awaitable<core::Result<void>> register_node(
    Connection& connection, std::string node_id, std::string name, std::chrono::milliseconds lease
);

/// Extends this node's life. False where it had already expired: every lease is lost, register anew.
boost::asio::awaitable<core::Result<bool>> renew_node(
    Connection& connection, std::string node_id, std::chrono::milliseconds lease
);

/// Takes every runnable integration of these platforms that no live node owns, marks what a former owner had
/// in hand as maybe_applied, and returns all integrations that this node owns now.
boost::asio::awaitable<core::Result<std::vector<Ownership>>> acquire_leases(
    Connection& connection, std::string node_id, std::vector<std::string> slugs
);

/// Gives up integrations (all of the node's where `integrations` is empty), for an orderly hand-over.
boost::asio::awaitable<core::Result<void>> release_leases(
    Connection& connection, std::string node_id, std::vector<std::string> integrations
);

/// Removes the node: its integrations are free at once.
boost::asio::awaitable<core::Result<void>> remove_node(Connection& connection, std::string node_id);

/// Says that the owner of these integrations sleeps (or no longer does): only then does enqueue() notify.
boost::asio::awaitable<core::Result<void>> set_asleep(
    Connection& connection, std::string node_id, std::vector<std::string> integrations, bool asleep
);

}  // namespace navette::store
