#include "tests/conformance/subject.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <string>

namespace navette::conformance {

namespace {

namespace json = boost::json;

using References = std::map<std::string, std::string>;

/// The id of what a POST on the stand-in made.
std::string make(standin::SiteInProcess& site, const std::string& path, const std::string& body) {
    standin::BlockingClient client(site.port(), {{"DOLAPIKEY", "right-key"}});
    const auto reply = client.send("POST", "/api/index.php" + path, body);
    if (reply.status != 200) {
        throw std::runtime_error("POST " + path + ": " + reply.body);
    }
    return reply.body;
}

std::string thirdparty(standin::SiteInProcess& site) {
    return make(site, "/thirdparties", R"({"name":"Parent","client":"1","email":"parent@example.test"})");
}

std::string text(const char* before, int n, const char* after = "") {
    return before + std::to_string(n) + after;
}

json::object customer(int n) {
    return {
        {"name", text("Customer ", n)},
        {"company", text("Atelier ", n)},
        {"first_name", "Jane"},
        {"last_name", text("Doe ", n)},
        {"email", text("customer", n, "@example.test")},
        {"phone", "+33102030405"},
        {"address", "1 rue de la Paix"},
        {"zip", "75002"},
        {"city", "Paris"},
    };
}

json::object contact(int n) {
    return {
        {"last_name", text("Martin ", n)},
        {"first_name", "Luc"},
        {"email", text("contact", n, "@example.test")},
        {"phone", "+33102030405"},
        {"mobile", "+33612345678"},
    };
}

json::object product(int n) {
    return {
        {"sku", text("SKU-", n)},
        {"name", text("Chair ", n)},
        {"description", "Made of oak"},
        {"price_cents", 12'000},
        {"vat_rate", 20},
    };
}

json::object order(int n) {
    return {
        {"number", text("LU", 1000 + n)},
        {"status", "paid"},
        {"paid_at", "2026-05-15T10:00:00Z"},
        {"amount_cents", 2500},
        {"currency", "EUR"},
        {"notes", "leave at the door"},
        {"lines",
         {{{"description", "Simple"},
           {"quantity", 2},
           {"unit_price_cents", 1250},
           {"vat_rate", 20},
           {"kind", "goods"}}}},
    };
}

json::object deal(int n) {
    return {
        {"title", text("Deal ", n)},
        {"amount_cents", 150'000},
        {"probability", 40},
        {"stage", "proposal"},
        {"starts_at", "2026-05-15T10:00:00Z"},
        {"close_date", "2026-06-15T10:00:00Z"},
        {"description", "Twelve chairs"},
    };
}

json::object note(int n) {
    return {
        {"title", text("Note ", n)},
        {"body", text("Sent document ", n)},
        {"created_at", "2026-05-15T10:00:00Z"}
    };
}

json::object call(int n) {
    return {
        {"title", text("Call ", n)},
        {"summary", text("Talked about chair ", n)},
        {"direction", "inbound"},
        {"started_at", "2026-05-15T10:00:00Z"},
        {"duration_s", 300},
    };
}

json::object with(json::object record, const char* name, json::value value) {
    record[name] = std::move(value);
    return record;
}

References customer_of(standin::SiteInProcess& site) {
    return {{"customer", thirdparty(site)}};
}

std::vector<ObjectCase> objects() {
    return {
        {"customer", "thirdparties", customer, [](int n) { return with(customer(n), "city", "Lyon"); }, {}},
        {"contact",
         "contacts",
         contact,
         [](int n) { return with(contact(n), "first_name", "Lucie"); },
         customer_of},
        {"product",
         "products",
         product,
         [](int n) { return with(product(n), "description", "Made of ash"); },
         {}},
        {"order", "orders", order, [](int n) { return with(order(n), "notes", "ring twice"); }, customer_of},
        {"deal",
         "projects",
         deal,
         [](int n) { return with(deal(n), "description", "Thirteen chairs"); },
         customer_of},
        {"note",
         "agendaevents",
         note,
         [](int n) { return with(note(n), "body", "Sent it again"); },
         customer_of,
         false},
        {"call",
         "agendaevents",
         call,
         [](int n) { return with(call(n), "summary", "Talked again"); },
         customer_of,
         false},
    };
}

}  // namespace

Subject dolibarr_subject() {
    Subject subject;
    subject.slug = "dolibarr";
    subject.options = {{"webhook_tries", "1"}};  // Dolibarr repeats none
    subject.settings = [](const std::string& url) -> json::object {
        return {{"base_url", url + "/api/index.php"}};
    };
    subject.secrets = {{"api_key", "right-key"}, {"webhook_secret", "hook-secret-1"}};
    subject.wrong_secrets = {{"api_key", "wrong-key"}, {"webhook_secret", "hook-secret-1"}};
    subject.webhook_secret = "webhook_secret";
    subject.objects = objects();
    subject.objects[0].edits = {
        {"company", "Beta", {{"name", "Beta"}}},
        {"email", "eva@beta.test", {{"email", "eva@beta.test"}}},
        {"phone", "+33611223344", {{"phone", "+33611223344"}}},
        {"address", "2 rue de la Gare", {{"address", "2 rue de la Gare"}}},
        {"zip", "69001", {{"zip", "69001"}}},
        {"city", "Lyon", {{"town", "Lyon"}}},
    };
    subject.objects[0].unshown = {"first_name", "last_name"};  // it has a company
    subject.objects[1].edits = {
        {"last_name", "Lund", {{"lastname", "Lund"}}},
        {"first_name", "Eva", {{"firstname", "Eva"}}},
        {"phone", "+33611223344", {{"phone_pro", "+33611223344"}}},
        {"mobile", "+33611223355", {{"phone_mobile", "+33611223355"}}},
    };
    subject.objects[2].edits = {
        {"name", "Stool", {{"label", "Stool"}}},
        {"description", "Made of ash", {{"description", "Made of ash"}}},
        {"price_cents", 6'000, {{"price", "50"}}},
        {"vat_rate", 10, {}},
    };
    subject.objects[3].edits = {{"notes", "ring twice", {{"note_private", "ring twice"}}}};
    subject.objects[3].one_way = {"date", "status", "amount_cents", "currency", "lines"};
    subject.objects[4].edits = {
        {"title", "Second deal", {{"title", "Second deal"}}},
        {"amount_cents", 9'950, {{"opp_amount", 99.5}}},
        {"probability", 55, {{"opp_percent", 55}}},
        {"stage", "negotiation", {{"opp_status", 4}}},
        {"starts_at", "2026-05-20", {{"date_start", "2026-05-20"}}},
        {"close_date", "2026-07-01", {{"date_end", "2026-07-01"}}},
        {"description", "Thirteen chairs", {{"description", "Thirteen chairs"}}},
    };
    return subject;
}

}  // namespace navette::conformance
