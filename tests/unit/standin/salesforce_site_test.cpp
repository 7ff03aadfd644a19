// Salesforce's stand-in alone: the rules that protect its records, and the shapes of its answers.
#include "tests/standin/salesforce_site.hpp"

#include "tests/standin/site_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace navette::standin {
namespace {

namespace json = boost::json;

constexpr auto kContacts = "/composite/sobjects/Contact/Navette_Id__c";

class SalesforceSite : public ::testing::Test {
  protected:
    explicit SalesforceSite(SiteOptions options = {})
        : site_("salesforce", std::move(options)), client_(site_.port()) {
        const auto pair = site_.control("POST", "tokens", R"({"consent":true})");
        client_.set_header("Authorization", "Bearer " + std::string(pair.at("access_token").as_string()));
    }

    Reply call(const std::string& method, const std::string& path, const std::string& body = {}) {
        return client_.send(method, "/services/data/v68.0" + path, body);
    }

    /// The contacts of these keys and surnames, upserted in one call.
    json::array upsert(const std::vector<std::pair<std::string, std::string>>& contacts) {
        json::array records;
        for (const auto& [key, name] : contacts) {
            records.push_back(
                {{"attributes", {{"type", "Contact"}}}, {"Navette_Id__c", key}, {"LastName", name}}
            );
        }
        const auto reply =
            call("PATCH", kContacts, json::serialize(json::object{{"records", std::move(records)}}));
        EXPECT_EQ(reply.status, 200U) << reply.body;
        return reply.json().as_array();
    }

    std::string made(const std::string& type, const std::string& fields) {
        const auto reply = call("POST", "/sobjects/" + type, fields);
        EXPECT_EQ(reply.status, 201U) << reply.body;
        return std::string(reply.json().at("id").as_string());
    }

    json::array found(const std::string& way, const std::string& soql) {
        std::string encoded;
        for (const char c : soql) {
            encoded += c == ' ' ? "%20" : c == '%' ? "%25" : std::string(1, c);
        }
        const auto reply = call("GET", "/" + way + "?q=" + encoded);
        EXPECT_EQ(reply.status, 200U) << reply.body;
        return reply.status == 200 ? reply.json().at("records").as_array() : json::array();
    }

    int count(const std::string& kind, const std::string& what) {
        const auto effects = site_.effects();
        if (what == "creates") {
            return effects.at(kind).at("creates").to_number<int>();
        }
        const auto* changes = effects.at(kind).at("changes").as_object().if_contains(what);
        return changes == nullptr ? 0 : changes->to_number<int>();
    }

    static std::string code(const Reply& reply) {
        return std::string(reply.json().at(0).at("errorCode").as_string());
    }

    SiteInProcess site_;
    BlockingClient client_;
};

TEST_F(SalesforceSite, OnlyASessionOpensTheApi) {
    client_.set_header("Authorization", "Bearer wrong");
    const auto refused = call("GET", "/limits");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(code(refused), "INVALID_SESSION_ID");
    EXPECT_EQ(client_.send("GET", "/services/data/").status, 200U) << "the versions are open to all";
}

TEST_F(SalesforceSite, AConsentsCodeIsExchangedOnceAndByItsVerifierOnly) {
    // RFC 7636, appendix B
    const std::string consent =
        "/services/oauth2/"
        "authorize?response_type=code&client_id=client-1&redirect_uri=http%3A%2F%2Fx.test%2Fback"
        "&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    EXPECT_EQ(client_.send("GET", "/services/oauth2/authorize?response_type=code&client_id=x").status, 400U);
    ASSERT_EQ(client_.send("GET", consent).status, 302U);
    const std::string exchange =
        "grant_type=authorization_code&code=code-consent-1&client_id=client-1&client_secret=client-secret-1";
    const auto ask = [&](const std::string& form) {
        return client_.send("POST", "/services/oauth2/token", form);
    };
    EXPECT_EQ(ask(exchange + "&code_verifier=wrong").json().at("error"), json::value("invalid_grant"));
    const std::string verifier = "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto given = ask(exchange + verifier);
    ASSERT_EQ(given.status, 200U) << given.body;
    EXPECT_FALSE(given.json().as_object().contains("expires_in")) << "Salesforce does not tell";
    EXPECT_EQ(given.json().at("instance_url"), json::value("http://127.0.0.1")) << "the host that was asked";
    EXPECT_EQ(ask(exchange + verifier).status, 400U) << "a code works once";
    const auto renewed =
        ask("grant_type=refresh_token&client_id=client-1&client_secret=client-secret-1&refresh_token=" +
            std::string(given.json().at("refresh_token").as_string()));
    EXPECT_EQ(renewed.status, 200U) << renewed.body;
    client_.set_header(
        "Authorization", "Bearer " + std::string(renewed.json().at("access_token").as_string())
    );
    EXPECT_EQ(call("GET", "/limits").status, 200U);
}

TEST_F(SalesforceSite, OldVersionsAreGoneAndLaterOnesUnknown) {
    EXPECT_EQ(client_.send("GET", "/services/data/v30.0/limits").status, 410U);
    EXPECT_EQ(client_.send("GET", "/services/data/v69.0/limits").status, 404U);
    EXPECT_EQ(client_.send("GET", "/services/data/v41.0/limits").status, 200U);
}

TEST_F(SalesforceSite, AnUpsertByKeyMakesARecordOnceAndTellsWhich) {
    const auto first = upsert({{"n1", "L"}, {"n2", "M"}});
    EXPECT_TRUE(first[0].at("created").as_bool());
    EXPECT_EQ(first[0].at("id").as_string().size(), 18U);
    const auto second = upsert({{"n1", "L"}, {"n3", "N"}});
    EXPECT_FALSE(second[0].at("created").as_bool());
    EXPECT_EQ(second[0].at("id"), first[0].at("id"));
    EXPECT_EQ(count("Contact", "creates"), 3);
    EXPECT_EQ(count("Contact", "update"), 0) << "equal values change nothing";
    upsert({{"n1", "K"}});
    EXPECT_EQ(count("Contact", "update"), 1);
    EXPECT_EQ(site_.effects().at("Contact").at("by_key").at("n1"), json::value(1));
}

TEST_F(SalesforceSite, ACollectionIsASuccessHoweverManyOfItsRowsFail) {
    const auto rows =
        upsert({{"n1", ""}, {"n2", std::string(81, 'x')}, {"n3", "N"}, {"n4", "O"}, {"n4", "P"}});
    const auto code_of = [&rows](std::size_t at) { return rows[at].at("errors").at(0).at("statusCode"); };
    EXPECT_EQ(code_of(0), json::value("REQUIRED_FIELD_MISSING"));
    EXPECT_EQ(rows[0].at("errors").at(0).at("fields").at(0), json::value("LastName"));
    EXPECT_EQ(code_of(1), json::value("STRING_TOO_LONG"));
    EXPECT_TRUE(rows[2].at("success").as_bool());
    EXPECT_EQ(code_of(3), json::value("DUPLICATE_EXTERNAL_ID"));
    EXPECT_EQ(count("Contact", "creates"), 1);
}

TEST_F(SalesforceSite, AllOrNoneTakesBackWhatWasWellToo) {
    const auto reply = call(
        "POST",
        "/composite/sobjects",
        R"({"allOrNone":true,"records":[{"attributes":{"type":"Lead"},"LastName":"L","Company":"C"},)"
        R"({"attributes":{"type":"Lead"},"LastName":"M"}]})"
    );
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(
        reply.json().at(0).at("errors").at(0).at("statusCode"),
        json::value("ALL_OR_NONE_OPERATION_ROLLED_BACK")
    );
    EXPECT_EQ(count("Lead", "creates"), 0);
    EXPECT_TRUE(found("query", "SELECT Id FROM Lead").empty());
}

TEST_F(SalesforceSite, AnUnknownFieldOrAWrongKindOfValueSpoilsTheWholeCall) {
    const auto one = R"({"records":[{"attributes":{"type":"Contact"},"Navette_Id__c":"a","LastName":"L"},)";
    const std::string other = R"({"attributes":{"type":"Contact"},"Navette_Id__c":"b","LastName":)";
    const auto unknown = call("PATCH", kContacts, one + other + R"("M","Shoe__c":1}]})");
    EXPECT_EQ(unknown.status, 400U);
    EXPECT_EQ(code(unknown), "INVALID_FIELD");
    const auto wrong = call("PATCH", kContacts, one + other + R"({"x":1}}]})");
    EXPECT_EQ(wrong.status, 400U);
    EXPECT_EQ(code(wrong), "JSON_PARSER_ERROR");
    EXPECT_EQ(count("Contact", "creates"), 0);
}

TEST_F(SalesforceSite, MoreThan200RecordsAreNotTaken) {
    json::array records;
    for (int n = 0; n <= 200; ++n) {
        records.push_back({{"attributes", {{"type", "Contact"}}}, {"LastName", "L"}});
    }
    const auto body = json::serialize(json::object{{"records", std::move(records)}});
    EXPECT_EQ(call("POST", "/composite/sobjects", body).status, 400U);
    EXPECT_EQ(count("Contact", "creates"), 0);
}

TEST_F(SalesforceSite, TheKeyIsUniqueAndBelongsIntoThePathOfASingleUpsert) {
    const auto first =
        call("PATCH", "/sobjects/Lead/Navette_Id__c/n%2F1", R"({"LastName":"L","Company":"C"})");
    EXPECT_EQ(first.status, 201U) << first.body;
    EXPECT_EQ(call("PATCH", "/sobjects/Lead/Navette_Id__c/n%2F1", R"({"Company":"D"})").status, 200U);
    EXPECT_EQ(call("GET", "/sobjects/Lead/Navette_Id__c/n%2F1?fields=Company").json().at("Company"), "D");
    EXPECT_EQ(call("PATCH", "/sobjects/Lead/Navette_Id__c/n/1", R"({"Company":"D"})").status, 404U);
    EXPECT_EQ(
        code(call("PATCH", "/sobjects/Lead/Navette_Id__c/n2", R"({"Navette_Id__c":"n2","LastName":"L"})")),
        "INVALID_FIELD"
    );
    EXPECT_EQ(
        code(call("POST", "/sobjects/Lead", R"({"LastName":"M","Company":"C","Navette_Id__c":"n/1"})")),
        "DUPLICATE_VALUE"
    );
    EXPECT_EQ(count("Lead", "creates"), 1);
}

TEST_F(SalesforceSite, RecordsAreKnownByIdsOf15And18Characters) {
    const auto id = made("Account", R"({"Name":"A"})");
    EXPECT_EQ(call("GET", "/sobjects/Account/" + id.substr(0, 15)).json().at("Id"), json::value(id));
    EXPECT_EQ(call("PATCH", "/sobjects/Account/" + id, R"({"Phone":"1"})").status, 204U);
    EXPECT_EQ(call("DELETE", "/sobjects/Account/" + id).status, 204U);
    EXPECT_EQ(code(call("PATCH", "/sobjects/Account/" + id, R"({"Phone":"2"})")), "ENTITY_IS_DELETED");
    EXPECT_EQ(count("Account", "delete"), 1);
}

TEST_F(SalesforceSite, ParentsMustBeThereAndOfTheRightKind) {
    const auto account = made("Account", R"({"Name":"A"})");
    const auto contact = made("Contact", R"({"LastName":"L","AccountId":")" + account + "\"}");
    const auto lead = made("Lead", R"({"LastName":"L","Company":"C"})");
    EXPECT_EQ(
        code(call("POST", "/sobjects/Contact", R"({"LastName":"M","AccountId":")" + contact + "\"}")),
        "FIELD_INTEGRITY_EXCEPTION"
    );
    EXPECT_EQ(
        code(call("POST", "/sobjects/Contact", R"({"LastName":"M","AccountId":"001Qy0000000099"})")),
        "INVALID_CROSS_REFERENCE_KEY"
    );
    EXPECT_EQ(
        code(call("POST", "/sobjects/Task", R"({"WhoId":")" + lead + R"(","WhatId":")" + account + "\"}")),
        "FIELD_INTEGRITY_EXCEPTION"
    );
}

TEST_F(SalesforceSite, QueriesNeedParenthesesAndTimesWithoutQuotationMarks) {
    made("Contact", R"({"LastName":"L","Email":"a_b@x.test"})");
    EXPECT_EQ(found("query", R"(SELECT Id FROM Contact WHERE Email LIKE 'a\_B@%')").size(), 1U);
    EXPECT_EQ(found("query", R"(SELECT Id FROM Contact WHERE Email LIKE 'a\_x%')").size(), 0U);
    EXPECT_EQ(
        found("query", "SELECT Id FROM Contact WHERE SystemModstamp > 2020-01-01T00:00:00Z LIMIT 1").size(),
        1U
    );
    const auto ask = [this](const std::string& where) {
        return call("GET", "/query?q=SELECT%20Id%20FROM%20Contact%20WHERE%20" + where);
    };
    EXPECT_EQ(code(ask("Id='1'%20AND%20Id='2'%20OR%20Id='3'")), "MALFORMED_QUERY");
    EXPECT_EQ(code(ask("SystemModstamp>'2020-01-01T00:00:00Z'")), "INVALID_FIELD");
    EXPECT_EQ(code(ask("SystemModstamp>2020-01-01T00:00:00")), "MALFORMED_QUERY");
    EXPECT_EQ(code(ask("Shoe__c='1'")), "INVALID_FIELD");
    EXPECT_EQ(code(call("GET", "/query?q=SELECT%20Id%20FROM%20Shoe__c")), "INVALID_TYPE");
}

TEST_F(SalesforceSite, OnlyQueryAllShowsTheRecycleBinAndOnlyTheLogWhatWasPurged) {
    const auto id = made("Contact", R"({"LastName":"L"})");
    site_.control("POST", "change", R"({"object":"contact","remote_id":")" + id + R"(","delete":true})");
    EXPECT_TRUE(found("query", "SELECT Id FROM Contact").empty());
    EXPECT_EQ(found("queryAll", "SELECT Id,IsDeleted FROM Contact").size(), 1U);
    EXPECT_EQ(count("Contact", "delete"), 0) << "others did it";
    const auto other = made("Contact", R"({"LastName":"M"})");
    site_.control(
        "POST", "change", R"({"object":"contact","remote_id":")" + other + R"(","delete":true,"purge":true})"
    );
    EXPECT_EQ(found("queryAll", "SELECT Id FROM Contact").size(), 1U);
    const auto today = std::string(
        call("GET", "/sobjects/Contact/" + made("Contact", R"({"LastName":"N"})") + "?fields=SystemModstamp")
            .json()
            .at("SystemModstamp")
            .as_string()
            .subview(0, 10)
    );
    const auto log =
        call("GET", "/sobjects/Contact/deleted/?start=" + today + "T00:00:00Z&end=" + today + "T23:59:59Z");
    ASSERT_EQ(log.status, 200U) << log.body;
    EXPECT_EQ(log.json().at("deletedRecords").as_array().size(), 2U);
    EXPECT_EQ(
        code(call(
            "GET", "/sobjects/Contact/deleted/?start=" + today + "T00:00:00Z&end=" + today + "T00:00:59Z"
        )),
        "INVALID_REPLICATION_DATE"
    );
}

class SalesforceSmallPages : public SalesforceSite {
  protected:
    SalesforceSmallPages() : SalesforceSite({{"query_rows", "2"}, {"day_limit", "6"}}) {}
};

TEST_F(SalesforceSmallPages, AQueryIsSplitAndTheDaysCallsAreCounted) {
    upsert({{"n1", "A"}, {"n2", "B"}, {"n3", "C"}});
    const auto first =
        call("GET", "/queryAll?q=SELECT%20LastName%20FROM%20Contact%20ORDER%20BY%20LastName%20DESC");
    EXPECT_FALSE(first.json().at("done").as_bool());
    EXPECT_EQ(first.json().at("totalSize"), json::value(3));
    EXPECT_EQ(first.json().at("records").at(0).at("LastName"), json::value("C"));
    const std::string next(first.json().at("nextRecordsUrl").as_string());
    EXPECT_TRUE(next.starts_with("/services/data/v68.0/query/")) << next;
    const auto second = client_.send("GET", next);
    EXPECT_TRUE(second.json().at("done").as_bool());
    EXPECT_EQ(second.json().at("records").at(0).at("LastName"), json::value("A"));
    EXPECT_EQ(call("GET", "/limits").json().at("DailyApiRequests").at("Remaining"), json::value(2));
    call("GET", "/limits");
    call("GET", "/limits");
    const auto over = call("GET", "/limits");
    EXPECT_EQ(over.status, 403U);
    EXPECT_EQ(code(over), "REQUEST_LIMIT_EXCEEDED");
}

class SalesforceWithRules : public SalesforceSite {
  protected:
    SalesforceWithRules()
        : SalesforceSite({{"duplicate_rule", "alert"}, {"keyless", "Task"}, {"forbidden", "Account"}}) {}
};

TEST_F(SalesforceWithRules, ADuplicateRuleNamesWhatItFoundUnlessItIsPassedOver) {
    const auto id = made("Contact", R"({"LastName":"L","Email":"a@x.test"})");
    const auto again = call("POST", "/sobjects/Contact", R"({"LastName":"M","Email":"a@x.test"})");
    EXPECT_EQ(code(again), "DUPLICATES_DETECTED");
    const auto found_one =
        again.json().at(0).at("duplicateResult").at("matchResults").at(0).at("matchRecords").at(0);
    EXPECT_EQ(found_one.at("record").at("Id"), json::value(id));
    EXPECT_EQ(count("Contact", "creates"), 1);
    client_.set_header("Sforce-Duplicate-Rule-Header", "allowSave=true");
    made("Contact", R"({"LastName":"M","Email":"a@x.test"})");
}

TEST_F(SalesforceWithRules, WhatTheUserLacksIsDescribedAndRefused) {
    const auto no_key = call("PATCH", "/composite/sobjects/Task/Navette_Id__c", R"({"records":[]})");
    EXPECT_EQ(no_key.status, 404U);
    EXPECT_NE(no_key.body.find("external ID field does not exist"), std::string::npos);
    EXPECT_FALSE(call("GET", "/sobjects/Account/describe").json().at("createable").as_bool());
    EXPECT_EQ(code(call("POST", "/sobjects/Account", R"({"Name":"A"})")), "INSUFFICIENT_ACCESS_OR_READONLY");
}

TEST_F(SalesforceSite, ACompositeCallNamesWhatItMadeAndIsUndoneAsAWhole) {
    const auto parts = [](const std::string& entity) {
        return R"({"allOrNone":true,"compositeRequest":[{"method":"POST","url":"/services/data/v68.0/sobjects/ContentNote",)"
               R"("referenceId":"note","body":{"Title":"T [nv-1]","Content":"eA=="}},)"
               R"({"method":"POST","url":"/services/data/v68.0/sobjects/ContentDocumentLink","referenceId":"link",)"
               R"("body":{"ContentDocumentId":"@{note.id}","LinkedEntityId":")" +
               entity + R"(","ShareType":"V"}}]})";
    };
    const auto failed = call("POST", "/composite", parts("003Qy0000000099"));
    EXPECT_EQ(failed.status, 200U) << failed.body;
    const auto responses = failed.json().at("compositeResponse").as_array();
    EXPECT_EQ(responses.at(0).at("body").at(0).at("errorCode"), json::value("PROCESSING_HALTED"));
    EXPECT_EQ(responses.at(1).at("body").at(0).at("errorCode"), json::value("INVALID_CROSS_REFERENCE_KEY"));
    EXPECT_EQ(count("ContentNote", "creates"), 0);
    const auto done = call("POST", "/composite", parts(made("Contact", R"({"LastName":"L"})")));
    EXPECT_EQ(done.json().at("compositeResponse").at(1).at("httpStatusCode"), json::value(201)) << done.body;
    EXPECT_EQ(site_.effects().at("ContentNote").at("by_key").at("nv-1"), json::value(1));
}

TEST_F(SalesforceSite, AGraphIsUndoneByItselfAndAfterFourteenFailuresTheRestIsNotTried) {
    json::array graphs;
    for (int n = 0; n < 20; ++n) {
        json::object body{{"LastName", n == 0 || n == 19 ? "L" : ""}};
        json::array requests;
        requests.push_back(
            {{"method", "POST"},
             {"url", "/services/data/v68.0/sobjects/Contact"},
             {"referenceId", "r"},
             {"body", std::move(body)}}
        );
        graphs.push_back({{"graphId", std::to_string(n)}, {"compositeRequest", std::move(requests)}});
    }
    const auto reply = call("POST", "/composite/graph", json::serialize(json::object{{"graphs", graphs}}));
    ASSERT_EQ(reply.status, 200U) << reply.body;
    const auto answers = reply.json().at("graphs").as_array();
    EXPECT_TRUE(answers.at(0).at("isSuccessful").as_bool());
    const auto code_of = [&answers](std::size_t at) {
        return answers.at(at)
            .at("graphResponse")
            .at("compositeResponse")
            .at(0)
            .at("body")
            .at(0)
            .at("errorCode");
    };
    EXPECT_EQ(code_of(14), json::value("REQUIRED_FIELD_MISSING"));
    EXPECT_EQ(code_of(15), json::value("PROCESSING_HALTED"));
    EXPECT_EQ(code_of(19), json::value("PROCESSING_HALTED")) << "though nothing is wrong with it";
    EXPECT_EQ(count("Contact", "creates"), 1);
}

TEST_F(SalesforceSite, ABulkJobIsWorkedOffWhileNobodyWaitsAndTellsItsResultsAsCsv) {
    const auto made_job = call(
        "POST",
        "/jobs/ingest",
        R"({"object":"Lead","operation":"upsert","externalIdFieldName":"Navette_Id__c","lineEnding":"LF"})"
    );
    ASSERT_EQ(made_job.status, 200U) << made_job.body;
    const auto job = "/jobs/ingest/" + std::string(made_job.json().at("id").as_string());
    client_.set_header("Content-Type", "text/csv");
    const std::string rows = "Navette_Id__c,LastName,Company\nn1,\"L, M\",C\nn2,,C\n";
    EXPECT_EQ(call("PUT", job + "/batches", rows).status, 201U);
    client_.set_header("Content-Type", "");
    EXPECT_EQ(call("GET", job).json().at("state"), json::value("Open"));
    EXPECT_EQ(call("PATCH", job, R"({"state":"UploadComplete"})").status, 200U);
    EXPECT_EQ(call("GET", job).json().at("state"), json::value("InProgress"));
    EXPECT_EQ(call("GET", job + "/successfulResults").status, 400U) << "it is not done";
    EXPECT_EQ(call("GET", job).json().at("state"), json::value("JobComplete"));
    const auto well = call("GET", job + "/successfulResults");
    EXPECT_EQ(well.content_type, "text/csv");
    EXPECT_NE(well.body.find("\"true\",\"n1\",\"L, M\",\"C\""), std::string::npos) << well.body;
    const auto failed = call("GET", job + "/failedResults").body;
    EXPECT_NE(failed.find("REQUIRED_FIELD_MISSING"), std::string::npos) << failed;
    EXPECT_EQ(count("Lead", "creates"), 1);
}

TEST_F(SalesforceSite, AConvertedLeadCanNeverBeChangedAgain) {
    const auto lead = made("Lead", R"({"LastName":"L","Company":"C","Email":"a@x.test"})");
    const auto converted =
        site_.control("POST", "change", R"({"object":"lead","remote_id":")" + lead + R"(","convert":true})");
    EXPECT_EQ(
        code(call("PATCH", "/sobjects/Lead/" + lead, R"({"Phone":"1"})")), "CANNOT_UPDATE_CONVERTED_LEAD"
    );
    const auto row = found("query", "SELECT ConvertedContactId FROM Lead WHERE IsConverted = true").at(0);
    EXPECT_EQ(row.at("ConvertedContactId"), converted.at("contact"));
}

TEST_F(SalesforceSite, AnOutboundMessageCarriesTheOrganisationTheRecordAndTheTokenOfTheAddress) {
    site_.control("POST", "webhook", R"({"url":"http://127.0.0.1:1/hook","secret":"s"})");
    const auto id = site_.control("POST", "change", R"({"object":"company"})").at("remote_id");
    const auto sent = site_.control("GET", "deliveries").as_array();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].at("url"), json::value("http://127.0.0.1:1/hook?token=s"));
    const std::string body(sent[0].at("body").as_string());
    EXPECT_NE(body.find("<OrganizationId>" + default_salesforce_organization()), std::string::npos);
    EXPECT_NE(body.find("<sf:Id>" + std::string(id.as_string())), std::string::npos);
    made("Account", R"({"Name":"ours"})");
    EXPECT_EQ(site_.control("GET", "deliveries").as_array().size(), 1U) << "our own writes are not told";
}

}  // namespace
}  // namespace navette::standin
