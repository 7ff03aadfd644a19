#include "outbound_message.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/reading.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::salesforce {
namespace {

namespace json = sdk::json;

constexpr auto kOrganization = "00Dx0000000BV7zEAG";

std::string notification(const std::string& id, const std::string& record) {
    return "<Notification><Id>" + id + "</Id>" + record + "</Notification>";
}

std::string message(const std::string& notifications, const std::string& organization = kOrganization) {
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>)" +
           organization + R"(</OrganizationId>
   <ActionId>04kx00000004CLk</ActionId>
   <SessionId xsi:nil="true"/>
   <EnterpriseUrl>https://acme.my.salesforce.com/services/Soap/c/68.0/00Dx</EnterpriseUrl>
   <PartnerUrl>https://acme.my.salesforce.com/services/Soap/u/68.0/00Dx</PartnerUrl>)" +
           notifications + R"(
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>)";
}

const std::string kContact = notification(
    "04lx0000000Vm5fAAC",
    R"(<sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>003x0000001dlAjAAI</sf:Id><sf:LastName>O&apos;Neil &amp; Söhne</sf:LastName><sf:Phone xsi:nil="true"/><sf:SystemModstamp>2026-05-01T10:00:00.000Z</sf:SystemModstamp></sObject>)"
);

sdk::WebhookRequest request(std::string path, std::string body = message(kContact)) {
    sdk::WebhookRequest made;
    made.method = "POST";
    made.path = std::move(path);
    made.body = std::move(body);
    return made;
}

sdk::WebhookVerdict verdict_on(const sdk::WebhookRequest& made, const std::string& organization) {
    const std::array<std::string, 2> secrets{"old-secret", "new-secret"};
    const json::object settings{{"organization_id", organization}};
    auto verdict = verify_message(made, {secrets, settings, {}});
    EXPECT_EQ(verdict.genuine, verdict.reason.empty()) << verdict.reason;
    return verdict;
}

TEST(SalesforceVerify, ASecretInTheAddressAndTheRightOrganisationOpen) {
    for (const auto* path : {"/w/salesforce/7?token=new-secret", "/w?a=b&token=old-secret&c=d"}) {
        EXPECT_TRUE(verdict_on(request(path), kOrganization).genuine) << path;
        EXPECT_TRUE(verdict_on(request(path), "00Dx0000000BV7z").genuine) << "15 characters";
    }
    EXPECT_TRUE(
        verdict_on(request("/w?token=new-secret", message(kContact, "00Dx0000000BV7z")), kOrganization)
            .genuine
    );
}

TEST(SalesforceVerify, NeitherIsEnoughAlone) {
    for (const auto* path :
         {"/w", "/w?token=", "/w?token=new-secreT", "/w?xtoken=new-secret", "/w/new-secret"}) {
        EXPECT_FALSE(verdict_on(request(path), kOrganization).genuine) << path;
    }
    EXPECT_FALSE(verdict_on(request("/w?token=new-secret"), "00Dx0000000BV7y").genuine);
    EXPECT_FALSE(verdict_on(request("/w?token=new-secret"), "00dx0000000bv7z").genuine) << "case counts";
    EXPECT_FALSE(verdict_on(request("/w?token=new-secret"), "").genuine) << "no organisation set";
    EXPECT_FALSE(verdict_on(request("/w?token=new-secret", message(kContact, "")), kOrganization).genuine);
    EXPECT_FALSE(verdict_on(request("/w?token=new-secret", "{}"), kOrganization).genuine);
}

std::vector<sdk::WebhookEvent> events_of(std::string body) {
    auto events = parse_message(request("/w", std::move(body)));
    EXPECT_TRUE(events.has_value()) << (events ? std::string() : events.error());
    return events.value_or(std::vector<sdk::WebhookEvent>());
}

TEST(SalesforceParse, EachNotificationIsAnEvent) {
    const auto events = events_of(message(
        kContact +
        notification(
            "04l2",
            R"(<sObject xsi:type="sf:Opportunity" xmlns:sf="urn:x"><sf:Id>006x0000001dlAj</sf:Id><sf:IsDeleted>true</sf:IsDeleted></sObject>)"
        ) +
        notification("04l3", R"(<sObject xsi:type="sf:Case" xmlns:sf="urn:x"><sf:Id>500x</sf:Id></sObject>)")
    ));
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].deduplication_key, "04lx0000000Vm5fAAC");
    EXPECT_EQ(events[0].account, kOrganization);
    EXPECT_EQ(events[0].object, "contact");
    EXPECT_EQ(events[0].remote_id, "003x0000001dlAjAAI");
    EXPECT_EQ(sdk::text_at(events[0].fields, "LastName"), "O'Neil & Söhne");
    EXPECT_TRUE(events[0].fields.at("Phone").is_null());
    EXPECT_TRUE(events[0].thin);
    EXPECT_FALSE(events[0].deleted);
    EXPECT_EQ(events[0].occurred_at, sdk::from_iso_text("2026-05-01T10:00:00Z"));
    EXPECT_EQ(events[1].object, "deal");
    EXPECT_EQ(events[1].remote_id.size(), 18U);
    EXPECT_TRUE(events[1].deleted);
    EXPECT_EQ(events[2].object, "");
}

TEST(SalesforceParse, PrefixesAreFreeAndBlanksDoNotMatter) {
    const auto events = events_of(
        R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><o:notifications xmlns:o="http://soap.sforce.com/2005/09/outbound">)"
        R"(<o:OrganizationId>00Dx0000000BV7z</o:OrganizationId><o:Notification><o:Id>04l1</o:Id><o:sObject xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:type="Lead"><Id>00Qx</Id></o:sObject></o:Notification></o:notifications></s:Body></s:Envelope>)"
    );
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].object, "lead");
    EXPECT_EQ(events[0].account, kOrganization);
}

TEST(SalesforceParse, IdsOf15CharactersAreCompletedTo18) {
    EXPECT_EQ(full_id("00Dx0000000BV7z"), "00Dx0000000BV7zEAG");
    EXPECT_EQ(full_id("003x0000001dlAj"), "003x0000001dlAjAAI");
    EXPECT_EQ(full_id("003x0000001dlAjAAI"), "003x0000001dlAjAAI");
    EXPECT_EQ(full_id(""), "");
}

TEST(SalesforceParse, EntitiesAndDocumentTypesAreRefused) {
    const auto with_dtd = [](const std::string& dtd) {
        auto body = message(kContact);
        return body.insert(body.find("<soapenv:Envelope"), dtd);
    };
    for (const auto& body :
         {with_dtd(R"(<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>)"),
          with_dtd(R"(<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>)"),
          with_dtd(R"(<!DOCTYPE x SYSTEM "http://evil.test/x.dtd">)")}) {
        const auto events = parse_message(request("/w", body));
        ASSERT_FALSE(events.has_value());
        EXPECT_NE(events.error().find("document type"), std::string::npos) << events.error();
    }
    auto body = message(kContact);
    body.replace(body.find("O&apos;Neil"), 11, "&unknown;");
    EXPECT_EQ(sdk::text_at(events_of(body).front().fields, "LastName"), "&unknown; & Söhne")
        << "never resolved";
}

TEST(SalesforceParse, BadBodiesAreToldInASentence) {
    auto cut = message(kContact);
    cut.resize(cut.size() / 2);
    std::string deep;
    for (int level = 0; level < 100'000; ++level) {
        deep += "<a>";
    }
    auto other_namespace = message(kContact);
    other_namespace.replace(other_namespace.find("2005/09/outbound"), 16, "2005/09/elsewhere");
    for (const auto& body :
         {std::string(),
          std::string("{}"),
          std::string("<a/>"),
          cut,
          deep,
          other_namespace,
          message(""),
          message(kContact, ""),
          message("<Notification><Id>1</Id></Notification>"),
          message("<Notification><sObject/></Notification>")}) {
        const auto events = parse_message(request("/w", body));
        ASSERT_FALSE(events.has_value()) << body.substr(0, 80);
        EXPECT_FALSE(events.error().empty());
    }
}

TEST(SalesforceParse, WellFormedNestingOfAnyDepthDoesNoHarm) {
    constexpr int kLevels = 200'000;
    std::string deep;
    for (int level = 0; level < kLevels; ++level) {
        deep += "<a>";
    }
    for (int level = 0; level < kLevels; ++level) {
        deep += "</a>";
    }
    EXPECT_EQ(events_of(message(kContact + deep)).size(), 1U);
}

TEST(SalesforceConnector, AnswersWithTheReceiptThatSalesforceExpects) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    EXPECT_EQ(connector->slug(), "salesforce");
    const auto reply = connector->acknowledge(request("/w"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.content_type.starts_with("text/xml"));
    EXPECT_EQ(
        reply.body,
        R"(<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>)"
    );
    EXPECT_TRUE(connector->parse(request("/w")).has_value());
}

}  // namespace
}  // namespace navette::salesforce
