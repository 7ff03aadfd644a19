#include "tests/conformance/subject.hpp"
#include "tests/standin/salesforce_site.hpp"

#include <boost/json.hpp>

namespace navette::conformance {

namespace {

namespace json = boost::json;

std::string numbered(const char* text, int n) {
    return text + std::to_string(n);
}

/// Somebody in the organisation makes the parent.
std::string made_there(standin::SiteInProcess& site, const char* object) {
    const auto wish = json::serialize(json::object{{"object", object}});
    return std::string(site.control("POST", "change", wish).at("remote_id").as_string());
}

json::object person(int n) {
    return {
        {"first_name", "Zoé"},
        {"last_name", numbered("Person ", n)},
        {"email", numbered("person-", n) + "@conformance.test"},
        {"phone", "+336120000" + std::to_string(10 + n % 90)},
        {"company_name", numbered("Company ", n)}
    };
}

json::object person_later(int n) {
    auto later = person(n);
    later["first_name"] = "Zoë";
    later["phone"] = "+33 7 00 00 00 00";
    return later;
}

json::object company(int n) {
    return {
        {"name", numbered("Company ", n)},
        {"domain", numbered("company-", n) + ".test"},
        {"phone", "+33 1 23 45 67 89"},
        {"address", "1 rue de la Paix"},
        {"zip", "75002"},
        {"city", "Paris"}
    };
}

json::object company_later(int n) {
    auto later = company(n);
    later["city"] = "Lyon";
    return later;
}

json::object deal(int n) {
    return {
        {"title", numbered("Deal ", n)},
        {"amount_cents", 123'450 + n},
        {"currency", "EUR"},
        {"stage", "proposal"},
        {"close_date", "2027-03-31"}
    };
}

json::object deal_later(int n) {
    auto later = deal(n);
    later["stage"] = "won";
    return later;
}

json::object call(int n) {
    return {
        {"title", numbered("Call ", n)},
        {"summary", "He asked for a price."},
        {"started_at", "2026-11-20T10:00:00Z"},
        {"duration_s", 95},
        {"direction", "inbound"},
        {"status", "answered"}
    };
}

json::object call_later(int n) {
    auto later = call(n);
    later["summary"] = "He asked for a price, and got one.";
    return later;
}

json::object note(int n) {
    return {{"title", numbered("Note ", n)}, {"body", "Signed & <returned>\nthe same day."}};
}

json::object note_later(int n) {
    auto later = note(n);
    later["body"] = "Signed.";
    return later;
}

/// A text that is longer than Salesforce takes.
void too_long(json::object& fields, const char* name) {
    fields[name] = std::string(300, 'x');
}

std::map<std::string, std::string> in_company(standin::SiteInProcess& site) {
    return {{"company", made_there(site, "company")}};
}

std::map<std::string, std::string> with_contact_and_deal(standin::SiteInProcess& site) {
    return {{"contact", made_there(site, "contact")}, {"deal", made_there(site, "deal")}};
}

}  // namespace

Subject salesforce_subject() {
    Subject subject;
    subject.slug = "salesforce";
    subject.options = {{"multi_currency", "true"}};
    subject.settings = [](const std::string& url) -> json::object {
        return {
            {"multi_currency", true},
            {"base_url", url},
            {"own_client_id", "client-1"},
            {"organization_id", standin::default_salesforce_organization()}
        };
    };
    subject.secrets = {{"client_secret", "client-secret-1"}, {"webhook_token", "token-of-the-address"}};
    subject.wrong_secrets = {{"client_secret", "wrong"}, {"webhook_token", "wrong"}};
    subject.webhook_secret = "webhook_token";
    const auto long_surname = [](json::object& fields) { too_long(fields, "LastName"); };
    const auto long_name = [](json::object& fields) { too_long(fields, "Name"); };
    const auto long_subject = [](json::object& fields) { too_long(fields, "Subject"); };
    const auto empty = [](json::object& fields) { fields["_text"] = ""; };
    subject.objects = {
        {"lead", "Lead", person, person_later, {}, true, long_surname},
        {"contact", "Contact", person, person_later, in_company, true, long_surname},
        {"company", "Account", company, company_later, {}, true, long_name},
        {"deal", "Opportunity", deal, deal_later, in_company, true, long_name},
        {"call", "Task", call, call_later, with_contact_and_deal, false, long_subject},
        {"note", "ContentNote", note, note_later, with_contact_and_deal, false, empty}
    };
    const std::vector<Edit> of_person{
        {"first_name", "Eva", {{"FirstName", "Eva"}}},
        {"last_name", "Lund", {{"LastName", "Lund"}}},
        {"phone", "+33611223344", {{"Phone", "+33611223344"}}},
    };
    subject.objects[0].edits = of_person;
    subject.objects[0].edits.push_back({"company_name", "Beta", {{"Company", "Beta"}}});
    subject.objects[1].edits = of_person;
    subject.objects[2].edits = {
        {"name", "Beta", {{"Name", "Beta"}}},
        {"domain", "beta.test", {{"Website", "beta.test"}}},
        {"phone", "+33 1 00 00 00 00", {{"Phone", "+33 1 00 00 00 00"}}},
        {"address", "2 rue de la Gare", {{"BillingStreet", "2 rue de la Gare"}}},
        {"zip", "69001", {{"BillingPostalCode", "69001"}}},
        {"city", "Lyon", {{"BillingCity", "Lyon"}}},
    };
    subject.objects[3].edits = {
        {"title", "Second deal", {{"Name", "Second deal"}}},
        {"amount_cents", 9'950, {{"Amount", 99.5}}},
        {"stage", "negotiation", {{"StageName", "Negotiation/Review"}}},
        {"close_date", "2027-04-30", {{"CloseDate", "2027-04-30"}}},
    };
    return subject;
}

}  // namespace navette::conformance
