// What all lanes of a thread share.
#pragma once

#include "daemon/engine/account.hpp"
#include "daemon/engine/call_places.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/job_memory.hpp"
#include "daemon/engine/journal.hpp"
#include "daemon/engine/right_of_way.hpp"
#include "daemon/engine/suspect_room.hpp"
#include "daemon/engine/token_keeper.hpp"
#include "daemon/engine/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace navette::engine {

/// Where lanes read, and where they write.
struct Desk {
    Database& database;
    Journal& journal;
};

/// What the administrator sets for all lanes.
struct LaneSettings {
    int batch = 1'000;                             // jobs read ahead for one integration, at most
    std::chrono::milliseconds poll{1'000};         // how often a lane at work looks for more by itself
    std::chrono::milliseconds aging{60'000};       // a waiting priority class rises by one place for each
    int quarantine_after = 3;                      // deaths of a daemon with the job in hand
    std::chrono::milliseconds dependency_wait{0};  // how long a child waits for its parent
    std::chrono::milliseconds retest{0};           // how often an integration in state 'error' is tried again
    std::chrono::milliseconds last_waits{0};       // how long connectors go on waiting once a lane stops
};

/// Outlives the lanes.
struct Workshop {
    boost::asio::any_io_executor executor;
    /// Lanes with a backlog write at the bulk desk, so that a single job of another lane does not wait behind
    /// their pages.
    Desk express;
    Desk bulk;
    Accounts& accounts;
    Transport& transport;
    std::mt19937_64& random;
    CallPlaces& places;
    SuspectRoom& suspects;
    core::MemoryShares& memory;
    std::string node_id;
    LaneSettings settings;
    std::function<void(const std::string& integration_id)> sleeps;  // a lane found nothing to do
    std::function<void(const std::string& integration_id)>
        wakes;  // it has much to do now: it looks by itself
    /// False: the lease may have run out or is another's, so nothing may start or leave.
    std::function<bool(const std::string& integration_id, std::int64_t epoch)> holds_lease;
    RightOfWay* way = nullptr;      // null: no lane gives way to another
    TokenKeeper* tokens = nullptr;  // null: OAuth tokens are used as they are
};

}  // namespace navette::engine
