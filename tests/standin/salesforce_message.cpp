#include "tests/standin/salesforce_message.hpp"

#include "tests/standin/salesforce_id.hpp"

#include <navette/sdk/timestamp.hpp>

#include <array>

namespace navette::standin {

namespace {

// There are no outbound messages for other objects.
constexpr std::array<std::string_view, 5> kTold{"Lead", "Contact", "Account", "Opportunity", "Task"};

}  // namespace

void SalesforceMessages::subscribe(std::string url, const std::string& secret) {
    if (!secret.empty()) {
        url += (url.find('?') == std::string::npos ? "?token=" : "&token=") + secret;
    }
    addresses_.push_back(std::move(url));
}

void SalesforceMessages::tell(const SalesforceObject& object, const SalesforceRecord& record) {
    if (std::ranges::find(kTold, object.name) == kTold.end()) {
        return;
    }
    const auto stamp = sdk::iso_text(sdk::Instant(std::chrono::seconds(record.modified))) + ".000Z";
    for (const auto& address : addresses_) {
        ++last_;
        Delivery delivery;
        delivery.url = address;
        delivery.topic = object.name;
        delivery.headers = {{"Content-Type", "text/xml; charset=utf-8"}, {"SOAPAction", "\"\""}};
        delivery.body =
            R"(<?xml version="1.0" encoding="UTF-8"?>)"
            R"(<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" )"
            R"(xmlns:xsd="http://www.w3.org/2001/XMLSchema" )"
            R"(xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>)"
            R"(<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>)" +
            organization_id_ + "</OrganizationId><ActionId>" + make_salesforce_id("04k", 1) +
            R"(</ActionId><SessionId xsi:nil="true"/>)"
            "<EnterpriseUrl>https://standin.my.salesforce.com/services/Soap/c/68.0</EnterpriseUrl>"
            "<PartnerUrl>https://standin.my.salesforce.com/services/Soap/u/68.0</PartnerUrl>"
            "<Notification><Id>" +
            make_salesforce_id("04l", last_) + R"(</Id><sObject xsi:type="sf:)" + object.name +
            R"(" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>)" + record.id +
            "</sf:Id><sf:SystemModstamp>" + stamp +
            "</sf:SystemModstamp></sObject></Notification></notifications></soapenv:Body></soapenv:Envelope>";
        outbox_.post(std::move(delivery));
    }
}

}  // namespace navette::standin
