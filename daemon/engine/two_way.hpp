// Pushes of two-way objects: what a told record comes to once it is merged with the hub
// (docs/adr/0016-hub-and-spokes.md). Pure; what is known is handed in.
#pragma once

#include "daemon/engine/integration.hpp"
#include "daemon/engine/job_plan.hpp"
#include "daemon/store/hub.hpp"

#include <expected>
#include <optional>
#include <string>

namespace navette::engine {

/// Whether the object's records are merged with the hub: its integration reads too, and its mapping reads
/// back.
[[nodiscard]] bool is_two_way(const Integration& integration, const std::string& object);

/// What must be known of a job's record before it is pushed.
[[nodiscard]] store::HubName hub_name(
    const Integration& integration, const store::Job& job, const JobPlan& plan
);

/// Takes what the job tells into the hub: makes plan.push->record the hub's, and returns what is to be
/// written to the hub, if anything. A job of navette's own tells nothing. After it, finish_plan().
[[nodiscard]] std::optional<store::HubWrite> take_told(
    const Integration& integration, const store::Job& job, JobPlan& plan, const store::HubState& state
);

/// Plans the push of plan.push->record: parents, and of its fields those that the platform may not have yet.
/// Or says why it can never run.
[[nodiscard]] std::expected<void, sdk::Outcome> finish_plan(
    const Integration& integration, const store::Job& job, JobPlan& plan, const store::HubState& state
);

/// Why a push needs no call.
[[nodiscard]] std::optional<std::string> reason_to_skip_two_way(
    const JobPlan& plan, const store::RecordState& own, const std::string& references_hash
);

/// Of the parents' remote ids; never empty.
[[nodiscard]] std::string references_hash(const std::map<std::string, std::string>& references);

/// What a push sends, as it is kept while no answer has come: JSON text {as, fields}, the id by which the
/// record goes and `fields`, a JSON text.
[[nodiscard]] std::string sent_json(const store::Job& job, const JobPlan& plan, const std::string& fields);

}  // namespace navette::engine
