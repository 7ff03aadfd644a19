// When a record was changed several times before the first change was sent, one call carries them all. Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/store/job.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace navette::engine {

struct Coalesced {
    std::size_t merged =
        0;  // how many followers, counted from the oldest, the leader goes into; the last one survives
    std::string data;  // what the survivor carries now, as JSON text
    bool maybe_applied = false;
};

/// Merges a leader and the followers right behind it that write the same object in the same way. Not merged:
/// objects whose every event counts, creates and deletes, suspects (jobs that were in hand when a daemon
/// died), data that is no JSON object. Nothing where there is nothing to merge.
///
/// Member by member, younger data wins over older; members that only the older ones bring are kept, so that
/// the one call leaves what the calls one after another would have left.
[[nodiscard]] std::optional<Coalesced> coalesce(
    const config::Manifest& manifest, const store::Job& leader, std::span<const store::Job> followers
);

}  // namespace navette::engine
