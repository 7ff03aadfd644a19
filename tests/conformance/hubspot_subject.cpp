#include "tests/conformance/subject.hpp"

#include <boost/json.hpp>

#include <string>

namespace navette::conformance {

namespace json = boost::json;

namespace {

json::object contact(int n) {
    const auto number = std::to_string(n);
    return {
        {"first_name", "Ana"},
        {"last_name", "Berg " + number},
        {"email", "ana" + number + "@navette.test"},
        {"phone", "+3361234" + std::to_string(1000 + n)},
        {"company", "Acme " + number},
        {"lifecycle_stage", "lead"}
    };
}

json::object changed_contact(int n) {
    auto record = contact(n);
    record["last_name"] = "Berg-Roux " + std::to_string(n);
    record["lifecycle_stage"] = "customer";
    return record;
}

json::object company(int n) {
    const auto number = std::to_string(n);
    return {
        {"name", "Acme " + number},
        {"domain", "acme" + number + ".test"},
        {"phone", "+33123456789"},
        {"address", number + " rue de la Paix"},
        {"zip", "75002"},
        {"city", "Paris"}
    };
}

json::object changed_company(int n) {
    auto record = company(n);
    record["city"] = "Lyon";
    return record;
}

json::object deal(int n) {
    return {
        {"title", "Visit " + std::to_string(n)},
        {"amount_cents", 150'000 + n},
        {"stage", "qualification"},
        {"close_date", "2026-12-24T10:00:00Z"}
    };
}

json::object changed_deal(int n) {
    auto record = deal(n);
    record["stage"] = "won";
    return record;
}

json::object note(int n) {
    return {{"body", "Contract " + std::to_string(n) + " <sent>"}, {"created_at", "2026-11-02T08:00:00Z"}};
}

json::object call(int n) {
    return {
        {"title", "Call " + std::to_string(n)},
        {"summary", "They want 3 & more"},
        {"started_at", "2026-11-02T09:00:00Z"},
        {"duration_s", 60 + n},
        {"direction", "inbound"},
        {"status", "answered"}
    };
}

json::object changed_call(int n) {
    auto record = call(n);
    record["summary"] = "They want 4";
    return record;
}

/// A mapped record with one value that HubSpot does not take.
std::function<void(json::object&)> with(const char* property, const char* value) {
    return [property, value](json::object& fields) { fields[property] = value; };
}

}  // namespace

Subject hubspot_subject() {
    Subject subject;
    subject.slug = "hubspot";
    // The suite reads what it has just written; that a search lags behind is tried apart.
    subject.options = {{"search_lag_ms", "0"}};
    subject.settings = [](const std::string& url) {
        return json::object{{"portal_id", "55501234"}, {"base_url", url}, {"archived_every", 0}};
    };
    subject.secrets = {{"token", "pat-eu1-right-token"}, {"client_secret", "hook-secret-1"}};
    subject.wrong_secrets = {{"token", "pat-eu1-wrong-token"}, {"client_secret", "hook-secret-1"}};
    subject.webhook_secret = "client_secret";
    subject.objects = {
        {"contact", "contacts", contact, changed_contact, {}, true, with("lifecyclestage", "Nonsense")},
        {"company", "companies", company, changed_company, {}, true, with("no_such_property", "1")},
        {"deal", "deals", deal, changed_deal, {}, true, with("amount", "1,000.00")},
        {"note", "notes", note, {}, {}, false, with("hs_timestamp", "yesterday")},
        {"call", "calls", call, changed_call, {}, false, with("hs_call_direction", "SIDEWAYS")},
    };
    subject.objects[0].edits = {
        {"first_name", "Eva", {{"firstname", "Eva"}}},
        {"last_name", "Lund", {{"lastname", "Lund"}}},
        {"phone", "+33611223344", {{"phone", "+33611223344"}}},
        {"company_name", "Beta", {{"company", "Beta"}}},
        {"lifecycle_stage", "customer", {{"lifecyclestage", "customer"}}},
    };
    subject.objects[1].edits = {
        {"name", "Beta", {{"name", "Beta"}}},
        {"domain", "beta.test", {{"domain", "beta.test"}}},
        {"phone", "+33100000000", {{"phone", "+33100000000"}}},
        {"address", "2 rue de la Gare", {{"address", "2 rue de la Gare"}}},
        {"zip", "69001", {{"zip", "69001"}}},
        {"city", "Lyon", {{"city", "Lyon"}}},
    };
    subject.objects[2].edits = {
        {"title", "Second visit", {{"dealname", "Second visit"}}},
        {"amount_cents", 9'950, {{"amount", "99.5"}}},
        {"stage", "negotiation", {{"dealstage", "contractsent"}}},
        {"close_date", "2027-01-15T09:00:00Z", {{"closedate", "2027-01-15T09:00:00Z"}}},
    };
    return subject;
}

}  // namespace navette::conformance
