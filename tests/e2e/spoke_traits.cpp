#include "tests/e2e/spoke_traits.hpp"

#include "tests/e2e/dolibarr_spoke.hpp"
#include "tests/standin/salesforce_site.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <stdexcept>

namespace navette::test {

namespace json = boost::json;
using standin::BlockingClient;
using standin::SiteInProcess;
using People = std::map<std::string, json::object>;

namespace {

constexpr const char* kPatience = "retry: {max_retries: 100, base: 30ms, cap: 300ms}\ntimeout: 5s\n";

json::value answer_of(BlockingClient& client, const std::string& target, const std::string& body = "") {
    const auto reply = client.send(body.empty() ? "GET" : "POST", target, body);
    if (reply.status != 200) {
        throw std::runtime_error(target + ": " + std::to_string(reply.status) + " " + reply.body);
    }
    return reply.json();
}

People read_hubspot(SiteInProcess& site) {
    BlockingClient client(site.port(), {{"Authorization", "Bearer pat-eu1-right-token"}});
    const std::string list =
        "/crm/objects/2026-09/contacts?limit=100&properties=firstname,lastname,email,phone,company,"
        "lifecyclestage";
    People people;
    for (std::string after; true;) {
        const auto page = answer_of(client, list + (after.empty() ? "" : "&after=" + after)).as_object();
        for (const auto& result : page.at("results").as_array()) {
            people[std::string(result.at("id").as_string())] = result.at("properties").as_object();
        }
        const auto* paging = page.if_contains("paging");
        if (paging == nullptr) {
            return people;
        }
        after = std::string(paging->at("next").at("after").as_string());
    }
}

People read_salesforce(SiteInProcess& site) {
    const auto consent = site.control("POST", "tokens", R"({"consent":true})");
    const auto token = std::string(consent.at("access_token").as_string());
    BlockingClient client(site.port(), {{"Authorization", "Bearer " + token}});
    const auto found = answer_of(
        client, "/services/data/v68.0/query?q=SELECT+Id,FirstName,LastName,Email,Phone+FROM+Contact"
    );
    People people;
    for (const auto& row : found.at("records").as_array()) {
        auto fields = row.as_object();
        fields.erase("attributes");
        people[std::string(row.at("Id").as_string())] = std::move(fields);
    }
    return people;
}

People read_zendesk(SiteInProcess& site) {
    BlockingClient client(
        site.port(), {{"Authorization", "Basic " + sdk::base64("agent@acme.test/token:t-1")}}
    );
    People people;
    const auto found = answer_of(client, "/api/v2/incremental/users/cursor.json?start_time=0");
    for (const auto& user : found.at("users").as_array()) {
        if (user.at("active") == json::value(true)) {
            people[json::serialize(user.at("id"))] = user.as_object();
        }
    }
    return people;
}

People read_shopify(SiteInProcess& site) {
    BlockingClient client(site.port(), {{"X-Shopify-Access-Token", "shpat_1"}});
    const json::object query{
        {"query",
         "query($first:Int!,$after:String,$query:String){customers(first:$first,after:$after,sortKey:UPDATED_"
         "AT,query:$query){nodes{id updatedAt firstName lastName email phone note tags "
         "defaultAddress{company address1 zip city countryCodeV2}} pageInfo{hasNextPage endCursor}}}"},
        {"variables", json::object{{"first", 100}}}
    };
    const auto found = answer_of(client, "/admin/api/2026-10/graphql.json", json::serialize(query));
    People people;
    for (const auto& node : found.at("data").at("customers").at("nodes").as_array()) {
        people[std::string(node.at("id").as_string())] = node.as_object();
    }
    return people;
}

SpokeTraits hubspot() {
    SpokeTraits traits;
    traits.object = "contact";
    traits.kind = "contacts";
    traits.overrides =
        "limits: [{requests: 100000, per: 10s}, {requests: 10000000, per: day}]\n" + std::string(kPatience);
    traits.settings = [](const std::string& url) -> std::map<std::string, std::string> {
        return {{"base_url", url}, {"portal_id", "55501234"}, {"archived_every", "0"}};
    };
    traits.secrets = {{"token", "pat-eu1-right-token"}, {"client_secret", "hook-secret-1"}};
    traits.webhook_secret = "client_secret";
    traits.fields = {
        {"first_name", "firstname"}, {"last_name", "lastname"}, {"phone", "phone"}, {"email", "email"}
    };
    traits.read = read_hubspot;
    return traits;
}

SpokeTraits salesforce() {
    SpokeTraits traits;
    traits.options = {{"day_limit", "10000000"}};
    traits.object = "contact";
    traits.kind = "Contact";
    traits.overrides = "limits: [{requests: 10000000, per: day}]\n" + std::string(kPatience);
    traits.settings = [](const std::string& url) -> std::map<std::string, std::string> {
        return {
            {"base_url", url},
            {"own_client_id", "client-1"},
            {"organization_id", standin::default_salesforce_organization()}
        };
    };
    traits.secrets = {{"client_secret", "client-secret-1"}, {"webhook_token", "token-of-the-address"}};
    traits.webhook_secret = "webhook_token";
    traits.fields = {
        {"first_name", "FirstName"}, {"last_name", "LastName"}, {"phone", "Phone"}, {"email", "Email"}
    };
    traits.read = read_salesforce;
    return traits;
}

SpokeTraits zendesk() {
    SpokeTraits traits;
    traits.object = "contact";
    traits.kind = "users";
    traits.overrides = "limits: [{requests: 1000000, per: 1m}]\n" + std::string(kPatience);
    traits.settings = [](const std::string& url) -> std::map<std::string, std::string> {
        return {{"base_url", url}, {"email", "agent@acme.test"}};
    };
    traits.secrets = {{"api_token", "t-1"}, {"signing_secret", "c2lnbmluZyBzZWNyZXQ="}};
    traits.webhook_secret = "signing_secret";
    // The name is one field there.
    traits.fields = {{"phone", "phone"}, {"email", "email"}};
    traits.read = read_zendesk;
    return traits;
}

SpokeTraits shopify() {
    SpokeTraits traits;
    traits.options = {{"points", "1000000"}, {"restore", "100000"}};
    traits.object = "customer";
    traits.kind = "customers";
    // The stand-in keeps the files of bulk operations under another name of the same machine.
    traits.overrides =
        "hosts: [localhost]\nlimits: [{points: 1000000, restore: 100000}]\n" + std::string(kPatience);
    traits.settings = [](const std::string& url) -> std::map<std::string, std::string> {
        return {{"base_url", url}, {"shop", "navette-test"}, {"own_client_id", "client-1"}};
    };
    traits.secrets = {{"client_secret", "client-secret-1"}};
    traits.webhook_secret = "client_secret";
    traits.fields = {
        {"first_name", "firstName"}, {"last_name", "lastName"}, {"phone", "phone"}, {"email", "email"}
    };
    traits.read = read_shopify;
    return traits;
}

}  // namespace

const SpokeTraits& spoke_traits(const std::string& slug) {
    static const std::map<std::string, SpokeTraits> all{
        {"dolibarr", dolibarr_traits()},
        {"hubspot", hubspot()},
        {"salesforce", salesforce()},
        {"zendesk", zendesk()},
        {"shopify", shopify()}
    };
    const auto found = all.find(slug);
    if (found == all.end()) {
        throw std::invalid_argument("no two-way test knows the platform " + slug);
    }
    return found->second;
}

}  // namespace navette::test
