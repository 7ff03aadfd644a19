#include "tests/support/connector_test.hpp"

namespace navette::salesforce {
namespace {

using sdk::OutcomeKind;
namespace json = sdk::json;

class SalesforcePull : public support::ConnectorTest {
  protected:
    SalesforcePull() { session_.set_now(sdk::Instant(std::chrono::milliseconds(1'767'225'600'000))); }

    std::expected<sdk::PullPage, sdk::Outcome> pull(json::value cursor, int limit = 2) {
        return support::run(connector_->pull(session_, {"contact", std::move(cursor), limit}));
    }

    support::ScriptedSession::Exchange& expect_query(const std::string& where, int limit = 2) {
        return session_.expect(
            "GET /services/data/v68.0/queryAll?q=SELECT "
            "Id,SystemModstamp,IsDeleted,FirstName,LastName,Email,Phone,AccountId FROM Contact WHERE " +
            where + " ORDER BY SystemModstamp, Id LIMIT " + std::to_string(limit)
        );
    }

    support::ScriptedSession::Exchange& expect_log(const std::string& start, const std::string& end) {
        return session_.expect(
            "GET /services/data/v68.0/sobjects/Contact/deleted/?start=" + start + "&end=" + end
        );
    }
};

std::string row(const std::string& id, const std::string& stamp, const std::string& more = {}) {
    return R"({"attributes":{"type":"Contact"},"Id":")" + id + R"(","SystemModstamp":")" + stamp +
           R"(.000+0000","IsDeleted":false)" + more + "}";
}

TEST_F(SalesforcePull, ASweepGoesByTimeAndIdAndTheNextOneOverlapsIt) {
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z")
        .answer(
            200,
            R"({"totalSize":2,"done":true,"records":[)" + row("003A", "2025-12-01T10:00:00") + "," +
                row("003B", "2025-12-01T10:00:00", R"(,"Email":"b@x.test")") + "]}"
        );
    const auto first = pull(nullptr);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    ASSERT_EQ(first->records.size(), 2U);
    EXPECT_TRUE(first->more);
    EXPECT_EQ(first->records[1].remote_id, "003B");
    EXPECT_EQ(first->records[1].fields.at("Email"), json::value("b@x.test"));
    EXPECT_FALSE(first->records[1].fields.contains("attributes"));
    EXPECT_TRUE(first->records[1].modified_at.has_value());

    // The window's end stays while the clock goes on, and records of the same second are not left out.
    session_.set_now(sdk::Instant(std::chrono::milliseconds(1'767'229'200'000)));
    expect_query(
        "SystemModstamp <= 2026-01-01T00:00:00Z AND (SystemModstamp > 2025-12-01T10:00:00Z OR "
        "(SystemModstamp = 2025-12-01T10:00:00Z AND Id > '003B'))"
    )
        .answer(200, R"({"done":true,"records":[)" + row("003C", "2025-12-01T10:00:00") + "]}");
    const auto second = pull(first->cursor);
    ASSERT_TRUE(second.has_value()) << second.error().message;
    EXPECT_FALSE(second->more);

    expect_query("SystemModstamp <= 2026-01-01T01:00:00Z AND SystemModstamp >= 2025-12-31T23:50:00Z")
        .answer(200, R"({"done":true,"records":[]})");
    expect_log("2025-12-31T23:50:00Z", "2026-01-01T01:00:00Z").answer(200, R"({"deletedRecords":[]})");
    EXPECT_TRUE(pull(second->cursor).has_value());
}

TEST_F(SalesforcePull, WhatWasPurgedFromTheRecycleBinIsToldByTheLogOfDeletions) {
    const json::value cursor{{"since", "2025-12-31T23:00:00Z"}};
    const std::string where =
        "SystemModstamp <= 2026-01-01T00:00:00Z AND SystemModstamp >= 2025-12-31T23:00:00Z";
    expect_query(where, 5).answer(
        200,
        R"({"done":true,"records":[)" + row("003A", "2025-12-31T23:10:00") + "," +
            row("003B", "2025-12-31T23:30:00") + "]}"
    );
    expect_log("2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z")
        .answer(
            200,
            R"({"deletedRecords":[{"id":"003P","deletedDate":"2025-12-31T23:20:00.000+0000"},)"
            R"({"id":"003B","deletedDate":"2025-12-31T23:30:00.000+0000"}]})"
        );
    const auto page = pull(cursor, 5);
    ASSERT_TRUE(page.has_value()) << page.error().message;
    ASSERT_EQ(page->records.size(), 3U) << "a record that the query found is told once";
    EXPECT_EQ(page->records[1].remote_id, "003P");
    EXPECT_TRUE(page->records[1].deleted);
    EXPECT_EQ(page->cursor, json::value({{"since", "2025-12-31T23:50:00Z"}}));
}

TEST_F(SalesforcePull, TheLogIsAskedAtTheSweepsEndForAllOfItsWindow) {
    const json::value cursor{{"since", "2025-12-01T00:00:00Z"}};
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z AND SystemModstamp >= 2025-12-01T00:00:00Z", 1)
        .answer(200, R"({"done":true,"records":[)" + row("003A", "2025-12-01T10:00:00") + "]}");
    const auto first = pull(cursor, 1);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    expect_query(
        "SystemModstamp <= 2026-01-01T00:00:00Z AND (SystemModstamp > 2025-12-01T10:00:00Z OR "
        "(SystemModstamp = 2025-12-01T10:00:00Z AND Id > '003A'))",
        1
    )
        .answer(200, R"({"done":true,"records":[]})");
    // No longer ago than the log reaches.
    expect_log("2025-12-18T00:00:00Z", "2026-01-01T00:00:00Z").fail(Transport::cut_off);
    EXPECT_FALSE(pull(first->cursor, 1).has_value()) << "what was purged meanwhile would be lost";
}

TEST_F(SalesforcePull, ALogThatBeginsTooLateIsRemarkedOn) {
    for (const bool too_late : {true, false}) {
        expect_query("SystemModstamp <= 2026-01-01T00:00:00Z AND SystemModstamp >= 2025-12-31T23:00:00Z")
            .answer(200, R"({"done":true,"records":[]})");
        const std::string first = too_late ? "2025-12-31T23:01:00" : "2025-12-31T22:59:00";
        expect_log("2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z")
            .answer(200, R"({"deletedRecords":[],"earliestDateAvailable":")" + first + R"(.000+0000"})");
        EXPECT_TRUE(pull(json::value{{"since", "2025-12-31T23:00:00Z"}}).has_value());
        ASSERT_EQ(session_.remarks().size(), 1U) << first;
    }
    EXPECT_NE(session_.remarks().front().find("purged before"), std::string::npos);
}

TEST_F(SalesforcePull, AnObjectWithoutALogOfDeletionsIsReadAllTheSame) {
    const json::value cursor{{"since", "2025-12-31T23:00:00Z"}};
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z AND SystemModstamp >= 2025-12-31T23:00:00Z")
        .answer(200, R"({"done":true,"records":[]})");
    expect_log("2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z")
        .answer(400, R"([{"errorCode":"INVALID_TYPE_FOR_OPERATION","message":"not replicateable"}])");
    EXPECT_TRUE(pull(cursor).has_value());
    EXPECT_EQ(session_.remarks().size(), 1U);
}

TEST_F(SalesforcePull, WhatSalesforceSplitsIsFollowed) {
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z", 3)
        .answer(
            200,
            R"({"done":false,"nextRecordsUrl":"/services/data/v68.0/query/01gAA-1","records":[)" +
                row("003A", "2025-12-01T10:00:00") + "]}"
        );
    session_.expect("GET /services/data/v68.0/query/01gAA-1")
        .answer(200, R"({"done":true,"records":[)" + row("003B", "2025-12-01T10:00:01") + "]}");
    const auto page = pull(nullptr, 3);
    ASSERT_TRUE(page.has_value()) << page.error().message;
    EXPECT_EQ(page->records.size(), 2U);
    EXPECT_FALSE(page->more);
}

TEST_F(SalesforcePull, AForeignNextAddressIsNotFollowed) {
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z")
        .answer(200, R"({"done":false,"nextRecordsUrl":"https://evil.example/query","records":[]})");
    EXPECT_TRUE(pull(nullptr).has_value());
    EXPECT_EQ(session_.sent().size(), 1U);
}

TEST_F(SalesforcePull, DeletedRecordsAreToldAsSuch) {
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z")
        .answer(
            200,
            R"({"done":true,"records":[{"Id":"003A","SystemModstamp":"2025-12-01T10:00:00.000+0000","IsDeleted":true}]})"
        );
    const auto page = pull(nullptr);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->records.at(0).deleted);
}

TEST_F(SalesforcePull, AFailureIsToldAndMovesNoCursor) {
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z").fail(Transport::cut_off);
    const auto lost = pull(nullptr);
    ASSERT_FALSE(lost.has_value());
    EXPECT_FALSE(lost.error().maybe_applied);
    expect_query("SystemModstamp <= 2026-01-01T00:00:00Z").answer(200, "{}");
    EXPECT_FALSE(pull(nullptr).has_value()) << "an answer without records is not an empty page";
    EXPECT_EQ(
        support::run(connector_->pull(session_, {"note", nullptr, 10})).error().kind, OutcomeKind::rejected
    );
    EXPECT_EQ(
        support::run(connector_->pull(session_, {"call", nullptr, 10})).error().kind, OutcomeKind::rejected
    );
}

TEST_F(SalesforcePull, FetchReadsOneRecordWithFurtherFields) {
    session_.set("extra_fields", {{"company", " Vat__c, Size__c"}});
    session_
        .expect(
            "GET /services/data/v68.0/sobjects/Account/001AA?fields=Id,SystemModstamp,IsDeleted,Name,Website,"
            "Phone,BillingStreet,BillingPostalCode,BillingCity,Vat__c,Size__c"
        )
        .answer(
            200,
            R"({"attributes":{},"Id":"001AA","Name":"A","SystemModstamp":"2026-01-01T00:00:00.000+0000"})"
        );
    const auto record = support::run(connector_->fetch(session_, "company", "001AA"));
    ASSERT_TRUE(record.has_value()) << record.error().message;
    EXPECT_EQ(record->remote_id, "001AA");
    EXPECT_EQ(record->fields.at("Name"), json::value("A"));
}

TEST_F(SalesforcePull, ARecordThatIsNotThereIsGone) {
    session_
        .expect(
            "GET /services/data/v68.0/sobjects/Contact/003A?fields=Id,SystemModstamp,IsDeleted,FirstName,"
            "LastName,Email,Phone,AccountId"
        )
        .answer(404, R"([{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}])");
    EXPECT_EQ(support::run(connector_->fetch(session_, "contact", "003A")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(support::run(connector_->fetch(session_, "contact", "")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(support::run(connector_->fetch(session_, "note", "1")).error().kind, OutcomeKind::rejected);
}

}  // namespace
}  // namespace navette::salesforce
