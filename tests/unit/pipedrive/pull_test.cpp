#include "tests/support/connector_test.hpp"
#include "tests/support/manifest_mapping.hpp"

#include <navette/sdk/reading.hpp>

namespace navette::pipedrive {
namespace {

using sdk::OutcomeKind;
namespace json = sdk::json;

class PipedrivePull : public support::ConnectorTest {
  protected:
    std::expected<sdk::PullPage, sdk::Outcome> pull(std::string object, json::value cursor) {
        return support::run(connector_->pull(session_, {std::move(object), std::move(cursor), 100}));
    }
};

TEST_F(PipedrivePull, PagesFollowTheCursorAndTheNextSweepOverlaps) {
    const std::string list = "GET /api/v2/persons?sort_by=update_time&sort_direction=asc&limit=100";
    session_.expect(list).answer(
        200,
        R"({"success":true,"data":[{"id":1,"update_time":"2026-05-01T10:00:00Z"},{"id":2,"update_time":"2026-05-01T11:00:00Z","is_deleted":true}],"additional_data":{"next_cursor":"n2"}})"
    );
    const auto first = pull("contact", nullptr);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    EXPECT_TRUE(first->more);
    ASSERT_EQ(first->records.size(), 2U);
    EXPECT_EQ(first->records[0].modified_at, sdk::from_iso_text("2026-05-01T10:00:00Z"));
    EXPECT_TRUE(first->records[1].deleted);

    session_.expect(list + "&cursor=n2")
        .answer(200, R"({"success":true,"data":[],"additional_data":{"next_cursor":null}})");
    const auto second = pull("contact", first->cursor);
    ASSERT_TRUE(second.has_value());
    EXPECT_FALSE(second->more);

    session_.expect(list + "&updated_since=2026-05-01T10:55:00Z")
        .answer(200, R"({"success":true,"data":[]})");
    const auto third = pull("contact", second->cursor);
    ASSERT_TRUE(third.has_value());
    EXPECT_EQ(third->cursor, second->cursor) << "a sweep that found nothing keeps its mark";
}

TEST_F(PipedrivePull, AFailureIsTold) {
    session_
        .expect(
            "GET /api/v2/deals?sort_by=update_time&sort_direction=asc&limit=100&status=open,won,lost,deleted"
        )
        .answer(429, "{}");
    EXPECT_EQ(pull("deal", nullptr).error().kind, OutcomeKind::throttled);
    EXPECT_EQ(pull("call", nullptr).error().kind, OutcomeKind::rejected);
}

TEST_F(PipedrivePull, DeletedDealsAreAmongTheChanges) {
    session_
        .expect(
            "GET /api/v2/deals?sort_by=update_time&sort_direction=asc&limit=100&status=open,won,lost,deleted"
        )
        .answer(200, R"({"success":true,"data":[{"id":1,"status":"open","is_deleted":true}]})");
    const auto page = pull("deal", nullptr);
    ASSERT_TRUE(page.has_value()) << page.error().message;
    ASSERT_EQ(page->records.size(), 1U);
    EXPECT_TRUE(page->records.front().deleted);
}

std::string note_list(const std::string& start, const std::string& since = {}) {
    return "GET /api/v1/notes?sort=update_time ASC&start=" + start + "&limit=100" +
           (since.empty() ? "" : "&updated_since=" + since);
}

constexpr auto kMoreNotes =
    R"("additional_data":{"pagination":{"more_items_in_collection":true,"next_start":2}}})";

TEST_F(PipedrivePull, NotesArePagedByTimeSoThatNoneSlipsAway) {
    session_.expect(note_list("0"))
        .answer(
            200,
            R"({"success":true,"data":[{"id":1,"update_time":"2026-05-01 10:00:00"},{"id":2,"update_time":"2026-05-01 10:00:01"}],)" +
                std::string(kMoreNotes)
        );
    const auto first = pull("note", nullptr);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    EXPECT_TRUE(first->more);

    // Note 2 comes again and is known; all others of the page are of its second, so that the offset must
    // grow.
    session_.expect(note_list("0", "2026-05-01T10:00:01Z"))
        .answer(
            200,
            R"({"success":true,"data":[{"id":2,"update_time":"2026-05-01 10:00:01"},{"id":3,"update_time":"2026-05-01 10:00:01"}],)" +
                std::string(kMoreNotes)
        );
    const auto second = pull("note", first->cursor);
    ASSERT_TRUE(second.has_value());
    ASSERT_EQ(second->records.size(), 1U);
    EXPECT_EQ(second->records.front().remote_id, "3");

    session_.expect(note_list("2", "2026-05-01T10:00:01Z"))
        .answer(
            200,
            R"({"success":true,"data":[{"id":4,"update_time":"2026-05-01 11:00:00","active_flag":false}]})"
        );
    const auto third = pull("note", second->cursor);
    ASSERT_TRUE(third.has_value());
    EXPECT_FALSE(third->more);
    ASSERT_EQ(third->records.size(), 1U);
    EXPECT_TRUE(third->records.front().deleted);

    session_.expect(note_list("0", "2026-05-01T10:55:00Z")).answer(200, R"({"success":true,"data":null})");
    const auto fourth = pull("note", third->cursor);
    ASSERT_TRUE(fourth.has_value());
    EXPECT_EQ(fourth->cursor, third->cursor) << "a sweep that found nothing keeps its mark";
}

TEST_F(PipedrivePull, OneRecordIsFetched) {
    session_.expect("GET /api/v2/organizations/5")
        .answer(200, R"({"success":true,"data":{"id":5,"name":"Acme"}})");
    EXPECT_EQ(
        support::run(connector_->fetch(session_, "company", "5"))->fields.at("name"), json::value("Acme")
    );
    session_.expect("GET /api/v1/notes/6").answer(404, R"({"success":false,"error":"no"})");
    EXPECT_EQ(support::run(connector_->fetch(session_, "note", "6")).error().kind, OutcomeKind::gone);
}

class PipedriveTest : public support::ConnectorTest {};

constexpr auto kMe = R"({"success":true,"data":{"id":1,"name":"Jo","company_domain":"acme"}})";

TEST_F(PipedriveTest, SaysWhoTheTokenIs) {
    session_.set("company_domain", "acme");
    session_.expect("GET /api/v1/users/me").answer(200, kMe);
    for (const std::string fields : {"personFields", "organizationFields", "dealFields", "activities"}) {
        session_.expect("GET /api/v2/" + fields + "?limit=1").answer(200, R"({"success":true,"data":[]})");
    }
    EXPECT_EQ(sentence_of_test(true), "Pipedrive answers as Jo of acme.");
}

TEST_F(PipedriveTest, SaysThatTheTokenIsWrongOrOfAnotherCompany) {
    session_.expect("GET /api/v1/users/me").answer(401, R"({"success":false,"error":"unauthorized access"})");
    EXPECT_NE(sentence_of_test(false).find("API token"), std::string::npos);
    session_.set("company_domain", "other");
    session_.expect("GET /api/v1/users/me").answer(200, kMe);
    EXPECT_NE(sentence_of_test(false).find("company acme, not to other"), std::string::npos);
}

TEST_F(PipedriveTest, NamesTheScopeThatIsMissing) {
    session_.expect("GET /api/v1/users/me").answer(200, kMe);
    session_.expect("GET /api/v2/personFields?limit=1")
        .answer(403, R"({"success":false,"error":"Scope and URL mismatch"})");
    EXPECT_NE(sentence_of_test(false).find("contact-fields:full"), std::string::npos);
}

TEST(PipedriveManifest, MapsTheRecordsOfTheApplication) {
    const auto manifest = support::manifest_of("pipedrive");
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "contact",
            R"({"first_name":"Ana","last_name":"Berg","email":" Ana@B.fr","phone":"06 12 34 56 78"})"
        )),
        json::parse(R"({"name":"Ana Berg","_email":"ana@b.fr","_phone":"+33612345678"})")
    );
    EXPECT_EQ(
        json::value(support::mapped(manifest, "contact", R"({"email":"ana@b.fr"})")),
        json::parse(R"({"name":"ana@b.fr","_email":"ana@b.fr"})")
    );
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "deal",
            R"({"title":"D","amount_cents":12050,"currency":"eur","stage":"won","close_date":"2026-12-01T10:00:00Z"})"
        )),
        json::parse(
            R"({"title":"D","_value":"120.50","currency":"EUR","_stage":"won","expected_close_date":"2026-12-01"})"
        )
    );
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "activity",
            R"({"title":" Meet ","due_at":"2026-05-01T10:00:00+02:00","duration_s":1800,"done":1,"body":"b"})"
        )),
        json::parse(
            R"({"subject":"Meet","type":"task","_due_at":"2026-05-01T08:00:00Z","_duration_s":1800,"done":true,"_text":"b"})"
        )
    );
    const auto call = support::mapped(
        manifest,
        "call",
        R"({"started_at":"2026-05-01T10:00:00Z","duration_s":300,"direction":"inbound","status":"missed","contact":{"id":"1","phone":"06 12 34 56 78"}})"
    );
    EXPECT_EQ(call.at("outcome"), json::value("no_answer"));
    EXPECT_EQ(call.at("_contact_phone"), json::value("+33612345678"));
    EXPECT_EQ(manifest.event("appointment.created", "appointment")->object.name, "deal");
    EXPECT_EQ(manifest.webhooks.account, "company_domain");
}

}  // namespace
}  // namespace navette::pipedrive
