// How operations take effect once, whatever is lost on the way; how changes are read. The README states the
// recipes in words.
#pragma once

#include "errors.hpp"

#include <navette/sdk/connector.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::zendesk {

struct Resource {
    std::string_view name;      // in the manifest: "contact"
    std::string_view single;    // the member that wraps one record: "user"
    std::string_view plural;    // the member that wraps several
    std::string_view path;      // "/api/v2/users"
    std::string_view exported;  // the incremental export
};

/// Null for an object that has no records of its own in Zendesk.
[[nodiscard]] const Resource* find_resource(std::string_view name);

/// What the answer to a write comes to: done with the id of the record that it wraps.
[[nodiscard]] sdk::Outcome written(const sdk::Reply& reply, std::string_view single);
/// All fields but those with a leading underscore, which speak to the connector.
[[nodiscard]] json::object sendable(const json::object& fields);
/// The parent's id in Zendesk; none where none is known.
[[nodiscard]] std::optional<std::int64_t> parent_of(const sdk::Operation& operation, const std::string& name);

/// Users and organizations: Zendesk's own upsert by our key as external id, singly; three or more by a job.
/// After a lost answer the jobs that are still open are waited for first.
sdk::Task<std::vector<sdk::Outcome>> push_parties(
    sdk::Session& session, Resource resource, std::vector<sdk::Operation> batch
);
/// Whether an outcome would befall every further operation, too: it is the account's and not the record's.
[[nodiscard]] bool hinders_all(const sdk::Outcome& outcome);
/// Tickets: an idempotency key guards the create for two hours, our key as external id beyond that.
sdk::Task<sdk::Outcome> push_ticket(sdk::Session& session, sdk::Operation operation);
/// Notes and calls: private comments that end with our key. A call without a ticket becomes a solved one.
sdk::Task<sdk::Outcome> push_comment(sdk::Session& session, sdk::Operation operation);

/// Deletes the linked record; one that is not there counts as deleted.
sdk::Task<sdk::Outcome> remove_record(sdk::Session& session, sdk::Operation operation);

/// Looks after our webhook: see subscriptions.cpp.
sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> check_subscriptions(
    sdk::Session& session, sdk::SubscriptionPlan plan
);

sdk::Task<sdk::TestReport> test_connection(sdk::Session& session);
sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull_changes(
    sdk::Session& session, sdk::PullRequest request
);
sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch_record(
    sdk::Session& session, std::string object, std::string remote_id
);

}  // namespace navette::zendesk
