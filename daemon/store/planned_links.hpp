// Records that are about to be pushed while a comparison of their integration is applied: those that it found
// on the platform are linked first (navette.link_first in migrations/0020_linked_first.sql).
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"

#include <string>
#include <vector>

namespace navette::store {

/// A record of the application without a link.
struct UnlinkedRecord {
    std::string object;
    std::string entity_type;
    std::string entity_id;
};

/// Makes the jobs that link them. Of each record, in the same order, the remote id whose merge its push has
/// to wait for; empty: it need not wait.
boost::asio::awaitable<core::Result<std::vector<std::string>>> link_first(
    Connection& connection, IntegrationKey key, std::vector<UnlinkedRecord> records
);

}  // namespace navette::store
