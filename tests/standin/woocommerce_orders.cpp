#include "tests/standin/woocommerce_orders.hpp"

#include "tests/standin/woocommerce_customers.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

constexpr std::size_t kLongestCreatedVia = 100;

const std::vector<std::string>& statuses() {
    static const std::vector<std::string> kStatuses{
        "auto-draft",
        "pending",
        "processing",
        "on-hold",
        "completed",
        "cancelled",
        "refunded",
        "failed",
        "checkout-draft",
        "trash"
    };
    return kStatuses;
}

const std::vector<std::string>& currencies() {
    static const std::vector<std::string> kCurrencies{
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HUF",
        "JPY",
        "MXN",
        "NOK",
        "PLN",
        "SEK",
        "USD"
    };
    return kCurrencies;
}

bool is_paid(const std::string& status) {
    return status == "processing" || status == "completed";
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// `_date_paid` is no metadata but a setter: seconds since 1970, or a date with its zone.
std::optional<std::int64_t> sent_date_paid(const json::object& body) {
    const auto text = metadata_of(body, "_date_paid");
    if (text.empty()) {
        return std::nullopt;
    }
    if (const auto date = sdk::from_iso_text(text)) {
        return date->time_since_epoch().count();
    }
    return std::strtoll(text.c_str(), nullptr, 10) * 1000;
}

}  // namespace

void Orders::clear() {
    Resource::clear();
    lines_.clear();
}

const std::vector<Parameter>& Orders::parameters() const {
    using Type = Parameter::Type;
    static const std::vector<Parameter> kParameters{
        {"status", Type::string, statuses()},
        {"currency", Type::string, currencies()},
        {"customer_id", Type::integer, {}},
        {"set_paid", Type::boolean, {}},
        {"billing", Type::object, {}},
        {"shipping", Type::object, {}},
        {"line_items", Type::array, {}},
        {"fee_lines", Type::array, {}},
        {"meta_data", Type::array, {}},
        {"customer_note", Type::string, {}},
        {"transaction_id", Type::string, {}},
        {"created_via", Type::string, {}},
    };
    return kParameters;
}

std::optional<Refusal> Orders::schema(const json::object& body) const {
    auto mistake = schema_mistake(body, parameters());
    return mistake ? mistake : OrderLines::schema(body);
}

std::optional<Refusal> Orders::write(json::object& fields, const json::object& body) {
    if (const auto customer = text_of(body, "customer_id"); body.contains("customer_id")) {
        if (customer != "0" && customers_.find(customer) == nullptr) {
            return Refusal{400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.", {}};
        }
        fields["customer_id"] = std::strtoll(customer.c_str(), nullptr, 10);
    }
    merge_address(fields, "billing", body);
    merge_address(fields, "shipping", body);
    for (const auto* name : {"currency", "customer_note", "transaction_id", "payment_method"}) {
        if (body.contains(name)) {
            fields[name] = text_of(body, name);
        }
    }
    if (auto refusal = lines_.write(fields, body)) {
        return refusal;
    }
    if (const auto* fees = body.if_contains("fee_lines"); fees != nullptr && fees->is_array()) {
        fields["fee_lines"] = fees->get_array();
    }
    if (body.contains("status")) {
        const auto status = text_of(body, "status");
        const bool is_known = std::ranges::find(statuses(), status) != statuses().end();
        fields["status"] = is_known ? status : "pending";
    }
    if (text_of(body, "set_paid") == "true" && !is_paid(text_of(fields, "status"))) {
        fields["status"] = "processing";
    }
    if (const auto* sent = body.if_contains("meta_data"); sent != nullptr && sent->is_array()) {
        json::array kept;
        std::ranges::copy_if(sent->get_array(), std::back_inserter(kept), [](const json::value& item) {
            return item.is_object() && text_of(item.get_object(), "key") != "_date_paid";
        });
        merge_metadata(fields["meta_data"].get_array(), kept, shop_);
    }
    if (is_paid(text_of(fields, "status")) && fields["__paid"].is_null()) {
        fields["__paid"] = shop_.clock.present();
    }
    if (const auto paid = sent_date_paid(body)) {
        fields["__paid"] = *paid;
    }
    lines_.count(fields);
    return std::nullopt;
}

Checked<json::object> Orders::made(const json::object& body, bool) {
    auto via = text_of(body, "created_via").substr(0, kLongestCreatedVia);
    if (via.empty() || shop_.is_old) {
        via = "rest-api";
    }
    json::object fields{
        {"parent_id", 0},
        {"status", "pending"},
        {"currency", "EUR"},
        {"prices_include_tax", true},
        {"customer_id", 0},
        {"order_key", "wc_order_" + std::to_string(shop_.last_post + 1)},
        {"created_via", via},
        {"customer_note", ""},
        {"transaction_id", ""},
        {"payment_method", ""},
        {"meta_data", json::array()},
        {"line_items", json::array()},
        {"fee_lines", json::array()},
        {"shipping_lines", json::array()},
        {"refunds", json::array()},
        {"__paid", nullptr},
        {"__stock_taken", false},
    };
    if (auto refusal = write(fields, body)) {
        return std::unexpected(std::move(*refusal));
    }
    return fields;
}

Checked<json::object> Orders::edited(const JsonRow& row, const json::object& body) {
    auto fields = row.fields;
    if (auto refusal = write(fields, body)) {
        return std::unexpected(std::move(*refusal));
    }
    return fields;
}

void Orders::committed(JsonRow& row, const json::object&) {
    if (is_paid(text_of(row.fields, "status")) && !row.fields["__stock_taken"].get_bool()) {
        row.fields["__stock_taken"] = true;
        lines_.take_stock(row.fields);
    }
}

json::object Orders::shown(const JsonRow& row) const {
    auto object = Resource::shown(row);
    object["number"] = row.id;
    const auto& paid = row.fields.at("__paid");
    object["date_paid"] = paid.is_null() ? json::value() : json::value(shop_.local(paid.get_int64()));
    object["date_paid_gmt"] = paid.is_null() ? json::value() : json::value(Shop::gmt(paid.get_int64()));
    return object;
}

Checked<std::vector<JsonRow*>> Orders::selected(const Query& query) {
    const auto wanted = items_of(query, "status");
    const bool is_any = wanted.empty() || std::ranges::find(wanted, "any") != wanted.end();
    // `created_via` is a parameter since WooCommerce 9.9; before, it is ignored like any other unknown one.
    const auto origins = shop_.is_old ? std::vector<std::string>() : items_of(query, "created_via");
    const auto customer = parameter(query, "customer");
    return rows_.all([&](const JsonRow& row) {
        const auto status = text_of(row.fields, "status");
        if (is_any ? status == "trash" : std::ranges::find(wanted, status) == wanted.end()) {
            return false;
        }
        if (!customer.empty() && text_of(row.fields, "customer_id") != customer) {
            return false;
        }
        const auto via = lower(text_of(row.fields, "created_via"));
        return origins.empty() ||
               std::ranges::any_of(origins, [&](const std::string& origin) { return lower(origin) == via; });
    });
}

const ListRules& Orders::rules() const {
    static const ListRules kRules{{"date", "id", "include", "title", "slug", "modified"}, "date"};
    return kRules;
}

RecordKeys Orders::keys(const JsonRow& row) const {
    return {
        {"key", metadata_of(row.fields, "_navette_key")}, {"ref", metadata_of(row.fields, "_navette_ref")}
    };
}

}  // namespace navette::standin::woocommerce
