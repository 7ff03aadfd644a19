// The root fields of the Admin API that the stand-in answers: one file for each kind of record.
#pragma once

#include "tests/standin/shopify_shop.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <string>

namespace navette::standin {

/// What answers a root field: the full object (a connection: all its nodes) for these arguments. The key of
/// the directive @idempotent comes as the argument "@idempotent". Throws ShopifyError.
struct ShopifyRoot {
    boost::json::value (*answer)(ShopifyShop&, const boost::json::object& arguments);
    const char* scope;  // which the app needs; empty: none
};
using ShopifyRoots = std::map<std::string, ShopifyRoot, std::less<>>;

/// What a root that counts answers: {"count", "precision"}, of no more than the argument `limit`.
boost::json::value shopify_count(const boost::json::object& arguments, std::size_t count);

/// The three roots that read a kind of records: `one` by its id, `many` as a connection, and how many. `full`
/// and `search` as in ShopifyShop::Kind.
template <JsonTable ShopifyShop::* table, auto full, auto search>
void add_reading_roots(ShopifyRoots& roots, const char* one, const char* many, const char* scope) {
    roots[one] = {
        [](ShopifyShop& shop, const boost::json::object& arguments) {
            auto* row = (shop.*table).find(arguments.at("id").as_string());
            return row == nullptr ? boost::json::value() : boost::json::value(full(shop, *row));
        },
        scope
    };
    roots[many] = {
        [](ShopifyShop& shop, const boost::json::object& arguments) {
            return boost::json::value(shop.nodes({shop.*table, full, search}, arguments));
        },
        scope
    };
    roots[std::string(many) + "Count"] = {
        [](ShopifyShop& shop, const boost::json::object& arguments) {
            return shopify_count(arguments, shop.nodes({shop.*table, full, search}, arguments).size());
        },
        scope
    };
}

void add_customer_roots(ShopifyRoots& roots);
void add_product_roots(ShopifyRoots& roots);
void add_inventory_roots(ShopifyRoots& roots);
void add_order_roots(ShopifyRoots& roots);
void add_draft_order_roots(ShopifyRoots& roots);
void add_bulk_roots(ShopifyRoots& roots);
void add_shop_roots(ShopifyRoots& roots);  // the shop itself, definitions, webhook subscriptions, node

/// Every field of a customer, an order, a product, by its row.
boost::json::object shopify_customer(ShopifyShop& shop, JsonRow& row);
boost::json::object shopify_order(ShopifyShop& shop, JsonRow& row);
boost::json::object shopify_product(ShopifyShop& shop, JsonRow& row);

/// The root field productSet.
boost::json::value set_shopify_product(ShopifyShop& shop, const boost::json::object& arguments);

/// The customer of that address, made where there is none.
JsonRow& shopify_customer_of(ShopifyShop& shop, const std::string& email);

/// A variant's stock record for a new variant, and what of it the locations hold.
boost::json::object new_inventory_item(
    ShopifyShop& shop, const boost::json::object& input, const boost::json::value& quantities
);
/// The units of a variant that can be sold, over all locations.
std::int64_t available_units(const boost::json::object& variant);

/// {"shopMoney": {"amount": ..., "currencyCode": ...}}
boost::json::object shopify_money(std::int64_t cents, const std::string& currency);
/// Cents of a decimal text or number: "12.5" -> 1250; what is no number counts as 0.
std::int64_t shopify_cents(const boost::json::value& amount);

/// The row's metafield that is told as new, under "key"; an error where the shop keeps it unique and another
/// row of the table holds it.
boost::json::array claim_metafields(
    ShopifyShop& shop,
    JsonTable& table,
    const std::string& owner_type,
    const std::string& argument,
    const boost::json::object& input,
    std::string& key
);

/// The member; null where there is none.
boost::json::value shopify_member(const boost::json::object& object, std::string_view name);
/// The text of a member; empty where there is none.
std::string shopify_text(const boost::json::object& object, std::string_view name);

/// A payload with one member, or with errors in its place.
boost::json::object shopify_payload(std::string_view name, boost::json::value value);
boost::json::object shopify_refusal(std::string_view name, boost::json::array errors);
boost::json::object shopify_refusal(std::string_view name, boost::json::object error);

}  // namespace navette::standin
