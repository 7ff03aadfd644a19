// Fields that both sides changed, while they wait for a person (docs/adr/0016-hub-and-spokes.md). Pure.
#pragma once

#include "daemon/sync/mapping.hpp"
#include "daemon/sync/three_way.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <vector>

namespace navette::sync {

/// What a platform holds (in its own names) that shows the conflicts' values, and `known` besides.
[[nodiscard]] boost::json::object held_in_conflict(
    const Mapping& mapping, const Conflicts& conflicts, const boost::json::object& known
);

/// Makes of `record` and of the writes in doubt what a push of other fields needs: what waits for a person
/// stays as the platform has it, and is not sent for being in doubt. Returns what the platform is known to
/// hold: what is kept there in one place with other fields goes along with them, as it was shown.
[[nodiscard]] boost::json::object keep_parked(
    const Mapping& mapping,
    const Conflicts& conflicts,
    const boost::json::object& known,
    boost::json::object& record,
    std::span<boost::json::object> in_doubt
);

}  // namespace navette::sync
