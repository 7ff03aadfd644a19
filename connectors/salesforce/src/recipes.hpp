// How operations take effect once, whatever is lost on the way; how changes are read. The README states the
// recipes in words.
#pragma once

#include <navette/sdk/connector.hpp>

namespace navette::salesforce {

/// Writes operations on one object that carries our key, 200 in a call: linked ones by their id, others
/// by Salesforce's own upsert on the key field, which can be repeated without harm. One outcome for each.
sdk::Task<std::vector<sdk::Outcome>> push_batch(sdk::Session& session, std::vector<sdk::Operation> batch);

/// Deletes the linked records; those that are not there count as deleted.
sdk::Task<std::vector<sdk::Outcome>> remove_batch(sdk::Session& session, std::vector<sdk::Operation> batch);

/// Notes with their links to what they belong to, each made in one piece; new ones up to 75 in a call. Their
/// titles end with our key, by which one whose answer was lost is found. One outcome for each.
sdk::Task<std::vector<sdk::Outcome>> push_notes(sdk::Session& session, std::vector<sdk::Operation> batch);
sdk::Task<sdk::Outcome> remove_note(sdk::Session& session, sdk::Operation operation);

/// Tries the credentials, and looks for the rights and the key fields that are needed.
sdk::Task<sdk::TestReport> test_connection(sdk::Session& session);

/// Leads, contacts, accounts and opportunities changed or deleted since the cursor.
sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull_changes(
    sdk::Session& session, sdk::PullRequest request
);
sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch_record(
    sdk::Session& session, std::string object, std::string remote_id
);

}  // namespace navette::salesforce
