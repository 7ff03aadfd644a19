// How operations take effect once, whatever is lost on the way; how changes are read. The README states the
// recipes in words.
#pragma once

#include <navette/sdk/connector.hpp>

namespace navette::hubspot {

/// Writes operations on one object, up to 100 at a time: linked ones by their id, others by HubSpot's own
/// upsert on a unique property, which can be repeated without harm. Then associates them with their parents.
sdk::Task<std::vector<sdk::Outcome>> push_batch(sdk::Session& session, std::vector<sdk::Operation> batch);

/// Archives the linked records; those that are not there count as deleted.
sdk::Task<std::vector<sdk::Outcome>> archive_batch(sdk::Session& session, std::vector<sdk::Operation> batch);

/// Tries the token and its scopes, and looks for the unique properties.
sdk::Task<sdk::TestReport> test_connection(sdk::Session& session);

/// Contacts, companies and deals changed since the cursor; then, each time that the setting `archived_every`
/// has passed, those archived since. A page may be empty although more follows.
sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull_changes(
    sdk::Session& session, sdk::PullRequest request
);
sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch_record(
    sdk::Session& session, std::string object, std::string remote_id
);

}  // namespace navette::hubspot
