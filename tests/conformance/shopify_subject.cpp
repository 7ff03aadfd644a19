#include "tests/conformance/subject.hpp"

#include <boost/json.hpp>

#include <string>

namespace navette::conformance {

namespace {

namespace json = boost::json;

std::string text(const char* before, int n, const char* after = "") {
    return before + std::to_string(n) + after;
}

json::object customer(int n) {
    return {
        {"email", text("customer", n, "@example.test")},
        {"first_name", "Jane"},
        {"last_name", text("Doe ", n)},
        {"phone", "+331020" + std::to_string(10'000 + n)},  // unique in a shop
        {"company", text("Atelier ", n)},
        {"address", "1 rue de la Paix"},
        {"zip", "75002"},
        {"city", "Paris"},
        {"country", "FR"},
    };
}

json::object product(int n) {
    return {
        {"sku", text("SKU-", n)},
        {"name", text("Chair ", n)},
        {"description", "Made of oak"},
        {"price_cents", 12'000},
        {"currency", "EUR"},
        {"stock", 10 + n},
    };
}

json::object goods(const char* number, int n) {
    return {
        {"number", text(number, 1000 + n)},
        {"amount_cents", 2500},
        {"currency", "EUR"},
        {"customer", {{"id", "7"}, {"email", text("buyer", n, "@example.test")}}},
        {"notes", "leave at the door"},
        {"lines", {{{"description", "Simple"}, {"sku", "S-1"}, {"quantity", 2}, {"unit_price_cents", 1250}}}},
    };
}

json::object order(int n) {
    auto made = goods("LU", n);
    made["status"] = "pending";
    made["date"] = made["created_at"] = "2026-05-15T10:00:00Z";
    return made;
}

json::object draft_order(int n) {
    return goods("Q", n);
}

json::object with(json::object record, const char* name, json::value value) {
    record[name] = std::move(value);
    return record;
}

std::vector<ObjectCase> objects() {
    return {
        {"customer", "customers", customer, [](int n) { return with(customer(n), "first_name", "Joan"); }, {}
        },
        {"product", "products", product, [](int n) { return with(product(n), "stock", 3); }, {}},
        {"order", "orders", order, [](int n) { return with(order(n), "status", "paid"); }, {}},
        {"draft_order",
         "draft_orders",
         draft_order,
         [](int n) { return with(draft_order(n), "notes", "ring twice"); },
         {}},
    };
}

}  // namespace

Subject shopify_subject() {
    Subject subject;
    subject.slug = "shopify";
    subject.settings = [](const std::string& url) -> json::object {
        return {
            {"base_url", url},
            {"shop", "navette-test"},
            {"own_client_id", "client-1"},
            {"stock_location", "60001"}
        };
    };
    subject.secrets = {{"client_secret", "client-secret-1"}};
    subject.wrong_secrets = {{"client_secret", "client-secret-2"}};
    subject.webhook_secret = "client_secret";
    subject.objects = objects();
    subject.objects[0].edits = {
        {"first_name", "Eva", {{"firstName", "Eva"}}},
        {"last_name", "Lund", {{"lastName", "Lund"}}},
        {"city",
         "Lyon",
         {{"addresses",
           {{{"company", "Atelier 1"},
             {"address1", "1 rue de la Paix"},
             {"zip", "75002"},
             {"city", "Lyon"},
             {"countryCode", "FR"}}}}}},
        {"company", "Beta", {}},
        {"country", "BE", {}},
    };
    subject.objects[1].edits = {
        {"name", "Stool", {{"title", "Stool"}}},
        {"description", "Made of ash", {{"descriptionHtml", "Made of ash"}}},
        {"price_cents", 9'950, {}},
        {"stock", 3, {}},
    };
    subject.objects[1].one_way = {"currency"};
    subject.objects[2].edits = {{"notes", "ring twice", {{"note", "ring twice"}}}};
    subject.objects[2].one_way = {"date", "customer.email", "status"};
    subject.objects[3].edits = {{"notes", "ring twice", {{"note", "ring twice"}}}};
    subject.objects[3].one_way = {"number", "customer.email", "lines"};
    return subject;
}

}  // namespace navette::conformance
