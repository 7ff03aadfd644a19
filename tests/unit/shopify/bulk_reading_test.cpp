// A sweep that a bulk operation reads, step by step: when it pays, where it goes on after a restart, and what
// leads back to pages.
#include "file_server.hpp"
#include "fixture.hpp"

#include <navette/sdk/timestamp.hpp>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace navette::shopify::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kBegan = "2026-05-01T11:59:30";
constexpr auto kUrl = R"("https://files.test/file?Signature=a%2Fb")";

std::string customer(int number) {
    const auto digits = std::to_string(number);
    return R"({"id":"gid://shopify/Customer/)" + digits +
           R"(","updatedAt":"2026-04-01T10:00:00Z","email":"c)" + digits +
           R"(@x.test","defaultAddress":{"city":"Paris"}})" + "\n";
}

class BulkReading : public ShopifyTest {
  protected:
    BulkReading() { session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00")); }

    std::expected<sdk::PullPage, sdk::Outcome> pull(json::value cursor = nullptr, int limit = 100) {
        sdk::PullRequest request;
        request.object = object_;
        request.cursor = json::parse(json::serialize(cursor));  // it is stored as text in between
        request.limit = limit;
        return run(connector_->pull(files_, std::move(request)));
    }
    void expect_page(bool has_more = true, const std::string& variables = "{}") {
        expect(object_ == "customer" ? documents::kPullCustomers : documents::kPullOrders, variables)
            .answer(
                200,
                data(
                    "\"" + object_ +
                    R"(s":{"nodes":[{"id":"gid://1","updatedAt":"2026-04-01T10:00:00Z"}],"pageInfo":{"hasNextPage":)" +
                    (has_more ? "true" : "false") + R"(,"endCursor":"c1"}})"
                )
            );
    }
    void expect_count(int count, const std::string& variables = R"({"limit":500})") {
        expect(object_ == "customer" ? documents::kCountCustomers : documents::kCountOrders, variables)
            .answer(200, data(R"("total":{"count":)" + std::to_string(count) + "}"));
    }
    ScriptedSession::Exchange& expect_run(const std::string& variables = R"({"grouped":false})") {
        return expect(documents::kRunBulkQuery, variables);
    }
    static std::string running() {
        return data(
            R"("bulkOperationRunQuery":{"bulkOperation":{"id":"b1","status":"CREATED","createdAt":")" +
            std::string(kBegan) + R"(Z"},"userErrors":[]})"
        );
    }
    void expect_state(const std::string& status, const std::string& more = "") {
        expect(documents::kReadBulk, R"({"id":"b1"})")
            .answer(200, data(R"("bulkOperation":{"id":"b1","status":")" + status + "\"" + more + "}"));
    }
    void expect_completed() { expect_state("COMPLETED", R"(,"url":)" + std::string(kUrl)); }

    /// The cursor of an operation that has begun.
    json::value begun() {
        expect_page();
        expect_count(500);
        expect_run().answer(200, running());
        return pull()->cursor;
    }
    /// The ids of all records from there on, in pages of so many; the cursor behind them.
    std::vector<std::string> read_all(json::value& cursor, int limit) {
        std::vector<std::string> ids;
        while (cursor.as_object().contains("bulk")) {
            const auto page = pull(cursor, limit);
            if (!page) {
                ADD_FAILURE() << page.error().message;
                break;
            }
            EXPECT_LE(page->records.size(), static_cast<std::size_t>(limit));
            EXPECT_TRUE(page->more);
            EXPECT_NE(page->cursor, cursor);
            for (const auto& record : page->records) {
                ids.push_back(record.remote_id.substr(record.remote_id.rfind('/') + 1));
            }
            cursor = page->cursor;
        }
        return ids;
    }
    static std::vector<std::string> numbers(int last) {
        std::vector<std::string> all;
        for (int number = 1; number <= last; ++number) {
            all.push_back(std::to_string(number));
        }
        return all;
    }
    void fill_file(int customers, std::size_t padding = 0) {
        for (int number = 1; number <= customers; ++number) {
            auto line = customer(number);
            line.insert(line.size() - 2, R"(,"note":")" + std::string(padding, 'x') + "\"");
            files_.file += line;
        }
    }
    /// The page begins the sweep again, and its next one goes by Shopify's cursor.
    void expect_by_pages(const std::expected<sdk::PullPage, sdk::Outcome>& page, const std::string& why) {
        ASSERT_TRUE(page) << page.error().message;
        EXPECT_TRUE(page->records.empty());
        EXPECT_EQ(page->cursor, json::parse(R"({"since":"","deleted_since":"2026-05-01T11:55:00"})"));
        EXPECT_THAT(session_.remarks(), ::testing::Contains(HasSubstr(why)));
        expect_page();
        const auto next = pull(page->cursor);
        ASSERT_TRUE(next);
        EXPECT_EQ(next->records.size(), 1U);
        EXPECT_EQ(next->cursor.at("after"), "c1");
    }

    std::string object_ = "customer";
    FileServer files_{session_};
};

TEST_F(BulkReading, ManyRecordsAreReadByOneOperationAndTheNextSweepBeginsWhereItBegan) {
    fill_file(5);
    auto cursor = begun();
    EXPECT_THAT(
        json::serialize(json::parse(session_.sent().back().body).at("variables").at("query")),
        HasSubstr("query navette_customer_1777636800000{customers{edges{node{id updatedAt firstName")
    );
    expect_state("RUNNING");
    expect_completed();
    const auto page = pull(cursor, 2);
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_EQ(page->records.size(), 2U);
    EXPECT_EQ(page->records[0].remote_id, "gid://shopify/Customer/1");
    EXPECT_EQ(page->records[0].version, "2026-04-01T10:00:00Z");
    EXPECT_EQ(page->records[0].modified_at, sdk::from_iso_text("2026-04-01T10:00:00"));
    EXPECT_EQ(page->records[0].fields.at("address").at("city"), "Paris");
    cursor = page->cursor;
    EXPECT_THAT(read_all(cursor, 2), ElementsAre("3", "4", "5"));
    EXPECT_EQ(files_.requests.size(), 1U) << "the piece stays in memory";
    EXPECT_EQ(
        cursor,
        json::parse(
            R"({"since":"2026-05-01T11:54:30","deleted_since":"2026-05-01T11:55:00","in_deletions":true})"
        )
    );
}

TEST_F(BulkReading, AFewGoByPages) {
    expect_page(false);
    EXPECT_EQ(pull()->records.size(), 1U);
    expect_page();
    expect_count(499);
    const auto page = pull();
    ASSERT_TRUE(page);
    EXPECT_EQ(page->records.size(), 1U);
    EXPECT_EQ(page->cursor.at("after"), "c1");
    expect_page();
    EXPECT_EQ(pull(page->cursor)->records.size(), 1U) << "they are counted once a sweep";
}

TEST_F(BulkReading, ManyChangesOfALaterSweepGoInBulkToo) {
    object_ = "order";
    expect_page(true, R"({"query":"updated_at:>='2026-04-01T10:00:00Z'"})");
    expect_count(200, R"({"limit":200,"query":"updated_at:>='2026-04-01T10:00:00Z'"})");
    expect_run(R"({"grouped":true})").answer(200, running());
    auto cursor = pull(json::parse(R"({"since":"2026-04-01T10:00:00"})"))->cursor;
    EXPECT_THAT(
        std::string(json::parse(session_.sent().back().body).at("variables").at("query").as_string()),
        HasSubstr(R"({orders(query:"updated_at:>='2026-04-01T10:00:00Z'"){edges{node{id)")
    );
    files_.file = R"({"id":"gid://shopify/Order/1","name":"LU1"})"
                  "\n"
                  R"({"id":"l1","title":"Tea","quantity":2,"__parentId":"gid://shopify/Order/1"})"
                  "\n";
    expect_completed();
    const auto page = pull(cursor);
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_EQ(page->records.at(0).fields.at("lineItems"), json::parse(R"([{"title":"Tea","quantity":2}])"));
}

TEST_F(BulkReading, AnotherProcessGoesOnAtTheCursor) {
    fill_file(30);
    auto cursor = begun();
    expect_completed();
    cursor = pull(cursor, 7)->cursor;
    for (const auto* name : {"bulk_file_piece_customer", "bulk_file_address_customer"}) {
        EXPECT_FALSE(session_.recall(name).is_null());
        session_.remember(name, nullptr);
    }
    expect_completed();
    auto rest = read_all(cursor, 7);
    EXPECT_EQ(rest.size(), 23U);
    EXPECT_EQ(rest.front(), "8");
    EXPECT_EQ(files_.requests.size(), 2U);
    EXPECT_TRUE(session_.recall("bulk_file_piece_customer").is_null()) << "nothing is kept behind the end";
}

TEST_F(BulkReading, ALargeFileComesInPiecesOfWhichOneIsInMemory) {
    constexpr int kCount = 700;
    fill_file(kCount, 10'000);  // 7 MB
    auto cursor = begun();
    expect_completed();
    std::size_t largest = 0;
    std::vector<std::string> ids;
    while (cursor.as_object().contains("bulk")) {
        const auto page = pull(cursor, 90);
        ASSERT_TRUE(page) << page.error().message;
        for (const auto& record : page->records) {
            ids.push_back(record.remote_id.substr(record.remote_id.rfind('/') + 1));
        }
        largest = std::max(largest, json::serialize(session_.recall("bulk_file_piece_customer")).size());
        cursor = page->cursor;
    }
    EXPECT_EQ(ids, numbers(kCount));
    EXPECT_LT(largest, 3U << 20U);
    EXPECT_GE(files_.requests.size(), 4U);
    EXPECT_LE(files_.requests.size(), 6U);
}

TEST_F(BulkReading, ARecordLargerThanAPieceIsFetchedInALargerOne) {
    fill_file(1);
    fill_file(1, 3U << 20U);
    files_.file += customer(9);
    auto cursor = begun();
    expect_completed();
    EXPECT_THAT(read_all(cursor, 100), ElementsAre("1", "1", "9"));
    EXPECT_EQ(files_.requests.size(), 3U);
}

TEST_F(BulkReading, AServerThatGivesWholeFilesIsReadAllTheSame) {
    fill_file(30);
    files_.knows_ranges = false;
    auto cursor = begun();
    expect_completed();
    cursor = pull(cursor, 7)->cursor;
    session_.remember("bulk_file_piece_customer", nullptr);
    const auto rest = read_all(cursor, 7);
    EXPECT_EQ(rest.size(), 23U);
    EXPECT_EQ(rest.front(), "8");
}

TEST_F(BulkReading, AFileWithoutRecordsIsNone) {
    auto cursor = begun();
    expect_state("COMPLETED", R"(,"url":null)");
    EXPECT_TRUE(read_all(cursor, 10).empty());
    EXPECT_EQ(cursor.at("in_deletions"), true);
}

TEST_F(BulkReading, ACallWaitsLessThanAMinuteAndTheNextOneGoesOnWaiting) {
    auto cursor = begun();
    const auto began = session_.now();
    for (int look = 0; look < 8; ++look) {  // 1, 2, 4, then 8 seconds apart
        expect_state("RUNNING", R"(,"objectCount":"100")");
    }
    const auto page = pull(cursor);
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_TRUE(page->more);
    EXPECT_TRUE(page->records.empty());
    EXPECT_NE(page->cursor, cursor);
    EXPECT_LT(session_.now() - began, 1min);
    expect_completed();
    fill_file(1);
    cursor = page->cursor;
    EXPECT_THAT(read_all(cursor, 10), ElementsAre("1"));
}

TEST_F(BulkReading, OneThatGetsOnIsWaitedForAndOneThatStandsStillIsCancelled) {
    auto cursor = begun();
    int objects = 0;
    const auto wait_once = [&](int growth) {
        const int looks = cursor.as_object().at("looks") == 0 ? 8 : 5;
        objects += growth;
        for (int look = 0; look < looks; ++look) {
            expect_state("RUNNING", R"(,"objectCount":")" + std::to_string(objects) + "\"");
        }
    };
    for (int call = 0; call < 60; ++call) {  // forty minutes
        wait_once(10);
        const auto page = pull(cursor);
        ASSERT_TRUE(page && page->cursor.as_object().contains("bulk")) << call;
        cursor = page->cursor;
    }
    for (int call = 0; call < 14; ++call) {
        wait_once(0);
        const auto page = pull(cursor);
        ASSERT_TRUE(page && page->cursor.as_object().contains("bulk")) << call;
        cursor = page->cursor;
    }
    wait_once(0);
    expect(documents::kCancelBulk, R"({"id":"b1"})")
        .answer(200, data(R"("bulkOperationCancel":{"bulkOperation":{"id":"b1"},"userErrors":[]})"));
    expect_by_pages(pull(cursor), "does not get on");
}

TEST_F(BulkReading, AnOperationThatFailedLeadsBackToPagesAndIsNotTriedAgainAtOnce) {
    for (const std::string& end :
         {std::string(R"(FAILED","errorCode":"INTERNAL_SERVER_ERROR","partialDataUrl":"https://files.test/x)"
          ),
          std::string("EXPIRED"),
          std::string("CANCELED")}) {
        SCOPED_TRACE(end);
        const auto cursor = begun();
        session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00"));
        expect_state(end);
        expect_by_pages(pull(cursor), "ended as " + end.substr(0, end.find('"')));
        EXPECT_TRUE(files_.requests.empty()) << "a part of the records is of no use";
        session_.set_now(session_.now() + 11min);
        session_.remember("bulk_query_off_until", nullptr);
        session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00"));
    }
}

TEST_F(BulkReading, AnOperationThatShopifyDoesNotKnowAnyMoreLeadsBackToPages) {
    const auto cursor = begun();
    expect(documents::kReadBulk).answer(200, data(R"("bulkOperation":null)"));
    expect_by_pages(pull(cursor), "UNKNOWN");
    auto reading = cursor.as_object();
    reading["offset"] = 5;
    expect(documents::kReadBulk).answer(200, data(R"("bulkOperation":null)"));
    session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00"));
    expect_by_pages(pull(reading), "UNKNOWN");
}

TEST_F(BulkReading, AShopThatTakesNoneIsReadByPagesFromTheRecordsInHand) {
    expect_page();
    expect_count(500);
    expect_run().answer(
        200,
        data(
            R"("bulkOperationRunQuery":{"bulkOperation":null,"userErrors":[{"field":null,"message":"busy","code":"OPERATION_IN_PROGRESS"}]})"
        )
    );
    auto page = pull();
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_EQ(page->records.size(), 1U);
    EXPECT_THAT(session_.remarks(), ElementsAre(HasSubstr("busy (OPERATION_IN_PROGRESS)")));
    expect_page();
    EXPECT_EQ(pull()->records.size(), 1U) << "another object is not tried at once";
    session_.set_now(session_.now() + 2min);
    EXPECT_EQ(begun().at("bulk"), "b1");
}

TEST_F(BulkReading, AnAnswerThatWasLostIsLookedForByTheNameOfTheQuery) {
    expect_page();
    expect_count(500);
    expect_run().fail(Transport::cut_off);
    expect(documents::kListBulkQueries)
        .answer(
            200,
            data(
                R"("bulkOperations":{"nodes":[{"id":"b9","query":"query navette_customer_1{customers"},)"
                R"({"id":"b1","createdAt":"2026-05-01T11:59:30Z","query":"query navette_customer_1777636800000{customers"}]})"
            )
        );
    const auto page = pull();
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_EQ(page->cursor.at("bulk"), "b1");
    EXPECT_EQ(page->cursor.at("bulk_began"), kBegan);
    session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00"));
    expect_page();
    expect_count(500);
    expect_run().answer(500);
    expect(documents::kListBulkQueries).answer(200, data(R"("bulkOperations":{"nodes":[]})"));
    EXPECT_EQ(pull()->records.size(), 1U) << "it began none";
}

TEST_F(BulkReading, ACountThatIsNotAnsweredIsAskedForOnceMore) {
    expect_page();
    expect(documents::kCountCustomers).answer(500);
    expect_count(500);
    expect_run().answer(200, running());
    EXPECT_EQ(pull()->cursor.at("bulk"), "b1");
    expect_page();
    expect(documents::kCountCustomers).answer(500);
    expect(documents::kCountCustomers).answer(500);
    EXPECT_EQ(pull()->records.size(), 1U);
}

TEST_F(BulkReading, TroubleOfTheAccountIsToldAndNothingIsGivenUp) {
    expect_page();
    expect(documents::kCountCustomers).answer(401, R"({"errors":"revoked"})");
    EXPECT_EQ(pull().error().kind, OutcomeKind::needs_reauth);
    const auto cursor = begun();
    expect(documents::kReadBulk).answer(503, "<html>", "text/html");
    EXPECT_EQ(pull(cursor).error().kind, OutcomeKind::unavailable);
    expect(documents::kReadBulk)
        .answer(200, R"({"errors":[{"message":"no","extensions":{"code":"undefined"}}]})");
    expect_by_pages(pull(cursor), "Shopify: no");
}

TEST_F(BulkReading, AnAddressThatIsNoLongerGoodIsAskedForAnew) {
    fill_file(3);
    auto cursor = begun();
    expect_completed();
    files_.status = 403;
    expect_completed();
    EXPECT_THAT(read_all(cursor, 100), ElementsAre("1", "2", "3"));
    EXPECT_EQ(files_.requests.size(), 2U);
    cursor = begun();
    expect_completed();
    expect_completed();
    files_.status = 403;
    files_.keeps_refusing = true;
    session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00"));
    const auto page = pull(cursor);
    ASSERT_TRUE(page);
    EXPECT_THAT(session_.remarks().back(), HasSubstr("HTTP 403"));
}

TEST_F(BulkReading, AFileServerThatFailsIsTriedAgainLaterAndNotForEver) {
    fill_file(3);
    const auto cursor = begun();
    expect_completed();
    files_.down = 1;
    const auto page = pull(cursor);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, OutcomeKind::retry) << "it is not the shop that is down";
    auto later = cursor;
    expect_completed();
    EXPECT_EQ(read_all(later, 100).size(), 3U);

    session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00"));
    const auto again = begun();
    expect_completed();
    files_.down = 100;
    EXPECT_FALSE(pull(again));
    for (int call = 0; call < 2; ++call) {
        expect_completed();
        EXPECT_FALSE(pull(again));
    }
    expect_completed();
    expect_by_pages(pull(again), "no answer");
}

TEST_F(BulkReading, AHostThatIsNotAllowedIsRemarkedAndPagesAreRead) {
    const auto cursor = begun();
    expect_completed();
    files_.down = 1;
    files_.failure = Transport::refused;
    expect_by_pages(pull(cursor), "the file server");
}

TEST_F(BulkReading, AFileThatCannotBeUnderstoodLeadsBackToPages) {
    files_.file = "<html>\n";
    const auto cursor = begun();
    expect_completed();
    expect_by_pages(pull(cursor), "no JSON");
}

}  // namespace
}  // namespace navette::shopify::test
