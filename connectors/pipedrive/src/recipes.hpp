// How operations take effect once, whatever is lost on the way; how changes are read. The README states the
// recipes in words.
#pragma once

#include "errors.hpp"

#include <navette/sdk/connector.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::pipedrive {

/// An object of API version 2. It carries our key in a custom field, if it can have one.
struct Entity {
    std::string_view name;    // in the manifest: "contact"
    std::string_view single;  // Pipedrive's: "person"
    std::string_view path;    // "/api/v2/persons"
    std::string_view fields;  // where its custom fields are listed; empty where it has none
};

/// Null for an object that is none of version 2.
[[nodiscard]] const Entity* find_entity(std::string_view name);

/// Persons, organizations and deals.
sdk::Task<sdk::Outcome> push_entity(sdk::Session& session, Entity entity, sdk::Operation operation);
/// Activities have no custom fields: the note ends with our key.
sdk::Task<sdk::Outcome> push_activity(sdk::Session& session, Entity entity, sdk::Operation operation);
/// Notes, of API version 1, have no custom fields: the text ends with our key.
sdk::Task<sdk::Outcome> push_note(sdk::Session& session, sdk::Operation operation);
/// Call logs, of API version 1, cannot be changed once made.
sdk::Task<sdk::Outcome> push_call(sdk::Session& session, sdk::Operation operation);

/// Deletes the linked record; one that is not there counts as deleted.
sdk::Task<sdk::Outcome> remove_record(sdk::Session& session, sdk::Operation operation);

sdk::Task<sdk::TestReport> test_connection(sdk::Session& session);
sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull_changes(
    sdk::Session& session, sdk::PullRequest request
);
sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch_record(
    sdk::Session& session, std::string object, std::string remote_id
);

/// The webhooks that Pipedrive holds for the plan's address, mended where the plan says so: one for each
/// object.
sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> check_subscriptions(
    sdk::Session& session, sdk::SubscriptionPlan plan
);

/// Where the next page of a list of version 1 begins; nothing at its end.
[[nodiscard]] std::optional<std::int64_t> next_start(const json::value& body);

/// Whether an answer's record is there, but marked as deleted.
[[nodiscard]] bool is_deleted(const json::value& record);

/// What a text without a field for our key ends with.
[[nodiscard]] std::string mark_of(const sdk::Operation& operation);

/// What an answer to a write came to: its `data.id`, and the time of its change as version;
/// `gone` where the record is marked as deleted.
[[nodiscard]] sdk::Outcome written(const sdk::Reply& reply);

/// The parents' ids under Pipedrive's names (`person_id`, `org_id`, `deal_id`), as numbers.
void add_parents(json::object& body, const sdk::Operation& operation);

}  // namespace navette::pipedrive
