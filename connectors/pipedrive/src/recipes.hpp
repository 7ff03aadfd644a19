// How operations take effect once, whatever is lost on the way; how changes are read. The README states the
// recipes in words.
#pragma once

#include "errors.hpp"

#include <navette/sdk/connector.hpp>

#include <string>
#include <string_view>

namespace navette::pipedrive {

/// An object of API version 2, which carries our key in a custom field.
struct Entity {
    std::string_view name;    // in the manifest: "contact"
    std::string_view single;  // Pipedrive's: "person"
    std::string_view path;    // "/api/v2/persons"
    std::string_view fields;  // where its custom fields are listed
};

/// Null for an object that is none of version 2.
[[nodiscard]] const Entity* find_entity(std::string_view name);

/// Persons, organizations and deals.
sdk::Task<sdk::Outcome> push_entity(sdk::Session& session, Entity entity, sdk::Operation operation);
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

/// What an answer to a write came to: its `data.id`, and the time of its change as version.
[[nodiscard]] sdk::Outcome written(const sdk::Reply& reply);

/// The parents' ids under Pipedrive's names (`person_id`, `org_id`, `deal_id`), as numbers.
void add_parents(json::object& body, const sdk::Operation& operation);

}  // namespace navette::pipedrive
