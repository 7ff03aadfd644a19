// One recipe for each object: how an operation takes effect once, whatever is lost on the way. The README
// states them in words.
#pragma once

#include <navette/sdk/connector.hpp>

#include <string_view>

namespace navette::dolibarr {

sdk::Task<sdk::Outcome> push_customer(sdk::Session& session, sdk::Operation operation);
sdk::Task<sdk::Outcome> push_contact(sdk::Session& session, sdk::Operation operation);
sdk::Task<sdk::Outcome> push_product(sdk::Session& session, sdk::Operation operation);
sdk::Task<sdk::Outcome> push_order(sdk::Session& session, sdk::Operation operation);
sdk::Task<sdk::Outcome> push_deal(sdk::Session& session, sdk::Operation operation);

/// Notes and calls: both are agenda events.
sdk::Task<sdk::Outcome> push_event(sdk::Session& session, sdk::Operation operation);

/// Deletes the linked record, or the one that carries our key; one that is not there counts as deleted.
sdk::Task<sdk::Outcome> remove_record(sdk::Session& session, sdk::Operation operation);

/// Tries the address, the key and the rights of its user.
sdk::Task<sdk::TestReport> test_connection(sdk::Session& session);

sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull_changes(
    sdk::Session& session, sdk::PullRequest request
);
sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch_record(
    sdk::Session& session, std::string object, std::string remote_id
);

/// "/orders" for "order"; empty for an object that Dolibarr's connector does not know.
std::string_view endpoint_of(std::string_view object);

}  // namespace navette::dolibarr
