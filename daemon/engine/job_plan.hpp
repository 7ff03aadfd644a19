// What a queued job means on its platform: which object, which fields, which parents. Pure.
#pragma once

#include "daemon/engine/inbound.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/store/completion.hpp"
#include "daemon/store/queue_reading.hpp"

#include <navette/sdk/outcome.hpp>
#include <navette/sdk/record.hpp>

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::engine {

/// A parent that must have a remote id before the job can run.
struct ParentNeed {
    std::string object;
    std::string entity_id;
    std::string reference;  // under which name the connector finds the parent's remote id
    std::string
        data;  // the parent's record as JSON text, to be brought along; empty: it is not inside the child's
};

/// The name under which a lane keeps what comes from its platform, whichever object it concerns.
inline constexpr std::string_view kFromPlatform = "from_platform";

/// What the push of a two-way object goes by beside its fields, which finish_plan() plans.
struct TwoWayPush {
    boost::json::object record;  // as it was told, then the hub's
    /// Wanted also where it was deleted: told with the operation create, or brought along by a child.
    bool anew = false;
    bool gone = false;           // the platform deleted it, and the rule was not to follow
    bool archives = false;       // a delete that the rule turns into an update
    bool unchanged = false;      // the platform holds all of it already
    bool repeats_keys = false;   // it goes by the natural keys of a first transfer in doubt: a push follows
    std::string left_alone;      // a delete that the rule does not carry over: why
    std::string sent_before;     // the link's references_hash
    std::string snapshot;        // the link's; JSON text
    std::string seen;            // the link's; JSON text
    std::string in_doubt{"[]"};  // what was sent without an answer; JSON text
    std::string sent_as;         // the id by which it went first; empty: nothing is in doubt
};

/// Plans are moved from step to step: what most of them lack stands behind a pointer.
struct JobPlan {
    std::string object;
    sdk::Action action = sdk::Action::upsert;
    boost::json::object fields;  // mapped to the platform's names
    std::vector<ParentNeed> parents;
    std::unique_ptr<Inbound> inbound;  // it comes from the platform: nothing is pushed
    bool is_merged = false;            // inbound: its object is two-way
    std::unique_ptr<TwoWayPush> push;  // of a two-way object, and only there
};

/// Plans a job, or says why it can never run (an unknown event type, malformed data, a missing field), naming
/// the field.
[[nodiscard]] std::expected<JobPlan, sdk::Outcome> plan_job(
    const Integration& integration, const store::Job& job
);

/// Reads the record's parents and maps its fields; or says which field is at fault.
[[nodiscard]] std::expected<void, sdk::Outcome> plan_record(
    const Integration& integration, const boost::json::object& record, JobPlan& plan
);

/// Why a job needs no call, given what is known of its record there: removed but never sent, unchanged since
/// it was sent, or older than what was sent (a replayed dead letter).
[[nodiscard]] std::optional<std::string> reason_to_skip(
    const JobPlan& plan, const store::Job& job, const store::RecordState& own, const std::string& hash
);

/// The operation that the connector gets; it takes the plan's fields. A record that may have been made there
/// under another id, before it was adopted, keeps the key of that id until it has a link.
[[nodiscard]] sdk::Operation operation_for(
    const Integration& integration,
    const store::Job& job,
    JobPlan& plan,
    const store::RecordState& own,
    std::map<std::string, std::string> references
);

/// Hash of what a push would send: equal hashes, equal effect, no call needed.
[[nodiscard]] std::string push_hash(
    const JobPlan& plan, const std::map<std::string, std::string>& references
);

}  // namespace navette::engine
