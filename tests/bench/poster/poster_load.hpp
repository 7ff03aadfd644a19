// Work for the connector poster.
#pragma once

#include "tests/bench/harness/cluster.hpp"

#include <chrono>
#include <string>

namespace navette::bench {

/// Integrations of the platform poster, with the ids <name>0001, <name>0002, ... and the accounts of the same
/// names, or one account <name> for all of them.
struct PosterGroup {
    std::string name;
    int integrations = 1;
    bool share_account = false;
};

/// The tenant of all of them.
inline constexpr const char* kPosterTenant = "bench";

/// Makes the group's integrations, enabled, for the server at `base_url`, and tells the daemons.
void connect_poster(const Database& database, const std::string& base_url, const PosterGroup& group);

/// Puts jobs of about 300 bytes of JSON into the queue, each of a record of its own, for the group's
/// integrations in turn, and wakes their owners. `object`: item, slow or search. Returns when that was
/// committed.
std::chrono::steady_clock::time_point queue_posts(
    const Database& database, const PosterGroup& group, const std::string& object, long jobs
);

}  // namespace navette::bench
