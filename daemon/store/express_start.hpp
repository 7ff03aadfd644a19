// The short way of a single job to its call: read and marked as started by one statement, where the usual way
// takes two.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/job.hpp"
#include "daemon/store/leases.hpp"
#include "daemon/store/queue_reading.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace navette::store {

struct ExpressQuestion {
    IntegrationKey key;
    std::string node_id;
    std::int64_t epoch = 0;
    std::int64_t batch_id = 0;  // under which the job stands in flight
    ClassFloor from;            // the one class that is looked at
};

/// The only fresh job of its class, marked as in flight when this returns: to be started or given back
/// (Ended). Nothing, and nothing marked, where there is none or more than one, where it has a history or an
/// older pending job of its record, and where the lease is not this node's: the usual way is for them.
boost::asio::awaitable<core::Result<std::optional<Job>>> start_single(
    Connection& connection, ExpressQuestion question
);

}  // namespace navette::store
