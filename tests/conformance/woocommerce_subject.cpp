#include "tests/conformance/subject.hpp"

#include <boost/json.hpp>

#include <string>
#include <utility>

namespace navette::conformance {

namespace {

namespace json = boost::json;

/// The id of what somebody in the shop's own pages made.
std::string made(standin::SiteInProcess& site, const json::object& wanted) {
    return std::string(site.control("POST", "change", json::serialize(wanted)).at("remote_id").as_string());
}

std::string text(const char* before, int n, const char* after = "") {
    return before + std::to_string(n) + after;
}

json::object with(json::object record, const char* name, json::value value) {
    record[name] = std::move(value);
    return record;
}

json::object customer(int n) {
    return {
        {"email", text("customer", n, "@example.test")},
        {"first_name", "Zo\xC3\xA9"},
        {"last_name", text("O'Neil & fils ", n)},
        {"company", text("ACME/", n)},
        {"phone", "+33102030405"},
        {"address", "1 rue de la Paix"},
        {"zip", "75002"},
        {"city", "Paris"},
        {"country", "FR"},
    };
}

json::object product(int n) {
    return {
        {"sku", text("CHAIR-", n)},
        {"name", text("Chair & table ", n)},
        {"description", "Made of oak"},
        {"price_cents", 12'000},
        {"currency", "EUR"},
        {"stock", 7},
    };
}

json::object order(int n) {
    return {
        {"number", text("LU", 1000 + n)},
        {"status", "paid"},
        {"paid_at", "2026-05-15T10:00:00Z"},
        {"amount_cents", 2500},
        {"currency", "EUR"},
        {"customer",
         {{"email", "jane@example.test"},
          {"first_name", "Jane"},
          {"last_name", "Doe"},
          {"company", "Atelier"},
          {"phone", "+33102030405"},
          {"address", "1 rue de la Paix"},
          {"zip", "75002"},
          {"city", "Paris"},
          {"country", "FR"}}},
        {"lines",
         {{{"sku", "TEA"},
           {"description", "Tea"},
           {"quantity", 2},
           {"unit_price_cents", 1250},
           {"vat_rate", 20}}}},
    };
}

std::map<std::string, std::string> parents_of_an_order(standin::SiteInProcess& site) {
    made(site, {{"object", "product"}, {"fields", {{"sku", "TEA"}, {"regular_price", "12.50"}}}});
    return {{"customer", made(site, {{"object", "customer"}})}};
}

}  // namespace

Subject woocommerce_subject() {
    Subject subject;
    subject.slug = "woocommerce";
    subject.options = {{"consumer_key", "ck_right"}, {"consumer_secret", "cs_right"}, {"webhook_tries", "1"}};
    subject.settings = [](const std::string& url) -> json::object { return {{"site_url", url}}; };
    subject.secrets = {
        {"consumer_key", "ck_right"},
        {"consumer_secret", "cs_right"},
        {"webhook_secret", "hookSecret1hookSecret1hookSecret1hookSec"},
    };
    subject.wrong_secrets = subject.secrets;
    subject.wrong_secrets["consumer_secret"] = "cs_wrong";
    subject.webhook_secret = "webhook_secret";

    ObjectCase customers;
    customers.object = "customer";
    customers.kind = "customers";
    customers.record = customer;
    customers.changed = [](int n) { return with(customer(n), "city", "Lyon"); };
    customers.spoil = [](json::object& fields) { fields["email"] = "jane@nowhere"; };

    ObjectCase products;
    products.object = "product";
    products.kind = "products";
    products.record = product;
    products.changed = [](int n) { return with(product(n), "price_cents", 12'500); };
    products.spoil = [](json::object& fields) { fields["regular_price"] = "12,50"; };

    ObjectCase orders;
    orders.object = "order";
    orders.kind = "orders";
    orders.record = order;
    orders.changed = [](int n) { return with(order(n), "status", "completed"); };
    orders.references = parents_of_an_order;
    orders.spoil = [](json::object& fields) {
        fields.at("line_items").as_array().front().as_object()["_sku"] = "NOWHERE";
    };

    customers.edits = {
        {"first_name", "Eva", {{"first_name", "Eva"}}},
        {"last_name", "Lund", {{"last_name", "Lund"}}},
        {"company", "Beta", {{"billing", {{"company", "Beta"}}}}},
        {"phone", "+33611223344", {{"billing", {{"phone", "+33611223344"}}}}},
        {"address", "2 rue de la Gare", {{"billing", {{"address_1", "2 rue de la Gare"}}}}},
        {"zip", "69001", {{"billing", {{"postcode", "69001"}}}}},
        {"city", "Lyon", {{"billing", {{"city", "Lyon"}}}}},
        {"country", "BE", {{"billing", {{"country", "BE"}}}}},
    };
    products.edits = {
        {"name", "Stool", {{"name", "Stool"}}},
        {"description", "Made of ash", {{"description", "Made of ash"}}},
        {"price_cents", 9'950, {{"regular_price", "99.50"}}},
        {"stock", 3, {{"stock_quantity", 3}}},
    };
    products.one_way = {"currency"};

    subject.objects = {std::move(customers), std::move(products), std::move(orders)};
    return subject;
}

}  // namespace navette::conformance
