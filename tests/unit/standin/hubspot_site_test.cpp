// The HubSpot stand-in as a whole: who may enter, how often, versions, webhooks, and what a test can do to
// it.
#include "tests/standin/site_in_process.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;

const std::string kContacts = "/crm/objects/2026-09/contacts";
constexpr auto kToken = "Bearer pat-eu1-right-token";

TEST(HubSpotSite, TakesItsStaticTokenAndNoOther) {
    SiteInProcess site("hubspot");
    BlockingClient client(site.port());
    EXPECT_EQ(client.send("GET", kContacts).status, 401U);
    client.set_header("Authorization", "Bearer another");
    EXPECT_EQ(client.send("GET", kContacts).json().at("category"), "INVALID_AUTHENTICATION");
    client.set_header("Authorization", kToken);
    EXPECT_EQ(client.send("GET", kContacts).status, 200U);
    EXPECT_EQ(client.send("GET", "/crm/v3/objects/contacts").content_type, "text/html");
    EXPECT_EQ(client.send("GET", "/crm/objects/2025-01/contacts").status, 404U);
    site.control("POST", "tokens", R"({"revoke":true})");
    EXPECT_EQ(client.send("GET", kContacts).status, 401U);
}

TEST(HubSpotSite, GivesOutOAuthTokensThatExpireAndRefreshTokensThatWorkOnce) {
    SiteInProcess site("hubspot");
    const auto pair = site.control("POST", "tokens", R"({"consent":true})").as_object();
    BlockingClient client(
        site.port(), {{"Authorization", "Bearer " + std::string(pair.at("access_token").as_string())}}
    );
    EXPECT_EQ(client.send("GET", kContacts).status, 200U);
    site.control("POST", "tokens", R"({"expire":true})");
    EXPECT_EQ(client.send("GET", kContacts).json().at("category"), "EXPIRED_AUTHENTICATION");

    const auto form =
        "grant_type=refresh_token&client_id=client-1&client_secret=client-secret-1&refresh_token=" +
        std::string(pair.at("refresh_token").as_string());
    EXPECT_EQ(client.send("POST", "/oauth/2026-09/token", form).status, 415U) << "sent as JSON";
    client.set_header("Content-Type", "application/x-www-form-urlencoded");
    const auto fresh = client.send("POST", "/oauth/2026-09/token", form);
    ASSERT_EQ(fresh.status, 200U) << fresh.body;
    EXPECT_EQ(fresh.json().at("expires_in"), 1800);
    EXPECT_EQ(fresh.json().at("hub_id"), 55'501'234);
    client.set_header("Authorization", "Bearer " + std::string(fresh.json().at("access_token").as_string()));
    EXPECT_EQ(client.send("GET", kContacts).status, 200U);

    const auto dead = client.send("POST", "/oauth/2026-09/token", form);
    EXPECT_EQ(dead.status, 400U);
    EXPECT_EQ(dead.json().at("error"), "invalid_grant");
    EXPECT_EQ(dead.json().at("status"), "BAD_REFRESH_TOKEN");
}

TEST(HubSpotSite, NamesTheScopeThatATokenLacks) {
    SiteInProcess site("hubspot", {{"without_scope", "crm.objects.deals.write"}});
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    EXPECT_EQ(client.send("GET", "/crm/objects/2026-09/deals").status, 200U);
    const auto refused = client.send("POST", "/crm/objects/2026-09/deals", R"({"properties":{}})");
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(
        refused.json().at("errors").at(0).at("context").at("requiredGranularScopes").at(0),
        "crm.objects.deals.write"
    );
}

TEST(HubSpotSite, CountsRequestsAndSearchesApart) {
    SiteInProcess site(
        "hubspot", {{"rate", "2"}, {"rate_ms", "60000"}, {"search_rate", "1"}, {"search_rate_ms", "60000"}}
    );
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    EXPECT_EQ(client.send("POST", kContacts + "/search", "{}").status, 200U);
    const auto search = client.send("POST", kContacts + "/search", "{}");
    EXPECT_EQ(search.status, 429U);
    EXPECT_EQ(search.json().at("policyName"), "SECONDLY");
    EXPECT_EQ(client.send("GET", kContacts).status, 200U);
    EXPECT_EQ(client.send("GET", kContacts).status, 200U);
    const auto refused = client.send("GET", kContacts);
    EXPECT_EQ(refused.status, 429U);
    EXPECT_EQ(refused.json().at("policyName"), "TEN_SECONDLY_ROLLING");
    EXPECT_EQ(refused.json().at("errorType"), "RATE_LIMIT");
    site.reset();
    EXPECT_EQ(client.send("GET", kContacts).status, 200U);
}

TEST(HubSpotSite, EndsADayAfterItsRequests) {
    SiteInProcess site("hubspot", {{"daily", "1"}});
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    EXPECT_EQ(client.send("GET", kContacts).status, 200U);
    EXPECT_EQ(client.send("GET", kContacts).json().at("policyName"), "DAILY");
}

TEST(HubSpotSite, EnforcesTheAccountsRulesInTheNewVersionOnly) {
    SiteInProcess site("hubspot", {{"required", "contacts.phone"}});
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    const std::string body = R"({"properties":{"firstname":"Ana"}})";
    EXPECT_EQ(client.send("POST", kContacts, body).status, 400U);
    EXPECT_EQ(client.send("POST", "/crm/objects/2026-03/contacts", body).status, 201U);
}

TEST(HubSpotSite, TellsWhetherAPropertyIsUniqueAndTakesNewOnes) {
    SiteInProcess site("hubspot", {{"without_key_on", "deals"}});
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    const std::string properties = "/crm/properties/2026-09/";
    const auto key = client.send("GET", properties + "contacts/navette_external_id");
    EXPECT_EQ(key.json().at("hasUniqueValue"), true);
    EXPECT_EQ(client.send("GET", properties + "deals/navette_external_id").status, 404U);
    const auto upsert = [&] {
        return client.send(
            "POST",
            "/crm/objects/2026-09/deals/batch/upsert",
            R"({"inputs":[{"id":"nv-1","idProperty":"navette_external_id","properties":{"dealname":"D","dealstage":"closedwon"}}]})"
        );
    };
    EXPECT_EQ(upsert().status, 400U);
    const auto made = client.send(
        "POST",
        properties + "deals",
        R"({"name":"navette_external_id","label":"navette id","type":"string","fieldType":"text","groupName":"dealinformation","hasUniqueValue":true})"
    );
    EXPECT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(upsert().status, 200U);
}

TEST(HubSpotSite, ASearchSeesAWriteOnlyAfterItsLag) {
    SiteInProcess site("hubspot", {{"search_lag_ms", "3600000"}});
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    const auto id = client.send("POST", kContacts, R"({"properties":{"email":"a@x.test"}})").json().at("id");
    EXPECT_EQ(client.send("POST", kContacts + "/search", "{}").json().at("total"), 0);
    const auto by_email = client.send("GET", kContacts + "/a@x.test?idProperty=email");
    EXPECT_EQ(by_email.json().at("id"), id) << "reading it is no search";
}

TEST(HubSpotSite, SendsEveryChangeSignedToTheAppsAddress) {
    SiteInProcess site("hubspot", {{"webhook_tries", "1"}});
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    const std::string url = "http://127.0.0.1:9/hook";
    site.control("POST", "webhook", R"({"url":")" + url + R"(","secret":"s-1"})");
    const auto id =
        std::string(site.control("POST", "change", R"({"object":"contact"})").at("remote_id").as_string());
    site.control("POST", "change", R"({"object":"contact","remote_id":")" + id + R"("})");
    client.send("PATCH", kContacts + "/" + id, R"({"properties":{"firstname":"A","phone":"1"}})");
    site.control("POST", "change", R"({"object":"contact","remote_id":")" + id + R"(","delete":true})");
    site.control("POST", "change", R"({"object":"note"})");

    const auto sent = site.control("GET", "deliveries").as_array();
    ASSERT_EQ(sent.size(), 4U) << "a note has no subscription of its own";
    EXPECT_EQ(sent[0].at("topic"), "contact.creation");
    EXPECT_EQ(sent[1].at("topic"), "contact.propertyChange");
    const auto two = json::parse(sent[2].at("body").as_string()).as_array();
    ASSERT_EQ(two.size(), 2U) << "one event for each property";
    EXPECT_EQ(two[0].at("changeSource"), "INTEGRATION");
    EXPECT_EQ(two[0].at("portalId"), 55'501'234);
    EXPECT_EQ(std::to_string(two[0].at("objectId").as_int64()), id);
    EXPECT_EQ(sent[3].at("topic"), "contact.deletion");
    const auto& headers = sent[0].at("headers").as_object();
    const auto signed_text = "POST" + url + std::string(sent[0].at("body").as_string()) +
                             std::string(headers.at("X-HubSpot-Request-Timestamp").as_string());
    EXPECT_EQ(
        std::string(headers.at("X-HubSpot-Signature-v3").as_string()),
        sdk::base64(sdk::hmac_sha256("s-1", signed_text))
    );
}

TEST(HubSpotSite, LooksLikeHubSpotWhileItIsDown) {
    SiteInProcess site("hubspot");
    BlockingClient client(site.port(), {{"Authorization", kToken}});
    site.set_faults(R"({"api_off":true})");
    EXPECT_EQ(client.send("GET", kContacts).status, 477U);
    site.set_faults(R"({"database_down":true})");
    EXPECT_EQ(client.send("GET", kContacts).status, 502U);
    site.set_faults(R"({"unauthorized":true})");
    EXPECT_EQ(client.send("GET", kContacts).json().at("category"), "INVALID_AUTHENTICATION");
    site.set_faults(R"({"error_5xx":1})");
    EXPECT_EQ(client.send("GET", kContacts).status, 500U);
}

}  // namespace
}  // namespace navette::standin
