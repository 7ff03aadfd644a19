#include "tests/conformance/subject.hpp"

#include <boost/json.hpp>

namespace navette::conformance {

namespace {

namespace json = boost::json;

/// A record made through Pipedrive's own pages; its id.
std::string made(standin::SiteInProcess& site, const std::string& object) {
    const auto answer = site.control("POST", "change", json::serialize(json::object{{"object", object}}));
    return std::string(answer.at("remote_id").as_string());
}

std::map<std::string, std::string> parents(standin::SiteInProcess& site) {
    return {
        {"contact", made(site, "contact")}, {"company", made(site, "company")}, {"deal", made(site, "deal")}
    };
}

std::string two_digits(int n) {
    return std::to_string(100 + n % 60).substr(1);
}

json::object contact(int n) {
    const auto number = std::to_string(n);
    return {
        {"first_name", "Ana"},
        {"last_name", "Berg " + number},
        {"name", "Ana Berg " + number},
        {"email", "ana" + number + "@berg.test"},
        {"phone", "+336123" + std::to_string(10'000 + n)}
    };
}

json::object company(int n) {
    return {{"name", "Acme " + std::to_string(n)}};
}

json::object deal(int n) {
    return {
        {"title", "Deal " + std::to_string(n)},
        {"amount_cents", 12'050 + n},
        {"currency", "EUR"},
        {"stage", "proposal"},
        {"close_date", "2026-12-01"}
    };
}

json::object note(int n) {
    return {
        {"body", "Quote no. " + std::to_string(n) + "\nsent & signed"},
        {"created_at", "2026-05-01T10:" + two_digits(n) + ":00Z"}
    };
}

json::object call(int n) {
    return {
        {"started_at", "2026-05-01T10:" + two_digits(n) + ":00Z"},
        {"duration_s", 300},
        {"direction", "outbound"},
        {"contact_phone", "+336123" + std::to_string(10'000 + n)},
        {"own_phone", "+33100000000"},
        {"title", "About the quote"},
        {"summary", "Will sign"},
        {"status", "completed"}
    };
}

json::object activity(int n) {
    return {
        {"title", "Meet " + std::to_string(n)},
        {"type", "meeting"},
        {"due_date", "2026-05-01"},
        {"due_at", "2026-05-01T10:" + two_digits(n) + ":00Z"},
        {"duration_s", 1'800},
        {"done", false},
        {"body", "Bring the contract"}
    };
}

/// The record later, with another value of that field.
std::function<json::object(int)> with(json::object (*record)(int), const char* field, json::value value) {
    return [=](int n) {
        auto later = record(n);
        later[field] = value;
        return later;
    };
}

std::vector<ObjectCase> objects() {
    std::vector<ObjectCase> all(6);
    all[0].object = "contact";
    all[0].kind = "persons";
    all[0].record = contact;
    all[0].changed = with(contact, "last_name", "Lund");
    all[1].object = "company";
    all[1].kind = "organizations";
    all[1].record = company;
    all[1].changed = with(company, "name", "Acme Europe");
    all[2].object = "deal";
    all[2].kind = "deals";
    all[2].record = deal;
    all[2].changed = with(deal, "stage", "won");
    all[3].object = "note";
    all[3].kind = "notes";
    all[3].record = note;
    all[3].changed = with(note, "body", "Quote withdrawn");
    all[3].references = parents;
    all[4].object = "call";
    all[4].kind = "callLogs";
    all[4].record = call;
    all[4].references = parents;
    all[4].pulled = false;
    all[5].object = "activity";
    all[5].kind = "activities";
    all[5].record = activity;
    all[5].changed = with(activity, "done", true);
    all[5].references = parents;
    const auto contact_point = [](const char* value) {
        return json::array{json::object{{"value", value}, {"primary", true}, {"label", "home"}}};
    };
    all[0].edits = {
        {"first_name", "Eva", {{"name", "Eva Berg 1"}}},
        {"last_name", "Lund", {{"name", "Eva Lund"}}},
        {"email", "eva@lund.test", {{"emails", contact_point("eva@lund.test")}}},
        {"phone", "+33611223344", {{"phones", contact_point("+33611223344")}}},
    };
    all[1].edits = {{"name", "Beta", {{"name", "Beta"}}}};
    all[2].edits = {
        {"title", "Second deal", {{"title", "Second deal"}}},
        {"amount_cents", 9'950, {{"value", 99.5}}},
        {"currency", "USD", {{"currency", "USD"}}},
        {"stage", "won", {{"status", "won"}}},
        {"close_date", "2027-01-15", {{"expected_close_date", "2027-01-15"}}},
    };
    all[5].edits = {
        {"title", "Meet again", {{"subject", "Meet again"}}},
        {"type", "call", {{"type", "call"}}},
        {"due_at", "2026-05-01T11:30:00Z", {{"due_time", "11:30"}}},
        {"duration_s", 3'600, {{"duration", "01:00"}}},
        {"done", true, {{"done", true}}},
        {"body", "Bring two & more", {{"note", "Bring two &amp; more"}}},
    };
    return all;
}

}  // namespace

Subject pipedrive_subject() {
    Subject subject;
    subject.slug = "pipedrive";
    subject.options = {{"token", "token-1"}, {"company", "acme"}};
    subject.settings = [](const std::string& url) {
        return json::object{
            {"base_url", url},
            {"company_domain", "acme"},
            {"webhook_user", "navette"},
            {"own_phone", "+33100000000"},
            {"stages", {{"proposal", 2}}}
        };
    };
    subject.secrets = {{"api_token", "token-1"}, {"webhook_password", "webhook-password-1"}};
    subject.wrong_secrets = {{"api_token", "no-such-token"}, {"webhook_password", "webhook-password-2"}};
    subject.webhook_secret = "webhook_password";
    subject.objects = objects();
    return subject;
}

}  // namespace navette::conformance
