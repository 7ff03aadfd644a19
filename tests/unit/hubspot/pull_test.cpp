#include "tests/support/connector_test.hpp"

namespace navette::hubspot {
namespace {

using sdk::OutcomeKind;
namespace json = sdk::json;

class HubSpotPull : public support::ConnectorTest {
  protected:
    HubSpotPull() { session_.set_now(sdk::Instant(std::chrono::milliseconds(1'000'000'000))); }

    std::expected<sdk::PullPage, sdk::Outcome> pull(json::value cursor, int limit = 2) {
        return support::run(connector_->pull(session_, {"contact", std::move(cursor), limit}));
    }
};

constexpr auto kSearch = "POST /crm/objects/2026-09/contacts/search";

TEST_F(HubSpotPull, ASweepGoesByIdAndTheNextOneOverlapsIt) {
    session_.expect(kSearch)
        .with(
            R"({"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"LTE","value":"1000000000"}]}],)"
            R"("sorts":[{"propertyName":"hs_object_id","direction":"ASCENDING"}],"limit":2})"
        )
        .without("after")
        .answer(
            200,
            R"({"total":3,"results":[{"id":"5","properties":{"email":"a@x.test"},"updatedAt":"2026-01-01T00:00:00.500Z"},{"id":"9","properties":{}}],"paging":{"next":{"after":"2"}}})"
        );
    const auto first = pull(nullptr);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    ASSERT_EQ(first->records.size(), 2U);
    EXPECT_TRUE(first->more);
    EXPECT_EQ(first->records[0].remote_id, "5");
    EXPECT_EQ(first->records[0].fields.at("email"), json::value("a@x.test"));
    EXPECT_TRUE(first->records[0].modified_at.has_value());

    // The window's end stays while the clock goes on.
    session_.set_now(sdk::Instant(std::chrono::milliseconds(2'000'000'000)));
    session_.expect(kSearch)
        .with(
            R"({"filterGroups":[{"filters":[{"operator":"LTE","value":"1000000000"},{"propertyName":"hs_object_id","operator":"GT","value":"9"}]}]})"
        )
        .answer(200, R"({"total":1,"results":[{"id":"12","properties":{}}]})");
    const auto second = pull(first->cursor);
    ASSERT_TRUE(second.has_value());
    ASSERT_TRUE(second->more) << "the recycle bin is still to come";
    session_.expect("GET /crm/objects/2026-09/contacts?limit=2&archived=true")
        .answer(200, R"({"results":[]})");
    const auto last = pull(second->cursor);
    ASSERT_TRUE(last.has_value());
    EXPECT_FALSE(last->more);

    session_.expect(kSearch)
        .with(
            R"({"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":"999700000"},{"operator":"LTE","value":"2000000000"}]}]})"
        )
        .answer(200, R"({"total":0,"results":[]})");
    EXPECT_TRUE(pull(last->cursor).has_value());
}

TEST_F(HubSpotPull, ArchivedRecordsAreToldOnceAndNotLookedForEachTime) {
    session_.set("archived_every", 60);
    const auto empty = R"({"total":0,"results":[]})";
    session_.expect(kSearch).answer(200, empty);
    const auto swept = pull(nullptr);
    ASSERT_TRUE(swept.has_value());
    EXPECT_TRUE(swept->records.empty());
    ASSERT_TRUE(swept->more);
    session_.expect("GET /crm/objects/2026-09/contacts?limit=2&archived=true")
        .answer(
            200,
            R"({"results":[{"id":"5","archived":true,"archivedAt":"1970-01-10T00:00:00.000Z"},{"id":"7","archived":true}],"paging":{"next":{"after":"7"}}})"
        );
    const auto first = pull(swept->cursor);
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(first->records.size(), 2U);
    EXPECT_EQ(first->records[0].remote_id, "5");
    EXPECT_TRUE(first->records[0].deleted);
    ASSERT_TRUE(first->more);
    session_.expect("GET /crm/objects/2026-09/contacts?limit=2&archived=true&after=7")
        .answer(200, R"({"results":[{"id":"9","archived":true,"archivedAt":"1970-01-12T00:00:00Z"}]})");
    const auto second = pull(first->cursor);
    ASSERT_TRUE(second.has_value());
    EXPECT_FALSE(second->more);

    // Half an hour later it is too early for another look.
    session_.set_now(sdk::Instant(std::chrono::milliseconds(1'000'000'000) + std::chrono::minutes(30)));
    session_.expect(kSearch).answer(200, empty);
    const auto early = pull(second->cursor);
    ASSERT_TRUE(early.has_value());
    EXPECT_FALSE(early->more);

    // After an hour, what was archived before the last look (less the overlap) is known.
    session_.set_now(sdk::Instant(std::chrono::milliseconds(1'000'000'000) + std::chrono::minutes(61)));
    session_.expect(kSearch).answer(200, empty);
    const auto due = pull(early->cursor);
    ASSERT_TRUE(due.has_value());
    ASSERT_TRUE(due->more);
    session_.expect("GET /crm/objects/2026-09/contacts?limit=2&archived=true")
        .answer(
            200,
            R"({"results":[{"id":"5","archivedAt":"1970-01-10T00:00:00Z"},{"id":"8","archivedAt":"1970-01-12T14:00:00Z"}]})"
        );
    const auto later = pull(due->cursor);
    ASSERT_TRUE(later.has_value());
    ASSERT_EQ(later->records.size(), 1U);
    EXPECT_EQ(later->records[0].remote_id, "8");
    EXPECT_TRUE(later->records[0].deleted) << "being in the bin is enough";
}

TEST_F(HubSpotPull, NoPageIsLargerThanASearchAllows) {
    session_.expect(kSearch).with(R"({"limit":200})").answer(200, R"({"results":[]})");
    EXPECT_TRUE(pull(nullptr, 1000).has_value());
}

TEST_F(HubSpotPull, FurtherPropertiesAreASetting) {
    session_.set("extra_properties", " vat_number , size");
    session_
        .expect(
            "GET "
            "/crm/objects/2026-09/companies/"
            "8?properties=name,domain,phone,address,zip,city,hs_lastmodifieddate,vat_number,size"
        )
        .answer(
            200, R"({"id":"8","properties":{"name":"A"},"updatedAt":"2026-01-01T00:00:00Z","archived":false})"
        );
    const auto record = support::run(connector_->fetch(session_, "company", "8"));
    ASSERT_TRUE(record.has_value()) << record.error().message;
    EXPECT_EQ(record->remote_id, "8");
    EXPECT_FALSE(record->deleted);
}

TEST_F(HubSpotPull, ARecordThatIsNotThereIsGone) {
    session_
        .expect("GET /crm/objects/2026-09/notes/8?properties=hs_note_body,hs_timestamp,hs_lastmodifieddate")
        .answer(404, R"({"category":"OBJECT_NOT_FOUND","message":"no"})");
    EXPECT_EQ(support::run(connector_->fetch(session_, "note", "8")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(support::run(connector_->fetch(session_, "note", "")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(support::run(connector_->fetch(session_, "order", "8")).error().kind, OutcomeKind::rejected);
}

TEST_F(HubSpotPull, AFailureIsToldAndMovesNoCursor) {
    session_.expect(kSearch).fail(Transport::cut_off);
    const auto lost = pull(nullptr);
    ASSERT_FALSE(lost.has_value());
    EXPECT_FALSE(lost.error().maybe_applied) << "a search changes nothing";
    EXPECT_EQ(
        support::run(connector_->pull(session_, {"note", nullptr, 10})).error().kind, OutcomeKind::rejected
    );
}

class HubSpotTest : public support::ConnectorTest {
  protected:
    void expect_lists(const std::string& refused = {}) {
        for (const std::string name : {"contacts", "companies", "deals", "notes", "calls"}) {
            auto& exchange = session_.expect("GET /crm/objects/2026-09/" + name + "?limit=1");
            if (name == refused) {
                exchange.answer(
                    403,
                    R"({"category":"MISSING_SCOPES","message":"no","errors":[{"context":{"requiredGranularScopes":["crm.objects.deals.read"]}}]})"
                );
            } else {
                exchange.answer(200, R"({"results":[]})");
            }
        }
    }
};

TEST_F(HubSpotTest, NamesTheScopeThatIsMissing) {
    expect_lists("deals");
    EXPECT_NE(sentence_of_test(false).find("crm.objects.deals.read"), std::string::npos);
}

TEST_F(HubSpotTest, SaysThatTheTokenIsWrong) {
    session_.expect("GET /crm/objects/2026-09/contacts?limit=1").answer(401, R"({"message":"bad token"})");
    EXPECT_NE(sentence_of_test(false).find("make a new one"), std::string::npos);
}

TEST_F(HubSpotTest, NamesTheObjectsWithoutTheUniqueProperty) {
    expect_lists();
    for (const std::string name : {"contacts", "companies", "deals", "notes", "calls"}) {
        auto& exchange = session_.expect("GET /crm/properties/2026-09/" + name + "/navette_external_id");
        if (name == "notes") {
            exchange.answer(404, R"({"message":"no"})");
        } else {
            exchange.answer(
                200, name == "deals" ? R"({"hasUniqueValue":false})" : R"({"hasUniqueValue":true})"
            );
        }
    }
    EXPECT_NE(sentence_of_test(true).find("missing on: deals, notes"), std::string::npos);
}

}  // namespace
}  // namespace navette::hubspot
