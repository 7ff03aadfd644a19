// One recipe for each object: how an operation takes effect once, whatever is lost on the way. The README
// states them in words.
#pragma once

#include "graphql.hpp"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace navette::shopify {

[[nodiscard]] Task<Outcome> push_customer(Session& session, sdk::Operation operation);
/// What customerSet is told of a customer, of that id or, where it is empty, of a new one; and the address
/// that is to be set afterwards, empty where there is none. Pure.
struct CustomerWrite {
    json::object variables;
    json::object address;
};
[[nodiscard]] CustomerWrite customer_write(sdk::Operation operation, const std::string& id);

/// Leaves a telephone number without its country out, with a remark.
void drop_local_phone(Session& session, json::object& fields);

[[nodiscard]] Task<Outcome> push_product(Session& session, sdk::Operation operation);
[[nodiscard]] Task<Outcome> push_order(Session& session, sdk::Operation operation);
[[nodiscard]] Task<Outcome> push_draft_order(Session& session, sdk::Operation operation);

/// Deletes the linked object; one that is not there counts as deleted.
[[nodiscard]] Task<Outcome> remove_record(Session& session, sdk::Operation operation);

/// Makes sure that the shop keeps our key unique on such objects ("PRODUCT", "ORDER", "DRAFTORDER"): asked
/// once while the process lives. Nothing where it does; else why not.
[[nodiscard]] Task<std::optional<Outcome>> define_key(Session& session, std::string owner_type);

/// The shop may not keep our key unique any more: it is asked again.
void forget_key_definitions(Session& session);

/// Our key as metafield navette.id, of the type that Shopify keeps unique.
[[nodiscard]] json::object key_metafield(std::string_view key);

/// The global id of the location whose stock is written; empty where none is.
[[nodiscard]] std::string stock_location(const Session& session);

/// Sets a variant's available stock at that location, unless it is so already. A count that somebody changed
/// meanwhile is not overwritten: then it is told as `retry`.
[[nodiscard]] Task<Outcome> set_stock(
    Session& session, std::string variant_id, std::string location, std::int64_t quantity
);

/// What an order brings, without what has no place in the shop: title, sku, quantity, "unit_price" as text.
[[nodiscard]] std::expected<std::vector<json::object>, Outcome> lines_of(const json::object& fields);

/// {"amount": ..., "currencyCode": ...}
[[nodiscard]] json::object money(const json::value& amount, const std::string& currency);

/// A remark where the shop's total is another than the application's.
void remark_total(Session& session, const sdk::Operation& operation, const json::object& order);

[[nodiscard]] Task<std::expected<std::vector<sdk::SubscriptionState>, Outcome>> check_subscriptions(
    Session& session, sdk::SubscriptionPlan plan
);

[[nodiscard]] Task<sdk::TestReport> test_connection(Session& session);

[[nodiscard]] Task<std::expected<sdk::PullPage, Outcome>> pull_changes(
    Session& session, sdk::PullRequest request
);
[[nodiscard]] Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
);

}  // namespace navette::shopify
