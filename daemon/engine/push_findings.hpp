// What a push of a two-way object finds on the platform instead of what was expected: a change to be merged
// first. Pure.
#pragma once

#include "daemon/engine/integration.hpp"
#include "daemon/engine/job_plan.hpp"

#include <navette/sdk/record.hpp>

#include <string>

namespace navette::engine {

/// For a rule that lets a push look first: the change to be merged before anything is sent, where the remote
/// record was edited since it was last read or written; else empty.
[[nodiscard]] std::string edited_meanwhile(
    const Integration& integration, const JobPlan& plan, const sdk::RemoteRecord& found
);

/// The change to be merged where the platform answered a push that it has no such record any more: the record
/// is looked for, and is deleted where it is not found.
[[nodiscard]] std::string gone_meanwhile(
    const Integration& integration, const JobPlan& plan, const std::string& remote_id
);

}  // namespace navette::engine
