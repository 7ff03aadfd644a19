#include "tests/conformance/subject.hpp"

#include <boost/json.hpp>

namespace navette::conformance {

namespace json = boost::json;

namespace {

using References = std::map<std::string, std::string>;

std::string made(standin::SiteInProcess& site, const char* object) {
    const auto answer = site.control("POST", "change", json::serialize(json::object{{"object", object}}));
    return std::string(answer.at("remote_id").as_string());
}

json::object contact(int n) {
    const auto number = std::to_string(n);
    return {
        {"first_name", "Ana"},
        {"last_name", "Berg " + number},
        {"name", "Ana Berg " + number},
        {"email", "ana" + number + "@navette.test"},
        {"phone", "+3361234" + std::to_string(1000 + n)},
        {"company", json::object{{"id", "c-1"}}}
    };
}

json::object changed_contact(int n) {
    auto record = contact(n);
    record["last_name"] = "Berg-Roux " + std::to_string(n);
    record["phone"] = "+33600000000";
    return record;
}

json::object company(int n) {
    return {{"name", "Acme " + std::to_string(n)}, {"notes", "met at a fair"}};
}

json::object changed_company(int n) {
    return {{"name", "Acme " + std::to_string(n)}, {"notes", "signed"}};
}

json::object ticket(int n) {
    const auto number = std::to_string(n);
    return {
        {"subject", "Broken " + number},
        {"body", "The reading " + number + " does not open"},
        {"description", "as above"},
        {"requester", json::object{{"email", "bob" + number + "@navette.test"}, {"name", "Bob " + number}}},
        {"priority", "critical"},
        {"status", "open"},
        {"contact", json::object{{"id", "p-1"}}}
    };
}

json::object changed_ticket(int n) {
    auto record = ticket(n);
    record["priority"] = "low";
    record["status"] = "pending";
    return record;
}

json::object note(int n) {
    const auto number = std::to_string(n);
    return {
        {"body", "Quote " + number + " was sent"},
        {"message", "sent"},
        {"title", "Quote"},
        {"name", "quote.pdf"},
        {"ticket", json::object{{"id", "t-1"}}}
    };
}

json::object call(int n) {
    return {
        {"title", "Call back " + std::to_string(n)},
        {"direction", "outbound"},
        {"contact_phone", "+33612345678"},
        {"phone", "+33612345679"},
        {"status", "completed"},
        {"started_at", "2026-05-01T10:00:00Z"},
        {"duration_s", 300 + n},
        {"summary", "wants an offer"},
        {"contact", json::object{{"id", "p-1"}, {"phone", "+33612345670"}}},
        {"ticket", json::object{{"id", "t-1"}}}
    };
}

ObjectCase comment_case(const char* object, json::object (*record)(int)) {
    ObjectCase made_case;
    made_case.object = object;
    made_case.kind = "comments";
    made_case.record = record;
    made_case.references = [](standin::SiteInProcess& site) {
        return References{{"ticket", made(site, "ticket")}};
    };
    made_case.pulled = false;
    return made_case;
}

}  // namespace

Subject zendesk_subject() {
    Subject subject;
    subject.slug = "zendesk";
    subject.options = {{"email", "agent@acme.test"}, {"token", "t-right"}, {"spread_ms", "1000"}};
    subject.settings = [](const std::string& url) {
        return json::object{{"base_url", url}, {"email", "agent@acme.test"}};
    };
    subject.secrets = {{"api_token", "t-right"}, {"signing_secret", "c2lnbmluZyBzZWNyZXQ="}};
    subject.wrong_secrets = {{"api_token", "t-wrong"}, {"signing_secret", "c2lnbmluZyBzZWNyZXQ="}};
    subject.webhook_secret = "signing_secret";

    ObjectCase contacts;
    contacts.object = "contact";
    contacts.kind = "users";
    contacts.record = contact;
    contacts.changed = changed_contact;
    contacts.references = [](standin::SiteInProcess& site) {
        return References{{"company", made(site, "company")}};
    };
    contacts.spoil = [](json::object& fields) { fields["email"] = "no address"; };

    ObjectCase companies;
    companies.object = "company";
    companies.kind = "organizations";
    companies.record = company;
    companies.changed = changed_company;
    companies.spoil = [](json::object& fields) { fields["name"] = ""; };

    ObjectCase tickets;
    tickets.object = "ticket";
    tickets.kind = "tickets";
    tickets.record = ticket;
    tickets.changed = changed_ticket;
    tickets.references = [](standin::SiteInProcess& site) {
        return References{{"contact", made(site, "contact")}};
    };

    contacts.edits = {
        {"first_name", "Eva", {{"name", "Eva Berg 1"}}},
        {"last_name", "Lund", {{"name", "Eva Lund"}}},
        {"phone", "+33611223344", {{"phone", "+33611223344"}}},
    };
    companies.edits = {{"notes", "left", {{"notes", "left"}}}};
    tickets.edits = {
        {"subject", "Still broken", {{"subject", "Still broken"}}},
        {"priority", "high", {{"priority", "high"}}},
        {"status", "pending", {{"status", "pending"}}},
    };
    tickets.one_way = {"requester.email", "requester.name"};

    subject.objects = {
        std::move(contacts),
        std::move(companies),
        std::move(tickets),
        comment_case("note", note),
        comment_case("call", call)
    };
    return subject;
}

}  // namespace navette::conformance
