#include "shown.hpp"

#include <navette/sdk/timestamp.hpp>

#include <utility>

namespace navette::shopify {

namespace {

/// A copy of a member under another name; nothing where it is absent.
void copy(const json::object& from, std::string_view name, json::object& to, std::string_view as) {
    if (const auto* found = from.if_contains(name)) {
        auto value = *found;
        to[as] = std::move(value);
    }
}

/// The amount in the shop's own currency; null where none is told.
const json::object* shop_money(const json::object& holder, std::string_view name) {
    const auto* set = sdk::object_at(holder, name);
    return set == nullptr ? nullptr : sdk::object_at(*set, "shopMoney");
}

void show_customer(json::object& told) {
    const auto* held = sdk::object_at(told, "defaultAddress");
    if (held == nullptr) {
        return;
    }
    json::object address;
    for (const auto* name : {"company", "address1", "zip", "city"}) {
        copy(*held, name, address, name);
    }
    copy(*held, "countryCodeV2", address, "countryCode");
    told["address"] = std::move(address);
}

/// One of several variants tells nothing of the product.
void show_product(json::object& told) {
    const auto* variants = sdk::object_at(told, "variants");
    const auto* nodes = variants == nullptr ? nullptr : sdk::array_at(*variants, "nodes");
    if (nodes == nullptr || nodes->size() != 1 || !nodes->front().is_object()) {
        return;
    }
    const auto& variant = nodes->front().get_object();
    json::object own;
    copy(variant, "sku", own, "sku");
    copy(variant, "price", own, "price");
    const auto* item = sdk::object_at(variant, "inventoryItem");
    const auto* level = item == nullptr ? nullptr : sdk::object_at(*item, "inventoryLevel");
    const auto* quantities = level == nullptr ? nullptr : sdk::array_at(*level, "quantities");
    if (quantities != nullptr && !quantities->empty() && quantities->front().is_object()) {
        copy(quantities->front().get_object(), "quantity", own, "_stock");
    }
    for (auto& member : own) {
        told[member.key()] = std::move(member.value());
    }
}

json::array lines_shown(const json::array& nodes) {
    json::array lines;
    for (const auto& node : nodes) {
        if (!node.is_object()) {
            continue;
        }
        json::object line;
        for (const auto* name : {"title", "sku", "quantity"}) {
            copy(node.get_object(), name, line, name);
        }
        if (const auto* price = shop_money(node.get_object(), "originalUnitPriceSet")) {
            copy(*price, "amount", line, "_unit_price");
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

void show_order(json::object& told, std::string_view currency_name) {
    if (!currency_name.empty()) {
        copy(told, "currencyCode", told, currency_name);
    }
    if (const auto* total = shop_money(told, "totalPriceSet")) {
        json::object amount;
        copy(*total, "amount", amount, "_amount");
        told["_amount"] = std::move(amount["_amount"]);
    }
    const auto* connection = sdk::object_at(told, "lineItems");
    const auto* nodes = connection == nullptr ? nullptr : sdk::array_at(*connection, "nodes");
    if (nodes != nullptr) {
        auto lines = lines_shown(*nodes);
        told["lineItems"] = std::move(lines);
    }
}

}  // namespace

json::object shown_of(std::string_view object, json::object told) {
    if (object == "customer") {
        show_customer(told);
    } else if (object == "product") {
        show_product(told);
    } else if (object == "order") {
        show_order(told, "currency");
    } else if (object == "draft_order") {
        show_order(told, {});
        copy(told, "note2", told, "note");
    }
    return told;
}

sdk::RemoteRecord record_shown(std::string_view object, json::object told) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(told, "id");
    record.version = sdk::text_at(told, "updatedAt");
    record.modified_at = sdk::from_iso_text(record.version);
    record.fields = shown_of(object, std::move(told));
    return record;
}

}  // namespace navette::shopify
