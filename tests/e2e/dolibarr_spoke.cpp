#include "tests/e2e/dolibarr_spoke.hpp"

#include "tests/standin/real_dolibarr.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace navette::test {

namespace json = boost::json;
using standin::RealDolibarr;
using standin::SiteInProcess;
using People = std::map<std::string, json::object>;

namespace {

constexpr const char* kKey = "standin-key-0123456789";
// Dolibarr shows every field of a contact, the empty ones as "".
constexpr const char* kList =
    "/contacts?limit=1000&sortfield=t.rowid&properties=id,firstname,lastname,phone_pro,phone_mobile,email"
    "&sqlfilters=(t.email:like:'%25@soak.test')";

std::string key() {
    const auto real = RealDolibarr::of_environment();
    return real ? real->key() : kKey;
}

People read(SiteInProcess& site) {
    standin::BlockingClient client(site.port(), {{"DOLAPIKEY", key()}});
    const auto reply = client.send("GET", std::string(RealDolibarr::kBase) + kList);
    const auto rows = reply.json();
    People people;
    if (reply.status == 404) {
        return people;  // nobody is there
    }
    if (reply.status != 200 || !rows.is_array()) {
        throw std::runtime_error("contacts: " + std::to_string(reply.status) + " " + reply.body);
    }
    for (const auto& row : rows.get_array()) {
        json::object fields;
        for (const auto& [name, value] : row.as_object()) {
            const bool is_empty = value.is_string() && value.get_string().empty();
            fields[name] = is_empty ? json::value() : value;
        }
        const auto& id = fields.at("id");
        people[id.is_string() ? std::string(id.get_string()) : json::serialize(id)] = fields;
    }
    return people;
}

/// What somebody does in the real one. Not through the relay: it would wait for the webhook that this causes.
json::value change_real(const json::object& wish) {
    const auto site = RealDolibarr::of_environment().value();
    const auto* id = wish.if_contains("remote_id");
    const auto path = std::string("/contacts") + (id == nullptr ? "" : "/" + std::string(id->as_string()));
    const auto* fields = wish.if_contains("fields");
    const auto answered = wish.contains("delete")
                              ? site.call("DELETE", path)
                              : site.call(id == nullptr ? "POST" : "PUT", path, fields->as_object());
    if (answered.status != 200) {
        throw std::runtime_error(path + ": " + std::to_string(answered.status) + " " + answered.body);
    }
    return json::object{{"remote_id", id == nullptr ? json::value(answered.body) : *id}};
}

}  // namespace

SpokeTraits dolibarr_traits() {
    const bool is_real = RealDolibarr::of_environment().has_value();
    SpokeTraits traits;
    traits.site = is_real ? "dolibarr-relay" : "dolibarr";
    traits.options = {{"api_key", key()}};
    traits.object = "contact";
    traits.kind = "contacts";
    // PHP finishes a create after its client has gone: the stand-in at once, the real one within the settle
    // time that it gets here.
    traits.overrides = "limits: [{requests: 100000, per: 1s}]\nwebhooks: {fetch_after: " +
                       std::string(is_real ? "2s" : "100ms") +
                       "}\nretry: {max_retries: 100, base: 30ms, cap: "
                       "300ms}\ntimeout: 20s\nobjects: {contact: {settle: " +
                       std::string(is_real ? "5s" : "200ms") + "}}\n";
    traits.settings = [](const std::string& url) -> std::map<std::string, std::string> {
        return {{"base_url", url + RealDolibarr::kBase}};
    };
    traits.secrets = {{"api_key", key()}, {"webhook_secret", "hook-secret-of-the-soak"}};
    traits.webhook_secret = "webhook_secret";
    traits.fields = {
        {"first_name", "firstname"}, {"last_name", "lastname"}, {"phone", "phone_pro"}, {"email", "email"}
    };
    traits.pull_finds_deletes = false;
    traits.read = read;
    if (is_real) {
        traits.change = change_real;
    }
    return traits;
}

}  // namespace navette::test
