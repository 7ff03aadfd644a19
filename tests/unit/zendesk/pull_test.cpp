#include "tests/support/connector_test.hpp"
#include "tests/support/manifest_mapping.hpp"

namespace navette::zendesk {
namespace {

using sdk::OutcomeKind;
namespace json = sdk::json;

class ZendeskPull : public support::ConnectorTest {
  protected:
    sdk::PullPage pull(std::string object, json::value cursor) {
        auto page = support::run(connector_->pull(session_, {std::move(object), std::move(cursor), 100}));
        EXPECT_TRUE(page.has_value()) << (page ? std::string() : page.error().message);
        return page.value_or(sdk::PullPage());
    }
};

TEST_F(ZendeskPull, TicketsFollowTheCursorToTheEndAndGoOnFromThere) {
    session_.expect("GET /api/v2/incremental/tickets/cursor?start_time=1&per_page=100")
        .answer(
            200,
            R"({"tickets":[{"id":1,"status":"open","updated_at":"2026-05-01T10:00:00Z"},{"id":2,"status":"deleted"}],"after_cursor":"c1","end_of_stream":false})"
        );
    const auto first = pull("ticket", nullptr);
    ASSERT_EQ(first.records.size(), 2U);
    EXPECT_FALSE(first.records[0].deleted);
    EXPECT_TRUE(first.records[1].deleted);
    EXPECT_TRUE(first.more);
    session_.expect("GET /api/v2/incremental/tickets/cursor?cursor=c1&per_page=100")
        .answer(200, R"({"tickets":[],"after_cursor":"c2","end_of_stream":true})");
    const auto second = pull("ticket", first.cursor);
    EXPECT_FALSE(second.more);
    session_.expect("GET /api/v2/incremental/tickets/cursor?cursor=c2&per_page=100")
        .answer(200, R"({"tickets":[],"after_cursor":null,"end_of_stream":true})");
    EXPECT_EQ(pull("ticket", second.cursor).cursor, second.cursor);
}

TEST_F(ZendeskPull, AUserWhoIsNotActiveIsDeleted) {
    session_.expect("GET /api/v2/incremental/users/cursor?start_time=1&per_page=100")
        .answer(
            200,
            R"({"users":[{"id":1,"active":false},{"id":2,"active":true}],"after_cursor":"c","end_of_stream":true})"
        );
    const auto page = pull("contact", nullptr);
    EXPECT_TRUE(page.records.at(0).deleted);
    EXPECT_FALSE(page.records.at(1).deleted);
}

TEST_F(ZendeskPull, APageOfOrganizationsThatEndsWhereItBeganIsTheLast) {
    session_.expect("GET /api/v2/incremental/organizations?start_time=1&per_page=100")
        .answer(200, R"({"organizations":[{"id":1}],"end_time":500,"end_of_stream":false})");
    const auto first = pull("company", nullptr);
    EXPECT_TRUE(first.more);
    session_.expect("GET /api/v2/incremental/organizations?start_time=500&per_page=100")
        .answer(200, R"({"organizations":[{"id":1}],"end_time":500,"end_of_stream":false})");
    EXPECT_FALSE(pull("company", first.cursor).more);
}

TEST_F(ZendeskPull, OrganizationsOfThePagesLastSecondAreToldOnce) {
    session_.expect("GET /api/v2/incremental/organizations?start_time=1&per_page=100")
        .answer(
            200,
            R"({"organizations":[{"id":1,"updated_at":"1970-01-01T00:08:19Z"},{"id":2,"updated_at":"1970-01-01T00:08:20Z"}],"end_time":500,"end_of_stream":true})"
        );
    const auto first = pull("company", nullptr);
    ASSERT_EQ(first.records.size(), 2U);
    // The next page begins with the second in which the last one ended.
    session_.expect("GET /api/v2/incremental/organizations?start_time=500&per_page=100")
        .answer(
            200,
            R"({"organizations":[{"id":2,"updated_at":"1970-01-01T00:08:20Z"},{"id":3,"updated_at":"1970-01-01T00:08:20Z"},{"id":1,"updated_at":"1970-01-01T00:08:21Z"}],"end_time":501,"end_of_stream":true})"
        );
    const auto second = pull("company", first.cursor);
    ASSERT_EQ(second.records.size(), 2U);
    EXPECT_EQ(second.records[0].remote_id, "3");
    EXPECT_EQ(second.records[1].remote_id, "1") << "it has changed again";
}

TEST_F(ZendeskPull, OneRecordIsFetched) {
    session_.expect("GET /api/v2/tickets/9").answer(200, R"({"ticket":{"id":9,"subject":"S"}})");
    EXPECT_EQ(
        support::run(connector_->fetch(session_, "ticket", "9"))->fields.at("subject"), json::value("S")
    );
    session_.expect("GET /api/v2/users/9").answer(404, R"({"error":"RecordNotFound"})");
    EXPECT_EQ(support::run(connector_->fetch(session_, "contact", "9")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(support::run(connector_->fetch(session_, "note", "9")).error().kind, OutcomeKind::rejected);
}

class ZendeskTest : public support::ConnectorTest {};

TEST_F(ZendeskTest, AnAnonymousUserIsNoSuccess) {
    session_.expect("GET /api/v2/users/me")
        .answer(200, R"({"user":{"id":null,"name":"Anonymous user","role":"end-user"}})");
    session_.expect("GET /api/v2/tickets?page[size]=1")
        .answer(401, R"({"error":"Couldn't authenticate you"})");
    EXPECT_NE(sentence_of_test(false).find("token is wrong"), std::string::npos);
}

TEST_F(ZendeskTest, AnAccessTokenThatRanOutIsRenewedByARequestThatIsRefused) {
    session_.expect("GET /api/v2/users/me").answer(200, R"({"user":{"id":null}})");
    session_.expect("GET /api/v2/tickets?page[size]=1").answer(200, R"({"tickets":[]})");
    session_.expect("GET /api/v2/users/me").answer(200, R"({"user":{"id":1,"name":"Jo","role":"admin"}})");
    session_.expect("GET /api/v2/tickets?page[size]=1").answer(200, R"({"tickets":[]})");
    EXPECT_NE(sentence_of_test(true).find("an administrator"), std::string::npos);
}

TEST_F(ZendeskTest, SaysWhatTheUserMayNotDo) {
    session_.expect("GET /api/v2/users/me").answer(200, R"({"user":{"id":1,"name":"Jo","role":"end-user"}})");
    EXPECT_NE(sentence_of_test(false).find("end user"), std::string::npos);
    session_.expect("GET /api/v2/users/me").answer(200, R"({"user":{"id":1,"name":"Jo","role":"agent"}})");
    session_.expect("GET /api/v2/tickets?page[size]=1")
        .answer(403, R"({"error":{"title":"Forbidden","message":"missing scope"}})");
    EXPECT_NE(sentence_of_test(false).find("tickets:read"), std::string::npos);
    session_.expect("GET /api/v2/users/me").answer(200, R"({"user":{"id":1,"name":"Jo","role":"agent"}})");
    session_.expect("GET /api/v2/tickets?page[size]=1").answer(200, R"({"tickets":[]})");
    EXPECT_NE(sentence_of_test(true).find("needs an administrator"), std::string::npos);
}

TEST(ZendeskManifest, MapsTheRecordsOfTheApplication) {
    const auto manifest = support::manifest_of("zendesk");
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "ticket",
            R"({"subject":"S","body":"B","priority":"critical","status":"closed","requester":{"email":"Ana@B.fr","name":"Ana"}})"
        )),
        json::parse(
            R"({"subject":"S","_body":"B","_requester_email":"ana@b.fr","_requester_name":"Ana","priority":"urgent","status":"solved"})"
        )
    );
    EXPECT_EQ(
        json::value(support::mapped(
            manifest, "contact", R"({"first_name":"Ana","last_name":"Berg","email":"Ana@B.fr"})"
        )),
        json::parse(R"({"name":"Ana Berg","email":"ana@b.fr"})")
    );
    EXPECT_EQ(manifest.event("ticket.updated", "ticket")->object.name, "ticket");
    EXPECT_EQ(manifest.event("note.deleted", "note")->action, "delete");
    EXPECT_EQ(manifest.webhooks.account, "account_id");
}

}  // namespace
}  // namespace navette::zendesk
