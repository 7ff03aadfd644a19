#include "tests/support/connector_test.hpp"

namespace navette::salesforce {
namespace {

using sdk::OutcomeKind;

class SalesforcePush : public support::ConnectorTest {
  protected:
    SalesforcePush() {
        session_.set("lead_company", "[not provided]");
        session_.set("first_stage", "Prospecting");
        session_.set("stages", {{"won", "Closed Won"}});
        session_.set("close_days", 30);
        session_.set_now(sdk::Instant(std::chrono::milliseconds(1'767'225'600'000)));  // 2026-01-01
    }
};

constexpr auto kUpsertContacts = "PATCH /services/data/v68.0/composite/sobjects/Contact/Navette_Id__c";
constexpr auto kUpsertLeads = "PATCH /services/data/v68.0/composite/sobjects/Lead/Navette_Id__c";
constexpr auto kUpdate = "PATCH /services/data/v68.0/composite/sobjects";
constexpr auto kMade = R"([{"id":"003AA","success":true,"created":true,"errors":[]}])";

std::string refusal(const std::string& code, const std::string& message, const std::string& more = {}) {
    return R"([{"success":false,"errors":[{"statusCode":")" + code + R"(","message":")" + message +
           R"(","fields":[])" + more + "}]}]";
}

TEST_F(SalesforcePush, NewRecordsAreUpsertedByOurKeyInOneCall) {
    session_.expect(kUpsertContacts)
        .with_header("Sforce-Auto-Assign", "FALSE")
        .with(
            R"({"allOrNone":false,"records":[{"Navette_Id__c":"nv-1","attributes":{"type":"Contact"},"LastName":"L"},)"
            R"({"Navette_Id__c":"nv-2","attributes":{"type":"Contact"},"LastName":"M"}]})"
        )
        .answer(
            200, R"([{"id":"003AA","success":true,"errors":[]},{"id":"003BB","success":true,"errors":[]}])"
        );
    const auto outcomes = push_all(
        {operation("contact", R"({"LastName":"L"})", "", "1"),
         operation("contact", R"({"LastName":"M"})", "", "2")}
    );
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[0].remote_id, "003AA");
    EXPECT_EQ(outcomes[1].remote_id, "003BB");
}

TEST_F(SalesforcePush, EachRecordOfACollectionHasItsOwnOutcome) {
    session_.expect(kUpsertContacts)
        .answer(
            200,
            R"([{"id":"003AA","success":true,"errors":[]},)"
            R"({"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [LastName]","fields":["LastName"]}]},)"
            R"({"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access","fields":[]}]}])"
        );
    const auto outcomes = push_all(
        {operation("contact", R"({"LastName":"L"})", "", "1"),
         operation("contact", "{}", "", "2"),
         operation("contact", R"({"LastName":"N"})", "", "3")}
    );
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[1].field, "LastName");
    EXPECT_NE(outcomes[1].message.find("Required fields are missing: [LastName]"), std::string::npos);
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::retry);
    EXPECT_FALSE(outcomes[2].maybe_applied) << "Salesforce says that it was not written";
}

TEST_F(SalesforcePush, ACreateWhoseAnswerIsLostIsTheSameUpsertAgain) {
    session_.expect(kUpsertContacts).fail(Transport::cut_off);
    const auto lost = push(operation("contact", R"({"LastName":"L"})"));
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);
    session_.expect(kUpsertContacts).answer(200, kMade);
    auto again = operation("contact", R"({"LastName":"L"})");
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "003AA");
    EXPECT_EQ(session_.sent().at(0).body, session_.sent().at(1).body);
}

TEST_F(SalesforcePush, LinkedRecordsAreUpdatedByTheirIdsAndGetNoDefaults) {
    session_.expect(kUpdate)
        .with(
            R"({"allOrNone":false,"records":[{"attributes":{"type":"Lead"},"id":"00QAA","Email":"a@x.test"}]})"
        )
        .answer(200, R"([{"id":"00QAA","success":true,"errors":[]}])");
    EXPECT_EQ(push(operation("lead", R"({"Email":"a@x.test"})", "00QAA")).kind, OutcomeKind::done);
    EXPECT_EQ(session_.sent().front().body.find("Company"), std::string::npos);
}

TEST_F(SalesforcePush, ALinkedRecordThatIsNoMoreIsGone) {
    for (const auto* code : {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"}) {
        session_.expect(kUpdate).answer(200, refusal(code, "no"));
        EXPECT_EQ(push(operation("contact", R"({"LastName":"L"})", "003AA")).kind, OutcomeKind::gone) << code;
    }
    session_.expect(kUpdate).answer(
        200,
        R"([{"success":false,"errors":[{"statusCode":"INVALID_CROSS_REFERENCE_KEY","message":"no account","fields":["AccountId"]}]}])"
    );
    const auto parent = push(operation("contact", R"({"LastName":"L"})", "003AA"));
    EXPECT_EQ(parent.kind, OutcomeKind::rejected) << "the parent is wrong, not the record";
    EXPECT_EQ(parent.field, "AccountId");
}

TEST_F(SalesforcePush, ANewLeadAndANewOpportunityGetWhatSalesforceDemands) {
    session_.expect(kUpsertLeads)
        .with(R"({"records":[{"LastName":"L","Company":"[not provided]"}]})")
        .answer(200, R"([{"id":"00QAA","success":true,"errors":[]}])");
    EXPECT_EQ(push(operation("lead", R"({"LastName":"L"})")).remote_id, "00QAA");
    session_.expect("PATCH /services/data/v68.0/composite/sobjects/Opportunity/Navette_Id__c")
        .with(
            R"({"records":[{"Name":"D","Amount":19.5,"StageName":"Prospecting","CloseDate":"2026-01-31","AccountId":"001AA"}]})"
        )
        .answer(200, R"([{"id":"006AA","success":true,"errors":[]}])");
    auto deal = operation("deal", R"({"Name":"D","_amount":"19.50","_currency":"EUR"})");
    deal.references = {{"company", "001AA"}};
    EXPECT_EQ(push(std::move(deal)).remote_id, "006AA");
    EXPECT_EQ(session_.sent().back().body.find("CurrencyIsoCode"), std::string::npos);
}

TEST_F(SalesforcePush, StagesAndCurrenciesAreThoseOfTheOrganisation) {
    session_.set("multi_currency", true);
    session_.expect(kUpdate)
        .with(R"({"records":[{"StageName":"Closed Won","CurrencyIsoCode":"EUR"}]})")
        .answer(200, R"([{"id":"006AA","success":true,"errors":[]}])");
    EXPECT_EQ(
        push(operation("deal", R"({"_stage":"Won","_currency":"EUR"})", "006AA")).kind, OutcomeKind::done
    );
}

TEST_F(SalesforcePush, ACallIsATaskOfAPersonAndAThing) {
    session_.expect("PATCH /services/data/v68.0/composite/sobjects/Task/Navette_Id__c")
        .with(R"({"records":[{"Subject":"Call","TaskSubtype":"Call","WhoId":"003AA","WhatId":"006AA"}]})")
        .answer(200, R"([{"id":"00TAA","success":true,"errors":[]}])");
    auto call = operation("call", "{}");
    call.references = {{"contact", "003AA"}, {"deal", "006AA"}, {"company", "001AA"}};
    EXPECT_EQ(push(std::move(call)).remote_id, "00TAA");

    session_.expect("PATCH /services/data/v68.0/composite/sobjects/Task/Navette_Id__c")
        .with(R"({"records":[{"WhoId":"00QAA"}]})")
        .answer(200, R"([{"id":"00TBB","success":true,"errors":[]}])");
    auto of_lead = operation("call", "{}", "", "2");
    of_lead.references = {{"lead", "00QAA"}, {"company", "001AA"}};
    EXPECT_EQ(push(std::move(of_lead)).remote_id, "00TBB");
    EXPECT_EQ(session_.sent().back().body.find("WhatId"), std::string::npos)
        << "Salesforce lets a lead stand beside nothing else";
}

TEST_F(SalesforcePush, AConvertedLeadsContactIsChangedInstead) {
    session_.expect(kUpdate).answer(
        200, refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    );
    session_
        .expect(
            "GET /services/data/v68.0/query?q=SELECT Id,ConvertedContactId FROM Lead WHERE Id = '00QAA' "
            "LIMIT 1"
        )
        .answer(200, R"({"done":true,"records":[{"Id":"00QAA","ConvertedContactId":"003AA"}]})");
    session_.expect(kUpdate)
        .with(R"({"records":[{"attributes":{"type":"Contact"},"id":"003AA","LastName":"L"}]})")
        .answer(200, kMade);
    const auto outcome = push(operation("lead", R"({"LastName":"L","Company":"C"})", "00QAA"));
    EXPECT_EQ(outcome.kind, OutcomeKind::done) << outcome.message;
    EXPECT_EQ(outcome.remote_id, "00QAA");
    EXPECT_EQ(session_.sent().back().body.find("Company"), std::string::npos) << "a contact has none";
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_NE(session_.remarks().front().find("003AA"), std::string::npos);
}

TEST_F(SalesforcePush, AConvertedLeadWithoutItsContactStaysRefused) {
    session_.expect(kUpsertLeads).answer(200, refusal("CANNOT_UPDATE_CONVERTED_LEAD", "converted"));
    session_
        .expect(
            "GET /services/data/v68.0/query?q=SELECT Id,ConvertedContactId FROM Lead WHERE Navette_Id__c = "
            "'nv-1' LIMIT 1"
        )
        .answer(200, R"({"done":true,"records":[{"Id":"00QAA","ConvertedContactId":null}]})");
    EXPECT_EQ(push(operation("lead", R"({"LastName":"L"})")).kind, OutcomeKind::rejected);
}

constexpr auto kOneMatch =
    R"(,"duplicateResult":{"allowSave":false,"duplicateRule":"R","matchResults":[{"matchRecords":[)"
    R"({"record":{"Id":"003ZZ"}},{"record":{"Id":"00QZZ"}}]}]})";

TEST_F(SalesforcePush, TheOneContactThatADuplicateRuleFindsIsAdopted) {
    session_.expect(kUpsertContacts)
        .answer(200, refusal("DUPLICATES_DETECTED", "Use one of these", kOneMatch));
    session_.expect("GET /services/data/v68.0/sobjects/Contact/003ZZ?fields=Id,Navette_Id__c")
        .answer(200, R"({"Id":"003ZZ","Navette_Id__c":null})");
    session_.expect(kUpdate)
        .with(R"({"records":[{"id":"003ZZ","Navette_Id__c":"nv-1","LastName":"L"}]})")
        .answer(200, R"([{"id":"003ZZ","success":true,"errors":[]}])");
    EXPECT_EQ(push(operation("contact", R"({"LastName":"L"})")).remote_id, "003ZZ");
}

TEST_F(SalesforcePush, AnotherRecordsContactIsNeverAdopted) {
    session_.expect(kUpsertContacts)
        .answer(200, refusal("DUPLICATES_DETECTED", "Use one of these", kOneMatch));
    session_.expect("GET /services/data/v68.0/sobjects/Contact/003ZZ?fields=Id,Navette_Id__c")
        .answer(200, R"({"Id":"003ZZ","Navette_Id__c":"nv-77"})");
    const auto outcome = push(operation("contact", R"({"LastName":"L"})"));
    EXPECT_EQ(outcome.kind, OutcomeKind::conflict);
    EXPECT_NE(outcome.message.find("nv-77"), std::string::npos);

    session_.expect(kUpsertContacts)
        .answer(
            200,
            refusal(
                "DUPLICATES_DETECTED",
                "Use one of these",
                R"(,"duplicateResult":{"matchResults":[{"matchRecords":[{"record":{"Id":"003Y"}},{"record":{"Id":"003Z"}}]}]})"
            )
        );
    EXPECT_EQ(push(operation("contact", R"({"LastName":"L"})")).kind, OutcomeKind::conflict)
        << "which of several is nobody's guess";
}

TEST_F(SalesforcePush, AMissingKeyFieldIsNamedWithWhatToDo) {
    session_.expect(kUpsertContacts)
        .answer(
            404,
            R"([{"errorCode":"NOT_FOUND","message":"Provided external ID field does not exist or is not accessible: Navette_Id__c"}])"
        );
    const auto outcome = push(operation("contact", R"({"LastName":"L"})"));
    EXPECT_EQ(outcome.kind, OutcomeKind::misconfigured);
    EXPECT_NE(outcome.message.find("no external id field Navette_Id__c on Contact"), std::string::npos);
}

TEST_F(SalesforcePush, ACallThatIsRefusedForOneRecordIsTakenApart) {
    session_.expect(kUpsertContacts)
        .answer(400, R"([{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize Email"}])");
    session_.expect(kUpsertContacts).with(R"({"records":[{"Navette_Id__c":"nv-1"}]})").answer(200, kMade);
    session_.expect(kUpsertContacts)
        .with(R"({"records":[{"Navette_Id__c":"nv-2"}]})")
        .answer(400, R"([{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize Email"}])");
    const auto outcomes = push_all(
        {operation("contact", R"({"LastName":"L"})", "", "1"),
         operation("contact", R"({"Email":[]})", "", "2")}
    );
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
}

TEST_F(SalesforcePush, OneBadRecordIsSearchedForByHalves) {
    constexpr auto* kRefused = R"([{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize Email"}])";
    const auto both =
        R"([{"id":"003AA","success":true,"errors":[]},{"id":"003BB","success":true,"errors":[]}])";
    session_.expect(kUpsertContacts).answer(400, kRefused);
    session_.expect(kUpsertContacts)
        .with(R"({"records":[{"Navette_Id__c":"nv-1"},{"Navette_Id__c":"nv-2"}]})")
        .answer(200, both);
    session_.expect(kUpsertContacts)
        .with(R"({"records":[{"Navette_Id__c":"nv-3"},{"Navette_Id__c":"nv-4"}]})")
        .answer(400, kRefused);
    session_.expect(kUpsertContacts).with(R"({"records":[{"Navette_Id__c":"nv-3"}]})").answer(400, kRefused);
    session_.expect(kUpsertContacts).with(R"({"records":[{"Navette_Id__c":"nv-4"}]})").answer(200, kMade);
    std::vector<sdk::Operation> batch;
    for (const auto* number : {"1", "2", "3", "4"}) {
        batch.push_back(operation("contact", R"({"LastName":"L"})", "", number));
    }
    const auto outcomes = push_all(std::move(batch));
    EXPECT_EQ(outcomes[0].remote_id, "003AA");
    EXPECT_EQ(outcomes[1].remote_id, "003BB");
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[3].kind, OutcomeKind::done);
}

TEST_F(SalesforcePush, AKeyFieldThatIsMissingIsMissingForAllAndAskedForOnce) {
    session_.expect(kUpsertContacts)
        .answer(
            404,
            R"([{"errorCode":"NOT_FOUND","message":"Provided external ID field does not exist or is not accessible: Navette_Id__c"}])"
        );
    const auto outcomes = push_all(
        {operation("contact", R"({"LastName":"L"})", "", "1"),
         operation("contact", R"({"LastName":"M"})", "", "2")}
    );
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::misconfigured);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::misconfigured);
}

TEST_F(SalesforcePush, RulesAndKeyFieldAreSettings) {
    session_.set("key_field", "Our_Key__c");
    session_.set("api_version", "67.0");
    session_.set("allow_duplicates", true);
    session_.set("assignment_rules", true);
    session_.expect("PATCH /services/data/v67.0/composite/sobjects/Account/Our_Key__c")
        .with_header("Sforce-Duplicate-Rule-Header", "allowSave=true")
        .with(R"({"records":[{"Our_Key__c":"nv-1"}]})")
        .answer(200, R"([{"id":"001AA","success":true,"errors":[]}])");
    EXPECT_EQ(push(operation("company", R"({"Name":"A"})")).remote_id, "001AA");
    for (const auto& header : session_.sent().back().headers) {
        EXPECT_NE(header.name, "Sforce-Auto-Assign");
    }
}

TEST_F(SalesforcePush, DeletesTakeWhatIsKnownAndMindNothingThatIsAway) {
    session_.expect("DELETE /services/data/v68.0/composite/sobjects?ids=003A,003B,003C&allOrNone=false")
        .answer(
            200,
            R"([{"id":"003A","success":true,"errors":[]},)"
            R"({"success":false,"errors":[{"statusCode":"ENTITY_IS_DELETED","message":"entity is deleted","fields":[]}]},)"
            R"({"success":false,"errors":[{"statusCode":"DELETE_FAILED","message":"it is on an order","fields":[]}]}])"
        );
    const auto outcomes = push_all(
        {removal("contact", "003A", "1"),
         removal("contact", "", "2"),
         removal("contact", "003B", "3"),
         removal("contact", "003C", "4")}
    );
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::skipped);
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[3].kind, OutcomeKind::rejected);
}

TEST_F(SalesforcePush, AnAnswerThatCannotBeReadLeavesOpenWhatHappened) {
    for (const auto* body :
         {"<html>hello</html>", "[", "[]", "{}", R"([{"success":true,"errors":[]}])", "[1]"}) {
        session_.expect(kUpsertContacts).answer(200, body);
        const auto outcome = push(operation("contact", R"({"LastName":"L"})"));
        EXPECT_EQ(outcome.kind, OutcomeKind::retry) << body;
        EXPECT_TRUE(outcome.maybe_applied) << body;
    }
}

}  // namespace
}  // namespace navette::salesforce
