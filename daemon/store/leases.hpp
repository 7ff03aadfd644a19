// Nodes and the integrations they own. All times are the database's; the epoch is the fencing token.
#pragma once

#include "daemon/store/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
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
    bool stays = true;         // false: disabled, removed or another node's to work for, to be given up
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

/// One look at who works for what. An integration belongs to the node that rendezvous hashing of its remote
/// account prefers among those that live, do not drain and know its platform (docs/adr/0009). Says that this
/// node works for `slugs` (its first look is how it joins: the others are told), takes what it is preferred
/// for and no live node owns, marks what a dead owner had in hand as maybe_applied, and returns all that this
/// node owns now. What does not stay is its own until release_leases().
boost::asio::awaitable<core::Result<std::vector<Ownership>>> acquire_leases(
    Connection& connection, std::string node_id, std::vector<std::string> slugs
);

/// How long the first of the other live nodes still has, should it renew no more; none where there is no
/// other.
boost::asio::awaitable<core::Result<std::optional<std::chrono::milliseconds>>> first_expiry(
    Connection& connection, std::string node_id
);

/// Gives up integrations (all of the node's where `integrations` is empty), for an orderly hand-over; the
/// other nodes are told to look.
boost::asio::awaitable<core::Result<void>> release_leases(
    Connection& connection, std::string node_id, std::vector<std::string> integrations
);

/// From now on the node is preferred for nothing. What it owns it keeps until it is released.
boost::asio::awaitable<core::Result<void>> start_draining(Connection& connection, std::string node_id);

/// Removes the node: its integrations are free at once, and the other nodes are told to look.
boost::asio::awaitable<core::Result<void>> remove_node(Connection& connection, std::string node_id);

/// Says that the owner of these integrations sleeps (or no longer does): only then does enqueue() notify.
boost::asio::awaitable<core::Result<void>> set_asleep(
    Connection& connection, std::string node_id, std::vector<std::string> integrations, bool asleep
);

/// The remote account that an integration works in.
struct AccountName {
    AccountName(IntegrationKey integration, std::string name)
        : key(std::move(integration)), account(std::move(name)) {}

    IntegrationKey key;
    std::string account;
};

/// Writes the accounts down where they differ, without raising the rows' versions. Returns how many did:
/// their integrations may now be another node's.
boost::asio::awaitable<core::Result<std::int64_t>> set_accounts(
    Connection& connection, std::vector<AccountName> accounts
);

/// Housekeeping: forgets nodes that died a day ago, and the markers of suspects recovered an hour ago.
boost::asio::awaitable<core::Result<void>> forget_the_dead(Connection& connection);

}  // namespace navette::store
