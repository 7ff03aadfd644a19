#include "tests/standin/dolibarr_products.hpp"

#include "tests/standin/dolibarr_text.hpp"

#include <boost/json.hpp>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr Field kFields[] = {
    {"id", "rowid", FieldKind::integer, 0, Writable::never},
    {"date_modification", "tms", FieldKind::moment, 0, Writable::never},
    {"ref", "ref", FieldKind::text, 128},
    {"ref_ext", "ref_ext", FieldKind::text, 128},
    {"label", "label", FieldKind::text, 255},
    {"description", "description", FieldKind::note, 0, Writable::always, Empty::as_text},
    {"type", "fk_product_type", FieldKind::integer},
    {"price", "price", FieldKind::amount},
    {"price_ttc", "price_ttc", FieldKind::amount, 0, Writable::never},
    {"price_base_type", "price_base_type", FieldKind::text, 3},
    {"tva_tx", "tva_tx", FieldKind::rate},
    {"status", "tosell", FieldKind::integer},
    {"status_buy", "tobuy", FieldKind::integer},
    {"barcode", "barcode", FieldKind::text, 180},
    {"weight", "weight", FieldKind::text},
    {"note_private", "note", FieldKind::note},
    {"note_public", "note_public", FieldKind::note},
    {"date_creation", "datec", FieldKind::moment, 0, Writable::never},
};
constexpr std::string_view kRequired[] = {"ref", "label"};
constexpr std::string_view kLookedUpBy[] = {"ref", "ref_ext"};
constexpr Layout kProducts = {
    .kind = "products",
    .table = "product",
    .noun = "product",
    .not_found = "Product not found",
    .list_error = "Error when retrieve product list",
    .source = "api_products.class.php:352",
    .trigger = "PRODUCT",
    .alias = "ef",
    .fields = kFields,
    .required = kRequired,
    .looked_up_by = kLookedUpBy,
};

}  // namespace

Products::Products(DolibarrEnvironment& environment) : DolibarrResource(environment, kProducts) {}

Checked<void> Products::complete(Row& row, const json::object&) {
    row["datec"] = environment_.clock.php_time(environment_.clock.now());
    row["fk_product_type"] = row["fk_product_type"].value_or("0");
    row["tosell"] = row["tosell"].value_or("0");
    row["tobuy"] = row["tobuy"].value_or("0");
    row["tva_tx"] = row["tva_tx"].value_or("0.0000");
    row["price"] = row["price"].value_or("0.00000000");
    row["ref"] = product_ref(row.text("ref"));
    settle_prices(row);
    return {};
}

Checked<void> Products::amend(Row& row, const json::object& body) {
    if (row.text("label").empty()) {
        row["label"] = "MISSING LABEL";
    }
    row["ref"] = product_ref(row.text("ref"));
    if (body.contains("price")) {
        settle_prices(row);
    }
    return {};
}

void Products::settle_prices(Row& row) const {
    const bool gross = upper_cased(row.text("price_base_type")) == "TTC";
    const double sent = php_number(row.text("price"));
    const double factor = 1 + php_number(row.text("tva_tx")) / 100;
    row["price_base_type"] = gross ? "TTC" : "HT";
    row["price"] = decimals(rounded_to(gross ? sent / factor : sent, 5), 8);
    row["price_ttc"] = decimals(rounded_to(gross ? sent : sent * factor, 5), 8);
}

std::vector<UniqueKey> Products::unique_keys(const Row& row) const {
    const std::string ref = row.text("ref");
    return {{
        .key = "ref|" + folded(ref),
        .seen = {"ErrorProductAlreadyExists"},
        .lost = {"Duplicate entry '" + ref + "-1' for key 'uk_product_ref'"},
    }};
}

json::object Products::show(const Row& row) const {
    json::object object = DolibarrResource::show(row);
    object["stock_reel"] = nullptr;
    return object;
}

std::string Products::label_of(const Row& row) const {
    return row.text("ref");
}

}  // namespace navette::standin
