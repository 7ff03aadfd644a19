#include "daemon/engine/job_plan.hpp"

#include "daemon/engine/two_way.hpp"
#include "daemon/sync/entity_key.hpp"
#include "daemon/sync/path.hpp"
#include "daemon/sync/record_hash.hpp"
#include "daemon/sync/value_text.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace navette::engine {

namespace json = boost::json;

namespace {

sdk::Action action_of(std::string_view name) {
    if (name == "create") {
        return sdk::Action::create;
    }
    if (name == "update") {
        return sdk::Action::update;
    }
    return name == "delete" ? sdk::Action::remove : sdk::Action::upsert;
}

// A parent that its child brought along (navette's own event type, in store/queue_parents.cpp).
constexpr std::string_view kBroughtAlong = ".brought_along";

bool can(const config::ObjectSpec& object, sdk::Action action) {
    return std::ranges::find(object.actions, sdk::to_string(action)) != object.actions.end();
}

std::expected<json::object, sdk::Outcome> read_data(const store::Job& job, json::storage_ptr storage) {
    boost::system::error_code error;
    auto value = json::parse(job.data, error, std::move(storage));
    if (error) {
        return std::unexpected(
            sdk::Outcome::rejected("data: cannot be read as JSON: " + error.message(), "data")
        );
    }
    if (!value.is_object()) {
        return std::unexpected(sdk::Outcome::rejected(
            "data: must be a JSON object with the record's fields, but it is " +
                std::string(sync::kind_name(value)),
            "data"
        ));
    }
    return std::move(value.as_object());
}

/// The text at a dotted path of the manifest (checked when it was loaded); empty where it is absent.
std::string text_at(const std::string& path_text, const json::object& record) {
    const auto path = sync::Path::parse(path_text);
    const auto* value = path ? sync::find_filled(*path, record) : nullptr;
    return value != nullptr ? sync::plain_text(*value).value_or("") : "";
}

std::expected<std::vector<ParentNeed>, sdk::Outcome> parents_of(
    const config::ObjectSpec& object, const json::object& record
) {
    std::vector<ParentNeed> parents;
    for (const auto& dependency : object.depends_on) {
        ParentNeed need;
        need.object = dependency.object;
        need.reference = dependency.reference;
        need.entity_id = text_at(dependency.id, record);
        if (need.entity_id.empty()) {
            if (dependency.required) {
                return std::unexpected(sdk::Outcome::rejected(
                    dependency.id + ": is missing or empty, so the " + object.name + " names no " +
                        dependency.object,
                    dependency.id
                ));
            }
            continue;
        }
        if (!dependency.record.empty()) {
            const auto path = sync::Path::parse(dependency.record);
            const auto* data = path ? path->find(record) : nullptr;
            need.data = data != nullptr && data->is_object() ? json::serialize(*data) : std::string();
        }
        parents.push_back(std::move(need));
    }
    return parents;
}

}  // namespace

std::expected<JobPlan, sdk::Outcome> plan_job(const Integration& integration, const store::Job& job) {
    const auto& manifest = integration.manifest();
    if (job.inbound) {
        auto inbound = read_inbound(job);
        if (!inbound) {
            return std::unexpected(std::move(inbound.error()));
        }
        JobPlan plan;
        plan.object = kFromPlatform;
        plan.is_merged = is_two_way(integration, inbound->object);
        plan.inbound = std::make_unique<Inbound>(std::move(*inbound));
        return plan;
    }
    const auto meaning = manifest.event(job.event_type, job.entity_type);
    if (!meaning) {
        return std::unexpected(sdk::Outcome::rejected(
            "event_type: " + manifest.name + " has no object for the event '" + job.event_type + "' of a '" +
                job.entity_type + "'; map it under events in " + manifest.slug + ".yaml",
            "event_type"
        ));
    }
    const auto& object = meaning->object;
    JobPlan plan;
    plan.object = object.name;
    plan.action = action_of(job.operation == "upsert" ? meaning->action : job.operation);
    if (plan.action == sdk::Action::create && !can(object, plan.action)) {
        plan.action = sdk::Action::upsert;  // which creates what is not there
    }
    if (!can(object, plan.action)) {
        return std::unexpected(sdk::Outcome::rejected(
            "operation: " + manifest.name + " cannot " + std::string(sdk::to_string(plan.action)) + " a " +
                object.name,
            "operation"
        ));
    }
    // Of a two-way object the record stays, of others only what it is mapped to: most of them fit into this.
    const bool record_stays = is_two_way(integration, plan.object);
    std::array<unsigned char, 4096> place;  // NOLINT(cppcoreguidelines-pro-type-member-init): scratch space
    json::monotonic_resource room(place.data(), place.size());
    auto record = read_data(job, record_stays ? json::storage_ptr() : json::storage_ptr(&room));
    if (!record) {
        return std::unexpected(record.error());
    }
    if (record_stays) {
        plan.push = std::make_unique<TwoWayPush>();
        plan.push->record = std::move(*record);
        plan.push->anew = job.operation == "create" || job.event_type.ends_with(kBroughtAlong);
        return plan;
    }
    if (plan.action == sdk::Action::remove) {
        return plan;
    }
    if (auto planned = plan_record(integration, *record, plan); !planned) {
        return std::unexpected(std::move(planned.error()));
    }
    return plan;
}

std::expected<void, sdk::Outcome> plan_record(
    const Integration& integration, const json::object& record, JobPlan& plan
) {
    auto parents = parents_of(*integration.manifest().object(plan.object), record);
    if (!parents) {
        return std::unexpected(parents.error());
    }
    plan.parents = std::move(*parents);
    auto fields = integration.mapping(plan.object)->to_remote(record);
    if (!fields) {
        return std::unexpected(sdk::Outcome::rejected(fields.error().message));
    }
    plan.fields = std::move(*fields);
    return {};
}

std::optional<std::string> reason_to_skip(
    const JobPlan& plan, const store::Job& job, const store::RecordState& own, const std::string& hash
) {
    const bool is_linked = !own.remote_id.empty();
    if (is_linked && job.id != 0 && job.id < own.job_id) {
        return "newer data of this record was sent meanwhile (job " + std::to_string(own.job_id) + ")";
    }
    if (plan.action == sdk::Action::remove) {
        return is_linked || job.maybe_applied
                   ? std::nullopt
                   : std::optional<std::string>("the record was never on the platform");
    }
    if (is_linked && !hash.empty() && own.pushed_hash == hash) {
        return "unchanged since it was last sent";
    }
    return std::nullopt;
}

sdk::Operation operation_for(
    const Integration& integration,
    const store::Job& job,
    JobPlan& plan,
    const store::RecordState& own,
    std::map<std::string, std::string> references
) {
    sdk::Operation operation;
    operation.job_id = job.id;
    operation.action = plan.action;
    operation.object = plan.object;
    operation.entity_id = job.entity_id;
    const bool may_be_there = own.remote_id.empty() && plan.push && !plan.push->sent_as.empty();
    operation.key = sync::entity_key(
        integration.key().tenant_id, plan.object, may_be_there ? plan.push->sent_as : job.entity_id
    );
    operation.remote_id = own.remote_id;
    operation.fields = std::move(plan.fields);
    operation.references = std::move(references);
    operation.maybe_applied = job.maybe_applied || may_be_there;
    operation.attempt = job.attempts + 1;
    return operation;
}

std::string push_hash(const JobPlan& plan, const std::map<std::string, std::string>& references) {
    json::object whole;
    whole["action"] = sdk::to_string(plan.action);
    whole["fields"] = plan.fields;
    json::object parents;
    for (const auto& [name, remote_id] : references) {
        parents[name] = remote_id;
    }
    whole["references"] = std::move(parents);
    return sync::record_hash(whole);
}

}  // namespace navette::engine
