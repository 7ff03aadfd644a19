#include "fixture.hpp"

namespace navette::dolibarr::test {
namespace {

const std::string kNewest =
    "?sortfield=t.tms,t.rowid&sortorder=DESC,DESC&limit=10&properties=id,date_creation,date_c,"
    "date_modification,date_m";
const std::string kPage = "?sortfield=t.rowid&sortorder=ASC&limit=2&sqlfilters=";
// A site whose PHP is in Paris and whose database is in UTC: the epoch is an hour early, and this is the
// database's text of it.
constexpr auto kParis =
    R"({"success":{"code":200,"dolibarr_version":"22.0.4","timestamp_now_utc":1795249076,"timestamp_php_tz":"Europe/Paris","date_tz":"2026-11-21 09:17:56"}})";
constexpr auto kProduction = R"({"success":{"code":200,"dolibarr_version":"22.0.4","access_locked":"0"}})";

class Pulls : public DolibarrTest {
  protected:
    std::expected<sdk::PullPage, sdk::Outcome> pull(const std::string& object, json::value cursor = nullptr) {
        sdk::PullRequest request;
        request.object = object;
        request.cursor = std::move(cursor);
        request.limit = 2;
        return run(connector_->pull(session_, std::move(request)));
    }
};

TEST_F(Pulls, TheFirstSweepReadsEverythingPageByPageAndThenMarksWhereItBegan) {
    session_.expect("GET /orders" + kNewest).answer(200, R"([{"id":"9","date_modification":1795245476}])");
    session_.expect("GET /status").answer(200, kParis);
    session_.expect("GET /orders" + kPage + "(t.rowid:>:'0')")
        .answer(
            200,
            R"([{"id":"3","ref":"A","date_modification":1795245400},{"id":"5","ref":"B","date_modification":1795245476}])"
        );
    auto page = pull("order");
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->records.size(), 2U);
    EXPECT_EQ(page->records[0].remote_id, "3");
    EXPECT_EQ(page->records[0].version, "1795245400");
    EXPECT_EQ(page->records[0].fields.at("ref"), "A");
    EXPECT_EQ(page->records[1].modified_at, sdk::Instant(std::chrono::seconds(1795245476)));
    EXPECT_TRUE(page->more);

    session_.expect("GET /orders" + kPage + "(t.rowid:>:'5')")
        .answer(200, R"([{"id":"9","date_modification":1795245476}])");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->records.size(), 1U);
    EXPECT_FALSE(page->more);
    // 1795245476 is 07:17:56 UTC, 08:17:56 in Paris; a minute of overlap.
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"2026-11-21 08:16:56"})"));
}

TEST_F(Pulls, TimesOfChangeAreSetRightWhereTheDatabaseStandsInAnotherZoneThanPhp) {
    // Made at 08:17:00 UTC, as PHP says truly; changed at once, which the database's clock makes an hour
    // earlier.
    session_.expect("GET /contacts" + kNewest)
        .answer(200, R"([{"id":"9","date_creation":1795249020,"date_modification":1795245420}])");
    session_.expect("GET /status").answer(200, kParis);
    session_.expect("GET /contacts" + kPage + "(t.rowid:>:'0')")
        .answer(200, R"([{"id":"9","date_creation":1795249020,"date_modification":1795245420}])");
    const auto page = pull("contact");
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->records.at(0).modified_at, sdk::Instant(std::chrono::seconds(1795249020)));
    EXPECT_EQ(page->records.at(0).version, "1795245420") << "the mark is Dolibarr's own";
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"2026-11-21 08:16:00","shift":-3600})"))
        << "the mark is the database's text";

    // What a webhook tells of is read with the same shift.
    session_.expect("GET /contacts/7")
        .answer(200, R"({"id":"7","date_creation":1795000000,"date_modification":1795245500})");
    const auto fetched = run(connector_->fetch(session_, "contact", "7"));
    ASSERT_TRUE(fetched.has_value());
    EXPECT_EQ(fetched->modified_at, sdk::Instant(std::chrono::seconds(1795249100)));
}

TEST_F(Pulls, AShiftThatWasProvenOnceIsKeptWhereTheNewestRecordsProveNothing) {
    session_.expect("GET /contacts" + kNewest)
        .answer(200, R"([{"id":"9","date_creation":1790000000,"date_modification":1795245476}])");
    session_.expect("GET /status").answer(200, kParis);
    session_.expect("GET /contacts" + kPage + "(t.tms:>=:'2026-11-21 06:00:00') and (t.rowid:>:'0')")
        .answer(200, R"([{"id":"9","date_creation":1790000000,"date_modification":1795245476}])");
    const auto page = pull("contact", json::parse(R"({"since":"2026-11-21 06:00:00","shift":-3600})"));
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->records.at(0).modified_at, sdk::Instant(std::chrono::seconds(1795249076)));
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"2026-11-21 08:16:56","shift":-3600})"));
}

TEST_F(Pulls, ALaterSweepReadsFromTheMarkOfTheOneBefore) {
    session_.expect("GET /orders" + kNewest).answer(200, R"([{"id":"9","date_modification":1795245476}])");
    session_.expect("GET /status").answer(200, kParis);
    session_.expect("GET /orders" + kPage + "(t.tms:>=:'2026-11-21 06:00:00') and (t.rowid:>:'0')")
        .answer(200, "[]");
    const auto page = pull("order", json::parse(R"({"since":"2026-11-21 06:00:00"})"));
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"2026-11-21 08:16:56"})"));
}

TEST_F(Pulls, AFullPageKeepsTheMarkOfItsSweep) {
    session_.expect("GET /contacts" + kPage + "(t.tms:>=:'2026-11-21 06:00:00') and (t.rowid:>:'7')")
        .answer(200, R"([{"id":"8"},{"id":"12"}])");
    const auto page = pull(
        "contact", json::parse(R"({"since":"2026-11-21 06:00:00","next":"2026-11-21 08:00:00","after":"7"})")
    );
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    EXPECT_EQ(
        page->cursor,
        json::parse(R"({"since":"2026-11-21 06:00:00","next":"2026-11-21 08:00:00","after":"12"})")
    );
}

TEST_F(Pulls, AnEmptyListOfThirdPartiesIsA404) {
    session_.expect("GET /thirdparties" + kNewest)
        .answer(404, error_body(404, "Not Found: No third parties found"));
    const auto page = pull("customer", json::parse(R"({"since":"x"})"));
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->records.empty());
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"x"})"));
}

TEST_F(Pulls, ProjectsNameTheirChangeDifferently) {
    session_.expect("GET /projects" + kNewest)
        .answer(200, R"([{"id":"2","date_modification":null,"date_m":1795245476}])");
    session_.expect("GET /status").answer(200, kParis);
    session_.expect("GET /projects" + kPage + "(t.rowid:>:'0')")
        .answer(200, R"([{"id":"2","date_m":1795245476}])");
    const auto page = pull("deal");
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->records.at(0).version, "1795245476");
}

TEST_F(Pulls, ASiteThatHidesItsZoneIsReadHalfADayEarlierRatherThanTooLate) {
    session_.expect("GET /products" + kNewest).answer(200, R"([{"id":"2","date_modification":1795245476}])");
    session_.expect("GET /status").answer(200, kProduction);
    session_.expect("GET /products" + kPage + "(t.rowid:>:'0')").answer(200, "[]");
    const auto page = pull("product");
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"2026-11-20 19:16:56"})"));
}

TEST_F(Pulls, AFailureLeavesTheCursorWhereItWas) {
    session_.expect("GET /orders" + kNewest).fail(Transport::not_sent);
    const auto page = pull("order");
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error().kind, OutcomeKind::unavailable);
}

TEST_F(Pulls, NotesAreNotPulled) {
    const auto page = pull("note");
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error().kind, OutcomeKind::rejected);
}

TEST_F(Pulls, OneRecordIsFetchedWithItsVersion) {
    session_.expect("GET /orders/5").answer(200, R"({"id":"5","ref":"A","date_modification":7})");
    session_.expect("GET /orders" + kNewest).answer(200, "[]");
    session_.expect("GET /status").answer(200, kParis);
    const auto record = run(connector_->fetch(session_, "order", "5"));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->remote_id, "5");
    EXPECT_EQ(record->version, "7");
}

// A process that has pulled nothing yet, as a lane after a restart.
TEST_F(Pulls, ARecordFetchedBeforeAnyPullGetsItsTrueTimeByTheSitesZone) {
    // Made ten minutes before it was changed: alone, it shows a part of the hour only.
    session_.expect("GET /contacts/7")
        .answer(200, R"({"id":"7","date_creation":1795248400,"date_modification":1795245400})");
    session_.expect("GET /contacts" + kNewest)
        .answer(200, R"([{"id":"7","date_creation":1795248400,"date_modification":1795245400}])");
    session_.expect("GET /status").answer(200, kParis);
    const auto fetched = run(connector_->fetch(session_, "contact", "7"));
    ASSERT_TRUE(fetched.has_value());
    EXPECT_EQ(fetched->modified_at, sdk::Instant(std::chrono::seconds(1795249000)));
    // And then the site's shift is known.
    session_.expect("GET /contacts/8")
        .answer(200, R"({"id":"8","date_creation":1790000000,"date_modification":1795245600})");
    const auto next = run(connector_->fetch(session_, "contact", "8"));
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->modified_at, sdk::Instant(std::chrono::seconds(1795249200)));
}

TEST_F(Pulls, ATimeThatMayBeAnHourEarlyIsNotTold) {
    session_.expect("GET /contacts/7")
        .answer(200, R"({"id":"7","date_creation":1790000000,"date_modification":1795245400})");
    session_.expect("GET /contacts" + kNewest)
        .answer(200, R"([{"id":"7","date_creation":1790000000,"date_modification":1795245400}])");
    session_.expect("GET /status").answer(200, kParis);
    const auto fetched = run(connector_->fetch(session_, "contact", "7"));
    ASSERT_TRUE(fetched.has_value());
    EXPECT_FALSE(fetched->modified_at);
}

TEST_F(Pulls, WithoutAnIdNothingIsFetched) {
    EXPECT_FALSE(run(connector_->fetch(session_, "order", "")).has_value());
}

TEST_F(Pulls, ARecordThatIsNoMoreIsGone) {
    session_.expect("GET /orders/5").answer(404, error_body(404, "Not Found: Order not found"));
    const auto record = run(connector_->fetch(session_, "order", "5"));
    ASSERT_FALSE(record.has_value());
    EXPECT_EQ(record.error().kind, OutcomeKind::gone);
}

}  // namespace
}  // namespace navette::dolibarr::test
