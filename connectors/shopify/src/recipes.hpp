// One recipe for each object: how an operation takes effect once, whatever is lost on the way. The README
// states them in words.
#pragma once

#include "graphql.hpp"

#include <string>

namespace navette::shopify {

[[nodiscard]] Task<Outcome> push_customer(Session& session, sdk::Operation operation);
[[nodiscard]] Task<Outcome> push_product(Session& session, sdk::Operation operation);
[[nodiscard]] Task<Outcome> push_order(Session& session, sdk::Operation operation);

/// Deletes the linked object; one that is not there counts as deleted.
[[nodiscard]] Task<Outcome> remove_record(Session& session, sdk::Operation operation);

/// Makes sure that the shop keeps our key unique on such objects ("PRODUCT", "ORDER"): asked once while the
/// process lives. Nothing where it does; else why not.
[[nodiscard]] Task<std::optional<Outcome>> define_key(Session& session, std::string owner_type);

/// Our key as metafield navette.id, of the type that Shopify keeps unique.
[[nodiscard]] json::object key_metafield(std::string_view key);

[[nodiscard]] Task<sdk::TestReport> test_connection(Session& session);

[[nodiscard]] Task<std::expected<sdk::PullPage, Outcome>> pull_changes(
    Session& session, sdk::PullRequest request
);
[[nodiscard]] Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
);

}  // namespace navette::shopify
