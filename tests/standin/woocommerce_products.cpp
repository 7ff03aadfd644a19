#include "tests/standin/woocommerce_products.hpp"

#include "tests/standin/woocommerce_customers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

constexpr std::size_t kComparedOfSku = 100;

/// A price as WooCommerce cleans it: whatever is no digit, dot or minus goes, "12,50" becomes "1250".
std::string cleaned_price(const std::string& text) {
    std::string kept;
    for (const char c : text) {
        if ((c >= '0' && c <= '9') || c == '.' || c == '-') {
            kept += c;
        }
    }
    return kept;
}

bool is_true(const json::object& fields, const char* name) {
    const auto* value = fields.if_contains(name);
    return value != nullptr && ((value->is_bool() && value->get_bool()) || text_of(fields, name) == "true");
}

std::string slug_of(const std::string& name) {
    std::string slug;
    for (const char c : name) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        slug += is_letter ? c : ((c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : '-');
    }
    return slug;
}

}  // namespace

std::string collated(std::string_view sku) {
    static const std::vector<std::pair<std::string_view, char>> kAccents{
        {"é", 'e'},
        {"è", 'e'},
        {"ê", 'e'},
        {"É", 'e'},
        {"à", 'a'},
        {"ä", 'a'},
        {"ö", 'o'},
        {"ü", 'u'},
        {"ç", 'c'}
    };
    std::string folded;
    for (std::size_t at = 0; at < sku.size();) {
        const auto accent = std::ranges::find_if(kAccents, [&](const auto& known) {
            return sku.substr(at).starts_with(known.first);
        });
        if (accent != kAccents.end()) {
            folded += accent->second;
            at += accent->first.size();
            continue;
        }
        const char c = sku[at++];
        folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return folded;
}

JsonRow* Products::by_sku(std::string_view sku) {
    const auto wanted = collated(sku);
    const auto found = rows_.all([&](const JsonRow& row) {
        const auto held = text_of(row.fields, "sku");
        return !held.empty() && !is_trashed(row) &&
               collated(std::string_view(held).substr(0, kComparedOfSku)) == wanted;
    });
    return found.empty() ? nullptr : found.front();
}

std::optional<Refusal> Products::refuse_sku(const std::string& sku, const std::string& own_id) {
    if (sku.empty()) {
        return std::nullopt;
    }
    const auto* owner = by_sku(sku);
    if (owner != nullptr && owner->id != own_id) {
        shop_.effects.duplicate_refused();
        return Refusal{
            400,
            "product_invalid_sku",
            "Invalid or duplicated SKU.",
            {{"resource_id", std::stoll(owner->id)}, {"unique_sku", sku + "-1"}}
        };
    }
    const auto trashed = rows_.all([&](const JsonRow& row) {
        return is_trashed(row) && row.id != own_id && collated(text_of(row.fields, "sku")) == collated(sku);
    });
    if (!trashed.empty()) {
        return Refusal{
            400,
            "woocommerce_rest_product_not_created",
            "The product with SKU (" + sku +
                ") you are trying to insert is already present in the lookup table",
            {}
        };
    }
    return std::nullopt;
}

const std::vector<Parameter>& Products::parameters() const {
    using Type = Parameter::Type;
    static const std::vector<Parameter> kParameters{
        {"name", Type::string, {}},
        {"type", Type::string, {"simple", "grouped", "external", "variable"}},
        {"status", Type::string, {"draft", "pending", "private", "publish", "future", "auto-draft", "trash"}},
        {"description", Type::string, {}},
        {"short_description", Type::string, {}},
        {"sku", Type::string, {}},
        {"regular_price", Type::string, {}},
        {"sale_price", Type::string, {}},
        {"manage_stock", Type::boolean, {}},
        {"stock_quantity", Type::integer, {}},
        {"tax_class", Type::string, {}},
        {"meta_data", Type::array, {}},
    };
    return kParameters;
}

void Products::write(json::object& fields, const json::object& body) {
    if (body.contains("name")) {
        fields["name"] = kept_name(text_of(body, "name"));
    }
    for (const auto* name : {"description", "short_description", "tax_class", "type"}) {
        if (body.contains(name)) {
            fields[name] = text_of(body, name);
        }
    }
    for (const auto* name : {"regular_price", "sale_price"}) {
        if (body.contains(name)) {
            fields[name] = cleaned_price(text_of(body, name));
        }
    }
    fields["price"] = fields["sale_price"] == "" ? fields["regular_price"] : fields["sale_price"];
    if (body.contains("status")) {
        fields["status"] = text_of(body, "status");
    }
    if (body.contains("manage_stock")) {
        fields["manage_stock"] = is_true(body, "manage_stock");
    }
    if (!is_true(fields, "manage_stock")) {
        fields["stock_quantity"] = nullptr;
    } else if (body.contains("stock_quantity")) {
        fields["stock_quantity"] =
            static_cast<std::int64_t>(std::floor(std::strtod(text_of(body, "stock_quantity").c_str(), nullptr)
            ));
    } else if (fields["stock_quantity"].is_null()) {
        fields["stock_quantity"] = 0;
    }
    if (const auto* sent = body.if_contains("meta_data")) {
        merge_metadata(fields["meta_data"].get_array(), *sent, shop_);
    }
}

Checked<json::object> Products::made(const json::object& body, bool) {
    const auto sku = kept_name(text_of(body, "sku"));
    if (auto refusal = refuse_sku(sku, {})) {
        return std::unexpected(std::move(*refusal));
    }
    json::object fields{
        {"name", "Product"},
        {"slug", slug_of(text_of(body, "name"))},
        {"type", "simple"},
        {"status", "publish"},
        {"description", ""},
        {"short_description", ""},
        {"sku", sku},
        {"price", ""},
        {"regular_price", ""},
        {"sale_price", ""},
        {"tax_class", ""},
        {"manage_stock", false},
        {"stock_quantity", nullptr},
        {"parent_id", 0},
        {"meta_data", json::array()},
    };
    write(fields, body);
    return fields;
}

Checked<json::object> Products::edited(const JsonRow& row, const json::object& body) {
    auto fields = row.fields;
    if (body.contains("sku")) {
        auto sku = kept_name(text_of(body, "sku"));
        if (auto refusal = refuse_sku(sku, row.id)) {
            return std::unexpected(std::move(*refusal));
        }
        fields["sku"] = std::move(sku);
    }
    write(fields, body);
    return fields;
}

std::optional<Refusal> Products::elsewhere(const JsonRow& row) const {
    if (text_of(row.fields, "type") != "variation") {
        return std::nullopt;
    }
    return Refusal{
        404,
        "woocommerce_rest_invalid_product_id",
        "To manipulate product variations you should use the "
        "/products/&lt;product_id&gt;/variations/&lt;id&gt; "
        "endpoint.",
        {}
    };
}

Checked<std::vector<JsonRow*>> Products::selected(const Query& query) {
    const auto status = parameter(query, "status", "any");
    const auto skus = items_of(query, "sku");
    return rows_.all([&](const JsonRow& row) {
        const auto held = text_of(row.fields, "status");
        if (status == "any" ? held == "trash" : held != status) {
            return false;
        }
        if (skus.empty()) {
            return text_of(row.fields, "type") != "variation";
        }
        const auto sku = text_of(row.fields, "sku");
        return std::ranges::any_of(skus, [&](const std::string& wanted) {
            return collated(std::string_view(sku).substr(0, kComparedOfSku)) == collated(wanted);
        });
    });
}

const ListRules& Products::rules() const {
    static const ListRules kRules{
        {"date", "id", "include", "title", "slug", "modified", "menu_order", "price", "popularity", "rating"},
        "date"
    };
    return kRules;
}

RecordKeys Products::keys(const JsonRow& row) const {
    return {{"sku", collated(text_of(row.fields, "sku"))}, {"key", metadata_of(row.fields, "_navette_id")}};
}

void Products::take_stock(JsonRow& product, std::int64_t pieces) {
    if (!is_true(product.fields, "manage_stock")) {
        return;
    }
    auto& stock = product.fields["stock_quantity"];
    stock = (stock.is_int64() ? stock.get_int64() : 0) - pieces;
    touch(product);
    tell(product, "updated");
}

Response Products::answer(const Call& call) {
    if (call.path.size() != 2 || call.path[1] != "variations" || call.method != "POST") {
        return Resource::answer(call);
    }
    const auto* parent = rows_.find(call.path[0]);
    if (parent == nullptr) {
        return error_answer({404, "woocommerce_rest_product_invalid_id", "Invalid ID.", {}});
    }
    auto fields = made(call.body.is_object() ? call.body.get_object() : json::object(), false);
    if (!fields) {
        return error_answer(fields.error());
    }
    (*fields)["type"] = "variation";
    (*fields)["parent_id"] = std::stoll(parent->id);
    return json_answer(full(rows_.insert(std::move(*fields), shop_.clock.tick())), 201);
}

}  // namespace navette::standin::woocommerce
