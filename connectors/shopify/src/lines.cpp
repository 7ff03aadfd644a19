// Lines and amounts, which orders and draft orders share.
#include "recipes.hpp"

#include <utility>

namespace navette::shopify {

namespace {

/// The text of an amount without zeros at the end, so that "25.0" and "25.00" are one.
std::string plain_amount(std::string amount) {
    if (amount.find('.') != std::string::npos) {
        while (amount.ends_with('0')) {
            amount.pop_back();
        }
        if (amount.ends_with('.')) {
            amount.pop_back();
        }
    }
    return amount;
}

}  // namespace

json::object money(const json::value& amount, const std::string& currency) {
    json::object made;
    made["amount"] = amount;
    made["currencyCode"] = currency;
    return made;
}

std::expected<std::vector<json::object>, Outcome> lines_of(const json::object& fields) {
    std::vector<json::object> lines;
    const auto* told = sdk::array_at(fields, "lineItems");
    for (const auto& item : told == nullptr ? json::array() : *told) {
        const auto* line = item.if_object();
        const auto quantity = line == nullptr ? std::nullopt : sdk::integer_at(*line, "quantity");
        const auto* price = line == nullptr ? nullptr : line->if_contains("_unit_price");
        if (!quantity || *quantity < 1 || *quantity > 1'000'000) {
            return std::unexpected(Outcome::rejected("Shopify takes whole quantities only", "quantity"));
        }
        if (price == nullptr || !price->is_string()) {
            return std::unexpected(Outcome::rejected("a line has no unit price", "unit_price_cents"));
        }
        json::object sent;
        for (const auto* name : {"title", "sku"}) {
            if (const auto text = sdk::text_at(*line, name); !text.empty()) {
                sent[name] = text;
            }
        }
        sent["quantity"] = *quantity;
        sent["unit_price"] = *price;
        lines.push_back(std::move(sent));
    }
    if (lines.empty()) {
        return std::unexpected(Outcome::rejected("the order has no lines", "lines"));
    }
    return lines;
}

void remark_total(Session& session, const sdk::Operation& operation, const json::object& order) {
    const auto* total = sdk::object_at(order, "totalPriceSet");
    const auto* shop_money = total == nullptr ? nullptr : sdk::object_at(*total, "shopMoney");
    const auto counted = shop_money == nullptr ? std::string() : sdk::text_at(*shop_money, "amount");
    const auto wanted = sdk::text_at(operation.fields, "_amount");
    if (!counted.empty() && !wanted.empty() && plain_amount(counted) != plain_amount(wanted)) {
        session.remark("Shopify counts a total of " + counted + ", the application " + wanted);
    }
}

}  // namespace navette::shopify
