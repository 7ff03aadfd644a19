// What a platform shows of a two-way object's record comes to once it is merged with the hub
// (docs/adr/0016-hub-and-spokes.md). Pure; what is known is handed in.
#pragma once

#include "daemon/engine/inbound.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/store/hub.hpp"
#include "daemon/sync/moment.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace navette::engine {

/// What the application may call records of the object; the first is what a platform's record becomes.
[[nodiscard]] std::vector<std::string> entity_types_of(
    const Integration& integration, const std::string& object
);

/// What must be known before a platform's record is merged. Fails where its fields cannot be read.
[[nodiscard]] std::expected<store::RemoteName, sdk::Outcome> remote_name(
    const Integration& integration, const Inbound& inbound, std::int64_t job_id
);

/// What a platform's record comes to.
struct InboundMerge {
    std::string change;  // for Completion::received; empty: nothing is to be done
    std::string remark;  // why not
    /// What was told may be older than our last write: the record itself is to be read and merged.
    bool needs_fresh_read = false;
};
[[nodiscard]] std::expected<InboundMerge, sdk::Outcome> merge_inbound(
    const Integration& integration, const Inbound& inbound, const store::RemoteState& state, sync::Moment now
);

}  // namespace navette::engine
