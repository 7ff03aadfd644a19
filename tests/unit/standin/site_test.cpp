// Authentication, the firewall, set-up, and the objects beside orders.
#include "tests/standin/dolibarr_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;

std::string message(const Reply& reply) {
    return std::string(reply.json().at("error").at("message").as_string());
}
std::string detail(const Reply& reply, const std::string& index = "0") {
    return std::string(reply.json().at("error").at(index).as_string());
}

class SiteTest : public ::testing::Test {
  protected:
    DolibarrInProcess site;
};

TEST_F(SiteTest, AKeyIsNeededAndMustBeRight) {
    const std::string status = std::string(DolibarrInProcess::kBase) + "/status";
    BlockingClient stranger(site.port());
    EXPECT_EQ(stranger.send("GET", status).status, 401U);
    EXPECT_EQ(
        message(stranger.send("GET", status)).substr(0, 40), "Unauthorized: Failed to login to API. Ne"
    );
    stranger.set_header("DOLAPIKEY", "wrong");
    EXPECT_EQ(message(stranger.send("GET", status)).substr(0, 34), "Unauthorized: Error user not valid");
    stranger.set_header("DOLAPIKEY", "");
    stranger.set_header("Authorization", "Bearer right-key");
    EXPECT_EQ(stranger.send("GET", status).json().at("success").at("dolibarr_version"), "22.0.4");
    EXPECT_EQ(site.call("GET", "/users/info").json().at("login"), "navette");
}

TEST_F(SiteTest, TheFirewallAndUnknownPathsAnswerHtml) {
    const Reply colon = site.call("GET", "/orders/ref/crm%3Aorder%3A1");
    EXPECT_EQ(colon.status, 403U);
    EXPECT_EQ(colon.content_type.substr(0, 9), "text/html");
    EXPECT_EQ(site.call("GET", "/orders?sqlfilters=(t.ref:%3D:'a%22b')").status, 403U);
    EXPECT_EQ(site.call("GET", "/orders?sqlfilters=(t.ref:%3D:'union+select')").status, 403U);
    EXPECT_EQ(site.call("GET", "/nosuch").status, 501U);
    EXPECT_EQ(site.call("GET", "/orders/ref/a%2Fb").status, 404U);
    EXPECT_EQ(site.call("PATCH", "/orders/1", "{}").status, 405U);
    EXPECT_EQ(message(site.call("GET", "/invoices")), "Forbidden");
}

TEST_F(SiteTest, AnEmptyListIs404ForThirdPartiesAndEmptyForOthers) {
    EXPECT_EQ(message(site.call("GET", "/thirdparties")), "Not Found: No third parties found");
    EXPECT_EQ(site.call("GET", "/orders").body, "[]");
    EXPECT_EQ(site.call("GET", "/webhook").status, 404U);
}

TEST_F(SiteTest, CustomerCodesAreNumberedUpperCasedAndUnique) {
    EXPECT_EQ(
        site.call("POST", "/thirdparties", R"({"name":"A","client":1,"code_client":-1,"phone":"+33 1 02"})")
            .body,
        "1"
    );
    const json::value first = site.call("GET", "/thirdparties/1").json();
    EXPECT_TRUE(first.at("code_client").as_string().starts_with("CU"));
    EXPECT_TRUE(first.at("code_client").as_string().ends_with("-00001"));
    EXPECT_EQ(first.at("phone"), "+33102");
    site.call("POST", "/thirdparties", R"({"name":"B","client":1,"code_client":"nv-customer-1"})");
    EXPECT_EQ(site.call("GET", "/thirdparties/2").json().at("code_client"), "NV-CUSTOMER-1");
    const Reply taken =
        site.call("POST", "/thirdparties", R"({"name":"C","client":1,"code_client":"NV-CUSTOMER-1"})");
    EXPECT_EQ(detail(taken, "0"), "");
    EXPECT_EQ(detail(taken, "1"), "ErrorCustomerCodeAlreadyUsed");
    const Reply brief = site.call("POST", "/thirdparties", R"({"name":"C","client":1,"code_client":"NV-1"})");
    EXPECT_EQ(detail(brief, "1"), "ErrorBadCustomerCodeSyntax");
    const Reply moved = site.call("PUT", "/thirdparties/1", R"({"code_client":"NV-CUSTOMER-1"})");
    EXPECT_EQ(message(moved), "Internal Server Error");
    EXPECT_EQ(message(site.call("POST", "/thirdparties", "{}")), "Bad Request: name field missing");
    EXPECT_EQ(detail(site.call("POST", "/thirdparties", R"({"name":""})")), "ErrorBadThirdPartyName");
}

TEST_F(SiteTest, AnEmailOfTwoIsAnObjectOfNullsButTheFilterFindsBoth) {
    for (int i = 0; i < 2; ++i) {
        site.call("POST", "/contacts", R"({"lastname":"O'Brien","email":"o'brien@x.test","ref_ext":"nv-1"})");
    }
    EXPECT_TRUE(site.call("GET", "/contacts/email/both@x.test").status == 404U);
    const Reply found =
        site.call("GET", "/contacts?sqlfilters=(t.email:%3D:'o'BRIEN@x.test')&properties=id,email");
    EXPECT_EQ(found.json().as_array().size(), 2U);
    EXPECT_EQ(found.json().at(0).as_object().size(), 2U);
    site.call("POST", "/contacts", R"({"lastname":"Doe","email":"d@x.test"})");
    EXPECT_EQ(site.call("GET", "/contacts/email/d@x.test").json().at("id"), "3");
    site.call("POST", "/contacts", R"({"lastname":"Doe","email":"d@x.test"})");
    EXPECT_TRUE(site.call("GET", "/contacts/email/d@x.test").json().at("id").is_null());
}

TEST_F(SiteTest, AProductsRefIsRewrittenAndThenUnique) {
    EXPECT_EQ(
        site.call(
                "POST",
                "/products",
                R"({"ref":"SKU/3 é","label":"W","price":"24","price_base_type":"TTC","tva_tx":20})"
        )
            .status,
        200U
    );
    const json::value product = site.call("GET", "/products/ref/sku_3_e").json();
    EXPECT_EQ(product.at("ref"), "SKU_3_e");
    EXPECT_EQ(product.at("price"), "20.00000000");
    EXPECT_EQ(product.at("status"), "0");
    EXPECT_EQ(
        detail(site.call("POST", "/products", R"({"ref":"sku'3'E","label":"W"})")),
        "ErrorProductAlreadyExists"
    );
}

TEST_F(SiteTest, AProjectIgnoresARefExtAtItsCreation) {
    site.call(
        "POST",
        "/projects",
        R"({"ref":"NV-D-77","title":"Deal","ref_ext":"nv","opp_amount":1500.5,"opp_status":"WON"})"
    );
    const json::value project = site.call("GET", "/projects/ref/NV-D-77").json();
    EXPECT_TRUE(project.at("ref_ext").is_null());
    EXPECT_TRUE(project.at("opp_status").is_null());
    EXPECT_EQ(project.at("opp_amount"), "1500.50000000");
    EXPECT_EQ(
        detail(site.call("POST", "/projects", R"({"ref":"nv-d-77","title":"x"})")),
        "Duplicate entry 'nv-d-77-1' for key 'uk_projet_ref'"
    );
    EXPECT_EQ(site.call("POST", "/projects/1/validate").status, 200U);
    EXPECT_EQ(site.call("POST", "/projects/1/validate").status, 304U);
}

TEST_F(SiteTest, AnAgendaEventIsFoundByARefExtThatItDoesNotShow) {
    const std::string call =
        R"({"type_code":"AC_TEL","label":"Call","datep":1715767200,"userownerid":2,"ref_ext":"nv-call-1"})";
    EXPECT_EQ(site.call("POST", "/agendaevents", call).status, 200U);
    const json::value found = site.call("GET", "/agendaevents?sqlfilters=(t.ref_ext:%3D:'nv-call-1')").json();
    ASSERT_EQ(found.as_array().size(), 1U);
    EXPECT_TRUE(found.at(0).at("ref_ext").is_null());
    EXPECT_EQ(found.at(0).at("datep"), 1715767200);
    EXPECT_EQ(
        detail(site.call("POST", "/agendaevents", R"({"type_code":"X","userownerid":2})")),
        "ErrorActionCommBadType"
    );
}

TEST_F(SiteTest, EachWriteLeavesAnAutomaticAgendaEvent) {
    site.call("POST", "/thirdparties", R"({"name":"Acme"})");
    site.call("DELETE", "/thirdparties/1");
    const json::value events = site.call("GET", "/agendaevents").json();
    ASSERT_EQ(events.as_array().size(), 2U);
    EXPECT_EQ(events.at(0).at("type_code"), "AC_OTH_AUTO");
    EXPECT_EQ(events.at(0).at("code"), "AC_COMPANY_CREATE");
    EXPECT_EQ(events.at(1).at("code"), "AC_COMPANY_DELETE");
    EXPECT_EQ(site.effects().at("agendaevents").at("creates"), 0);
}

TEST_F(SiteTest, AUniqueExtrafieldRefusesTheSecondCreateWhole) {
    const std::string field = R"({"label":"Navette key","type":"varchar","size":"64","unique":1})";
    EXPECT_EQ(site.call("POST", "/setup/extrafields/socpeople/navette_key", field).status, 200U);
    EXPECT_EQ(site.call("POST", "/setup/extrafields/socpeople/navette_key", field).status, 409U);
    const std::string contact = R"({"lastname":"Doe","array_options":{"options_navette_key":"k-1"}})";
    EXPECT_EQ(site.call("POST", "/contacts", contact).status, 200U);
    EXPECT_EQ(
        detail(site.call("POST", "/contacts", contact)),
        "Duplicate entry 'k-1' for key 'uk_socpeople_extrafields_navette_key'"
    );
    const json::value found = site.call("GET", "/contacts?sqlfilters=(te.navette_key:%3D:'k-1')").json();
    ASSERT_EQ(found.as_array().size(), 1U);
    EXPECT_EQ(found.at(0).at("array_options").at("options_navette_key"), "k-1");
    EXPECT_EQ(site.effects().at("contacts").at("by_navette_key").at("k-1"), 1);
}

TEST(Setup, IsForAdministratorsOnly) {
    DolibarrSettings settings;
    settings.admin = false;
    DolibarrInProcess site(settings);
    EXPECT_EQ(site.call("POST", "/setup/extrafields/commande/navette_key", "{}").status, 403U);
    EXPECT_EQ(site.call("GET", "/setup/company").status, 403U);
}

TEST_F(SiteTest, WebhookTargetsAreKept) {
    EXPECT_EQ(
        site.call("POST", "/webhook", R"({"url":"https://n.test/h","trigger_codes":"ORDER_CREATE"})").status,
        500U
    );
    EXPECT_EQ(
        site.call(
                "POST",
                "/webhook",
                R"({"label":"n","url":"https://n.test/h","trigger_codes":"ORDER_CREATE","type":1})"
        )
            .body,
        "1"
    );
    EXPECT_EQ(site.call("PUT", "/webhook/1", R"({"status":"0"})").json().at("status"), "0");
    EXPECT_EQ(site.call("GET", "/webhook").json().as_array().size(), 1U);
    EXPECT_EQ(site.call("DELETE", "/webhook/1").status, 200U);
}

TEST_F(SiteTest, TheWatermarkOfAChangeIsItsModificationTimeInPhpsZone) {
    site.call("POST", "/products", R"({"ref":"A","label":"W"})");
    site.call("POST", "/products", R"({"ref":"B","label":"W"})");
    const json::value page =
        site.call(
                "GET",
                "/products?sortfield=t.tms,t.rowid&sortorder=ASC,DESC&limit=1&page=1&pagination_data=true"
        )
            .json();
    EXPECT_EQ(page.at("pagination").at("total"), 2);
    EXPECT_EQ(page.at("data").as_array().size(), 1U);
    EXPECT_EQ(
        site.call("GET", "/products?sqlfilters=(t.tms:>%3D:'2000-01-01+00:00:00')").json().as_array().size(),
        2U
    );
    EXPECT_EQ(site.call("GET", "/products?sqlfilters=(t.tms:>%3D:'2999-01-01+00:00:00')").body, "[]");
    EXPECT_EQ(
        site.call("GET", "/products?sqlfilters=(t.tms:>%3D:'9999999999')").json().as_array().size(), 2U
    );
    EXPECT_EQ(site.call("GET", "/products?sortfield=t.nosuch").status, 503U);
}

}  // namespace
}  // namespace navette::standin
