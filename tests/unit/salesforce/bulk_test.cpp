#include "bulk.hpp"

#include "tests/support/connector_test.hpp"

#include <gmock/gmock.h>

namespace navette::salesforce {
namespace {

using sdk::OutcomeKind;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(SalesforceCsv, HasAColumnForEachFieldAndEmptiesOnlyWhatIsEmptied) {
    EXPECT_EQ(
        csv_of(
            {{{"Navette_Id__c", "n1"}, {"LastName", "O\"Neil, \n"}, {"Amount", 1234567.5}},
             {{"Navette_Id__c", "n2"}, {"Email", nullptr}, {"LastName", ""}, {"IsWon", true}, {"Amount", 3}}}
        ),
        "Amount,Email,IsWon,LastName,Navette_Id__c\n"
        "1234567.5,,,\"O\"\"Neil, \n\",\"n1\"\n"
        "3,#N/A,true,#N/A,\"n2\"\n"
    );
}

TEST(SalesforceCsv, ResultsAreReadByTheNamesOfTheirColumns) {
    const auto* const csv =
        "\"sf__Id\",\"sf__Created\",\"LastName\",\"Navette_Id__c\"\r\n"
        "\"003A\",\"true\",\"O\"\"Neil, \n\",\"n1\"\n003B,false,M,n2\nbroken\n003C,false,M,n3";
    EXPECT_THAT(
        columns_of(csv, "Navette_Id__c", "sf__Id"),
        UnorderedElementsAre(Pair("n1", "003A"), Pair("n2", "003B"), Pair("n3", "003C"))
    );
    EXPECT_TRUE(columns_of(csv, "Other__c", "sf__Id").empty());
    EXPECT_TRUE(columns_of("", "a", "b").empty());
}

class SalesforceBulk : public support::ConnectorTest {
  protected:
    static constexpr int kLooks = 24;
    static constexpr auto kJobs = "/services/data/v68.0/jobs/ingest";
    static constexpr auto kUpsert = "PATCH /services/data/v68.0/composite/sobjects/Contact/Navette_Id__c";

    static std::vector<sdk::Operation> contacts(std::size_t count) {
        std::vector<sdk::Operation> batch;
        for (std::size_t n = 1; n <= count; ++n) {
            batch.push_back(operation("contact", R"({"LastName":"L"})", "", std::to_string(n)));
        }
        return batch;
    }

    static std::string job(const std::string& rest = {}) { return std::string(kJobs) + "/750A" + rest; }

    void expect_submission() {
        session_.expect(std::string("POST ") + kJobs)
            .with(
                R"({"object":"Contact","operation":"upsert","externalIdFieldName":"Navette_Id__c","lineEnding":"LF"})"
            )
            .answer(200, R"({"id":"750A","state":"Open"})");
        session_.expect("PUT " + job("/batches")).with_header("Content-Type", "text/csv").answer(201);
        session_.expect("PATCH " + job())
            .with(R"({"state":"UploadComplete"})")
            .answer(200, R"({"id":"750A","state":"UploadComplete"})");
    }

    /// After 1, 2, 4, 8, 16, 30, 30, ... seconds the job is still at work.
    void expect_no_end() {
        for (int look = 0; look < kLooks; ++look) {
            session_.expect("GET " + job()).answer(200, R"({"id":"750A","state":"InProgress"})");
        }
    }

    /// The results of all but the first record, the last one first.
    static std::string results(std::size_t count) {
        std::string csv = "\"sf__Id\",\"sf__Created\",\"LastName\",\"Navette_Id__c\"\n";
        for (auto n = count; n > 1; --n) {
            csv += "\"003-" + std::to_string(n) + "\",\"true\",\"L\",\"nv-" + std::to_string(n) + "\"\n";
        }
        return csv;
    }
};

TEST_F(SalesforceBulk, ThousandsOfNewRecordsGoByAJobAndWhatItRefusedTellsWhyInACollection) {
    expect_submission();
    session_.expect("GET " + job()).answer(200, R"({"id":"750A","state":"InProgress"})");
    session_.expect("GET " + job()).answer(200, R"({"id":"750A","state":"JobComplete"})");
    session_.expect("GET " + job("/successfulResults")).answer(200, results(kBulkFrom), "text/csv");
    session_.expect(kUpsert)
        .with(R"({"records":[{"Navette_Id__c":"nv-1","LastName":"L"}]})")
        .answer(
            200,
            R"([{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"too long","fields":["LastName"]}]}])"
        );
    const auto outcomes = push_all(contacts(kBulkFrom));
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[0].field, "LastName");
    EXPECT_EQ(outcomes[1].remote_id, "003-2");
    EXPECT_EQ(outcomes[kBulkFrom - 1].remote_id, "003-" + std::to_string(kBulkFrom));
    const auto& csv = session_.sent().at(1).body;
    EXPECT_THAT(csv, HasSubstr("LastName,Navette_Id__c\n\"L\",\"nv-1\"\n"));
    EXPECT_THAT(csv, Not(HasSubstr("attributes")));
}

TEST_F(SalesforceBulk, WhereThereAreNoJobsCollectionsOf200Do) {
    session_.expect(std::string("POST ") + kJobs)
        .answer(400, R"([{"errorCode":"FEATURENOTENABLED","message":"no bulk here"}])");
    for (std::size_t sent = 0; sent < kBulkFrom; sent += 200) {
        session_.expect(kUpsert).fail(Transport::not_sent);
    }
    const auto outcomes = push_all(contacts(kBulkFrom));
    EXPECT_EQ(outcomes.front().kind, OutcomeKind::unavailable);
    ASSERT_FALSE(session_.remarks().empty());
    EXPECT_THAT(session_.remarks().front(), HasSubstr("no bulk here"));
}

TEST_F(SalesforceBulk, AJobThatIsNotDoneInTimeIsGivenUpAndItsRestSent) {
    expect_submission();
    const auto begin = session_.now();
    expect_no_end();
    session_.expect("PATCH " + job()).with(R"({"state":"Aborted"})").answer(200, R"({"state":"Aborted"})");
    session_.expect("GET " + job("/successfulResults")).answer(200, results(kBulkFrom), "text/csv");
    session_.expect(kUpsert).answer(200, R"([{"id":"003-1","success":true,"created":true,"errors":[]}])");
    const auto outcomes = push_all(contacts(kBulkFrom));
    EXPECT_EQ(outcomes.front().remote_id, "003-1");
    EXPECT_EQ(outcomes.back().kind, OutcomeKind::done);
    EXPECT_GE(session_.now() - begin, std::chrono::minutes(10));
    EXPECT_LT(session_.now() - begin, std::chrono::minutes(11));
}

TEST_F(SalesforceBulk, AJobThatIsDoneJustAsItIsGivenUpTellsItsResults) {
    expect_submission();
    expect_no_end();
    session_.expect("PATCH " + job())
        .answer(400, R"([{"errorCode":"INVALIDJOBSTATE","message":"the job is JobComplete"}])");
    session_.expect("GET " + job("/successfulResults")).answer(200, results(kBulkFrom), "text/csv");
    session_.expect(kUpsert).answer(200, R"([{"id":"003-1","success":true,"created":true,"errors":[]}])");
    EXPECT_EQ(push_all(contacts(kBulkFrom)).back().remote_id, "003-" + std::to_string(kBulkFrom));
}

TEST_F(SalesforceBulk, WhereNothingMoreCanBeSentTheJobMayHaveWrittenAllAndNoAttemptIsUsed) {
    expect_submission();
    for (int look = 0; look < kLooks; ++look) {
        session_.expect("GET " + job()).fail(Transport::not_sent);
    }
    session_.expect("PATCH " + job()).with(R"({"state":"Aborted"})").fail(Transport::not_sent);
    for (std::size_t sent = 0; sent < kBulkFrom; sent += 200) {
        session_.expect(kUpsert).fail(Transport::not_sent);
    }
    for (const auto& outcome : push_all(contacts(kBulkFrom))) {
        ASSERT_EQ(outcome.kind, OutcomeKind::unavailable);
        ASSERT_TRUE(outcome.maybe_applied);
    }
}

TEST_F(SalesforceBulk, WhereSalesforceAssignsRecordsTheyGoAsCollections) {
    session_.set("assignment_rules", true);
    for (std::size_t sent = 0; sent < kBulkFrom; sent += 200) {
        session_.expect(kUpsert).fail(Transport::not_sent);
    }
    EXPECT_EQ(push_all(contacts(kBulkFrom)).front().kind, OutcomeKind::unavailable);
}

TEST_F(SalesforceBulk, LinkedRecordsAndFewerThanThatGoAsCollections) {
    auto batch = contacts(kBulkFrom - 1);
    for (auto& one : batch) {
        one.remote_id = "003-" + one.entity_id;
    }
    batch.back().remote_id.clear();
    for (std::size_t sent = 0; sent < kBulkFrom - 2; sent += 200) {
        session_.expect("PATCH /services/data/v68.0/composite/sobjects").fail(Transport::not_sent);
    }
    session_.expect(kUpsert).answer(200, R"([{"id":"003-X","success":true,"errors":[]}])");
    EXPECT_EQ(push_all(std::move(batch)).back().remote_id, "003-X");
}

}  // namespace
}  // namespace navette::salesforce
