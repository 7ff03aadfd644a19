#include "tests/support/connector_test.hpp"

namespace navette::salesforce {
namespace {

constexpr auto kGood =
    R"({"createable":true,"updateable":true,"fields":[{"name":"Id"},{"name":"Navette_Id__c","externalId":true,"unique":true,"updateable":true}]})";

class SalesforceTest : public support::ConnectorTest {
  protected:
    void expect_organisation() {
        session_.expect("GET /services/data/v68.0/query?q=SELECT Id FROM Organization")
            .answer(200, R"({"done":true,"records":[{"Id":"00D000000000001EAA"}]})");
    }
    support::ScriptedSession::Exchange& expect_describe(const std::string& type) {
        return session_.expect("GET /services/data/v68.0/sobjects/" + type + "/describe");
    }
};

TEST_F(SalesforceTest, SaysThatEverythingIsThere) {
    session_.set("organization_id", "00D000000000001");  // the same id in 15 characters
    expect_organisation();
    for (const std::string type : {"Lead", "Contact", "Account", "Opportunity", "Task", "ContentNote"}) {
        expect_describe(type).answer(200, kGood);
    }
    const auto sentence = sentence_of_test(true);
    EXPECT_NE(sentence.find("00D000000000001EAA"), std::string::npos);
    EXPECT_EQ(sentence.find("missing"), std::string::npos);
}

TEST_F(SalesforceTest, NamesWhatMayNotBeWrittenAndWhatLacksTheKeyField) {
    expect_organisation();
    expect_describe("Lead").answer(404, R"([{"errorCode":"NOT_FOUND","message":"no"}])");
    expect_describe("Contact").answer(200, R"({"createable":true,"updateable":true,"fields":[]})");
    expect_describe("Account").answer(
        200,
        R"({"createable":true,"updateable":true,"fields":[{"name":"Navette_Id__c","externalId":true,"unique":false,"updateable":true}]})"
    );
    expect_describe("Opportunity").answer(200, R"({"createable":false,"updateable":true,"fields":[]})");
    expect_describe("Task").answer(200, kGood);
    expect_describe("ContentNote").answer(404, R"([{"errorCode":"NOT_FOUND","message":"no"}])");
    const auto sentence = sentence_of_test(true);
    EXPECT_NE(sentence.find("may not write: Lead, Opportunity, ContentNote"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("missing on: Contact, Account"), std::string::npos) << sentence;
}

TEST_F(SalesforceTest, CredentialsOfAnotherOrganisationAreRefused) {
    session_.set("organization_id", "00D000000000009");
    expect_organisation();
    EXPECT_NE(sentence_of_test(false).find("00D000000000001EAA"), std::string::npos);
}

TEST_F(SalesforceTest, ARefusedSessionIsTold) {
    session_.expect("GET /services/data/v68.0/query?q=SELECT Id FROM Organization")
        .answer(401, R"([{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}])");
    EXPECT_NE(sentence_of_test(false).find("Session expired or invalid"), std::string::npos);
}

}  // namespace
}  // namespace navette::salesforce
