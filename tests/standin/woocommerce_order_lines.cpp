#include "tests/standin/woocommerce_order_lines.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

constexpr std::int64_t kUnit = 10'000;  // ten-thousandths in one

std::int64_t rounded(std::int64_t value, std::int64_t divisor) {
    const auto half = value < 0 ? -divisor / 2 : divisor / 2;
    return (value + half) / divisor;
}

/// A stored amount of a line: "10.4167", without zeros at its end.
std::string kept_amount(std::int64_t amount) {
    auto text = std::to_string(std::llabs(amount) % kUnit);
    text.insert(0, 4 - text.size(), '0');
    while (text.size() > 2 && text.ends_with('0')) {
        text.pop_back();
    }
    return (amount < 0 ? "-" : "") + std::to_string(std::llabs(amount) / kUnit) + "." + text;
}

json::array& list_in(json::object& object, const char* name) {
    auto& list = object[name];
    if (!list.is_array()) {
        list = json::array();
    }
    return list.get_array();
}

}  // namespace

std::int64_t amount_of(std::string_view text) {
    return std::llround(std::strtod(std::string(text).c_str(), nullptr) * static_cast<double>(kUnit));
}

std::string two_decimals(std::int64_t amount) {
    const auto cents = rounded(amount, kUnit / 100);
    auto decimals = std::to_string(std::llabs(cents) % 100);
    decimals.insert(0, 2 - decimals.size(), '0');
    return (cents < 0 ? "-" : "") + std::to_string(std::llabs(cents) / 100) + "." + decimals;
}

std::optional<Refusal> OrderLines::schema(const json::object& body) {
    using Type = Parameter::Type;
    static const std::vector<Parameter> kParameters{
        {"name", Type::string, {}},
        {"quantity", Type::integer, {}},
        {"product_id", Type::integer, {}},
        {"variation_id", Type::integer, {}},
        {"sku", Type::string, {}},
        {"tax_class", Type::string, {}},
        {"subtotal", Type::string, {}},
        {"total", Type::string, {}},
    };
    const auto* lines = body.if_contains("line_items");
    if (lines == nullptr || !lines->is_array()) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < lines->get_array().size(); ++at) {
        const auto& line = lines->get_array()[at];
        const auto mistake = line.is_object() ? schema_mistake(line.get_object(), kParameters) : std::nullopt;
        if (mistake) {
            const auto& words = mistake->data.at("params").get_object().begin()->value().get_string();
            return invalid_parameter(
                "line_items", "line_items[" + std::to_string(at) + "]: " + std::string(words)
            );
        }
    }
    return std::nullopt;
}

Checked<json::object> OrderLines::made(const json::object& sent) {
    const auto id = text_of(sent, "product_id");
    const auto variation = text_of(sent, "variation_id");
    const auto sku = text_of(sent, "sku");
    if ((id.empty() || id == "0") && sku.empty()) {
        return std::unexpected(
            Refusal{400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.", {}}
        );
    }
    const auto* product = variation.empty() || variation == "0"
                              ? (id.empty() || id == "0" ? products_.by_sku(sku) : products_.find(id))
                              : products_.find(variation);
    if (product != nullptr && Resource::is_trashed(*product)) {
        product = nullptr;
    }
    json::object line{
        {"id", ++last_line_},
        {"name", ""},
        {"product_id", 0},
        {"variation_id", 0},
        {"quantity", 1},
        {"tax_class", ""},
        {"subtotal", "0.00"},
        {"total", "0.00"},
        {"sku", nullptr},
    };
    if (product != nullptr) {
        const bool is_variation = text_of(product->fields, "type") == "variation";
        line["product_id"] =
            is_variation ? product->fields.at("parent_id") : json::value(std::stoll(product->id));
        line["variation_id"] = is_variation ? std::stoll(product->id) : 0;
        line["name"] = product->fields.at("name");
        line["sku"] = product->fields.at("sku");
        line["tax_class"] = product->fields.at("tax_class");
        const auto quantity = std::max(1L, std::strtol(text_of(sent, "quantity").c_str(), nullptr, 10));
        line["subtotal"] = kept_amount(amount_of(text_of(product->fields, "price")) * quantity);
        line["total"] = line["subtotal"];
    }
    return line;
}

std::optional<Refusal> OrderLines::write(json::object& order, const json::object& body) {
    auto& held = list_in(order, "line_items");
    const auto* sent = body.if_contains("line_items");
    if (sent == nullptr || !sent->is_array()) {
        return std::nullopt;
    }
    for (const auto& item : sent->get_array()) {
        const auto fields = item.is_object() ? item.get_object() : json::object();
        json::value* line = nullptr;
        if (const auto id = text_of(fields, "id"); !id.empty()) {
            line = std::ranges::find_if(held, [&](const json::value& one) {
                return text_of(one.get_object(), "id") == id;
            });
            if (line == held.end()) {
                return Refusal{
                    400,
                    "woocommerce_rest_invalid_item_id",
                    "Order item ID provided is not associated with order.",
                    {}
                };
            }
            if (fields.contains("product_id") && fields.at("product_id").is_null()) {
                held.erase(line);
                continue;
            }
        } else {
            auto added = made(fields);
            if (!added) {
                return std::move(added.error());
            }
            held.push_back(std::move(*added));
            line = &held.back();
        }
        auto& written = line->get_object();
        if (fields.contains("tax_class")) {
            const auto tax_class = text_of(fields, "tax_class");
            if (tax_class != "" && tax_class != "reduced-rate" && tax_class != "zero-rate") {
                return Refusal{400, "order_item_product_invalid_tax_class", "Invalid tax class", {}};
            }
            written["tax_class"] = tax_class;
        }
        if (fields.contains("name")) {
            written["name"] = text_of(fields, "name");
        }
        if (fields.contains("quantity")) {
            written["quantity"] = std::strtoll(text_of(fields, "quantity").c_str(), nullptr, 10);
        }
        for (const auto* name : {"subtotal", "total"}) {
            if (fields.contains(name)) {
                written[name] = kept_amount(amount_of(text_of(fields, name)));
            }
        }
    }
    return std::nullopt;
}

std::int64_t OrderLines::rate_of(const std::string& tax_class, const std::string& country) const {
    // The shop's rates are France's, its own country; in thousandths.
    if (!shop_.counts_tax || (!country.empty() && country != "FR") || tax_class == "zero-rate") {
        return 0;
    }
    return tax_class == "reduced-rate" ? 55 : 200;
}

void OrderLines::count(json::object& order) const {
    const auto& billing = order.at("billing").get_object();
    std::int64_t net = 0;
    std::int64_t tax = 0;
    for (auto& item : list_in(order, "line_items")) {
        auto& line = item.get_object();
        const auto total = amount_of(text_of(line, "total"));
        const auto rate = rate_of(text_of(line, "tax_class"), text_of(billing, "country"));
        const auto counted = rounded(rounded(total * rate, 1000), kUnit / 100) * (kUnit / 100);
        line["total_tax"] = two_decimals(counted);
        line["subtotal_tax"] = line["total_tax"];
        const auto quantity =
            std::max<std::int64_t>(1, line["quantity"].is_int64() ? line["quantity"].get_int64() : 1);
        line["price"] = static_cast<double>(total / quantity) / static_cast<double>(kUnit);
        net += total;
        tax += counted;
    }
    for (const auto& item : list_in(order, "fee_lines")) {
        net += item.is_object() ? amount_of(text_of(item.get_object(), "total")) : 0;
    }
    order["total_tax"] = two_decimals(tax);
    order["cart_tax"] = order["total_tax"];
    order["total"] = two_decimals(net + tax);
}

void OrderLines::take_stock(const json::object& order) {
    for (const auto& item : order.at("line_items").get_array()) {
        const auto& line = item.get_object();
        const auto variation = text_of(line, "variation_id");
        auto* product = products_.find(variation == "0" ? text_of(line, "product_id") : variation);
        if (product != nullptr) {
            products_.take_stock(*product, std::strtoll(text_of(line, "quantity").c_str(), nullptr, 10));
        }
    }
}

}  // namespace navette::standin::woocommerce
