#include "tests/support/connector_test.hpp"

#include <navette/sdk/http.hpp>

namespace navette::zendesk {
namespace {

using sdk::OutcomeKind;

class ZendeskPush : public support::ConnectorTest {
  protected:
    [[nodiscard]] std::string sent_key(std::size_t at) const {
        return std::string(sdk::first_header(session_.sent().at(at).headers, "Idempotency-Key"));
    }
};

constexpr auto kTicket =
    R"({"subject":"Broken","priority":"high","_body":"It is","_requester_email":"ana@b.fr"})";

TEST_F(ZendeskPush, AUserIsUpsertedByOurKeyAndNotWrittenTo) {
    session_.expect("POST /api/v2/users/create_or_update")
        .with(
            R"({"user":{"name":"Ana","email":"ana@b.fr","external_id":"nv-1","organization_id":5,"skip_verify_email":true}})"
        )
        .answer(201, R"({"user":{"id":42,"updated_at":"2026-05-01T10:00:00Z"}})");
    auto user = operation("contact", R"({"name":"Ana","email":"ana@b.fr"})");
    user.references = {{"company", "5"}};
    const auto outcome = push(std::move(user));
    EXPECT_EQ(outcome.remote_id, "42") << outcome.message;
    EXPECT_EQ(outcome.remote_version, "2026-05-01T10:00:00Z");
}

TEST_F(ZendeskPush, AUserWhoseAnswerIsLostIsUpsertedAgainWithTheSameRequest) {
    session_.expect("POST /api/v2/users/create_or_update").fail(Transport::cut_off);
    const auto lost = push(operation("contact", R"({"name":"Ana"})"));
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);
    session_.expect("GET /api/v2/job_statuses?page[size]=100").answer(200, R"({"job_statuses":[]})");
    session_.expect("POST /api/v2/users/create_or_update").answer(200, R"({"user":{"id":42}})");
    auto again = operation("contact", R"({"name":"Ana"})");
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "42");
    EXPECT_EQ(session_.sent().at(0).body, session_.sent().at(2).body);
}

TEST_F(ZendeskPush, ALinkedUserIsWrittenByItsId) {
    session_.expect("PUT /api/v2/users/42")
        .with(R"({"user":{"name":"Ana"}})")
        .answer(200, R"({"user":{"id":42}})");
    EXPECT_EQ(push(operation("contact", R"({"name":"Ana"})", "42")).remote_id, "42");
    session_.expect("PUT /api/v2/users/43")
        .answer(404, R"({"error":"RecordNotFound","description":"Not found"})");
    EXPECT_EQ(push(operation("contact", R"({"name":"Ana"})", "43")).kind, OutcomeKind::gone);
}

constexpr auto kAna = R"({"name":"Ana","email":"ana@new.fr"})";

TEST_F(ZendeskPush, AnAddressThatChangesBecomesThePrimaryOneWithoutAMail) {
    session_.expect("PUT /api/v2/users/42")
        .with(R"({"user":{"name":"Ana"}})")
        .answer(200, R"({"user":{"id":42,"email":"ana@old.fr","updated_at":"v1"}})");
    session_.expect("GET /api/v2/users/42/identities?page[size]=100")
        .answer(200, R"({"identities":[{"id":1,"type":"email","value":"ana@old.fr","primary":true}]})");
    session_.expect("POST /api/v2/users/42/identities")
        .with(R"({"identity":{"type":"email","value":"ana@new.fr","skip_verify_email":true}})")
        .answer(201, R"({"identity":{"id":2}})");
    session_.expect("PUT /api/v2/users/42/identities/2/make_primary")
        .without_body()
        .answer(200, R"({"identities":[]})");
    const auto outcome = push(operation("contact", kAna, "42"));
    EXPECT_EQ(outcome.kind, OutcomeKind::done) << outcome.message;
    EXPECT_EQ(session_.sent().front().body.find("email"), std::string::npos) << "it would add a second one";
}

TEST_F(ZendeskPush, AnAddressThatIsThereAlreadyIsNotAddedAgain) {
    session_.expect("POST /api/v2/users/create_or_update")
        .answer(200, R"({"user":{"id":42,"email":"ana@old.fr"}})");
    session_.expect("GET /api/v2/users/42/identities?page[size]=100")
        .answer(200, R"({"identities":[{"id":2,"type":"email","value":"Ana@New.fr","primary":false}]})");
    session_.expect("PUT /api/v2/users/42/identities/2/make_primary").answer(200, R"({"identities":[]})");
    EXPECT_EQ(push(operation("contact", kAna)).remote_id, "42");
}

TEST_F(ZendeskPush, AnAddressOfAnotherUserIsAConflict) {
    session_.expect("PUT /api/v2/users/42").answer(200, R"({"user":{"id":42,"email":null}})");
    session_.expect("GET /api/v2/users/42/identities?page[size]=100").answer(200, R"({"identities":[]})");
    session_.expect("POST /api/v2/users/42/identities")
        .answer(
            422,
            R"({"error":"RecordInvalid","details":{"value":[{"description":"taken","error":"DuplicateValue"}]}})"
        );
    EXPECT_EQ(push(operation("contact", kAna, "42")).kind, OutcomeKind::conflict);
}

TEST_F(ZendeskPush, AnEqualAddressNeedsNothingMore) {
    session_.expect("PUT /api/v2/users/42").answer(200, R"({"user":{"id":42,"email":"Ana@new.fr"}})");
    EXPECT_EQ(push(operation("contact", kAna, "42")).kind, OutcomeKind::done);
}

constexpr auto kNameTaken =
    R"({"error":"RecordInvalid","description":"Record validation errors","details":{"name":[{"description":"Name: Acme has already been taken","error":"DuplicateValue"}]}})";

TEST_F(ZendeskPush, AnOrganizationWhoseNameIsTakenIsTakenOver) {
    session_.expect("POST /api/v2/organizations/create_or_update").answer(422, kNameTaken);
    session_.expect("GET /api/v2/organizations/search?name=Acme")
        .answer(200, R"({"organizations":[{"id":7,"name":"Acme","external_id":null}]})");
    session_.expect("PUT /api/v2/organizations/7")
        .with(R"({"organization":{"name":"Acme","external_id":"nv-1"}})")
        .answer(200, R"({"organization":{"id":7}})");
    EXPECT_EQ(push(operation("company", R"({"name":"Acme"})")).remote_id, "7");
}

TEST_F(ZendeskPush, AnOrganizationIsTakenOverWhateverTheCaseOfItsName) {
    session_.expect("POST /api/v2/organizations/create_or_update").answer(422, kNameTaken);
    session_.expect("GET /api/v2/organizations/search?name=Acme")
        .answer(200, R"({"organizations":[{"id":7,"name":"ACME","external_id":""}]})");
    session_.expect("PUT /api/v2/organizations/7").answer(200, R"({"organization":{"id":7}})");
    EXPECT_EQ(push(operation("company", R"({"name":"Acme"})")).remote_id, "7");
}

TEST_F(ZendeskPush, AnOrganizationOfAnotherSystemIsLeftAlone) {
    session_.expect("POST /api/v2/organizations/create_or_update").answer(422, kNameTaken);
    session_.expect("GET /api/v2/organizations/search?name=Acme")
        .answer(200, R"({"organizations":[{"id":7,"name":"Acme","external_id":"erp-9"}]})");
    const auto outcome = push(operation("company", R"({"name":"Acme"})"));
    EXPECT_EQ(outcome.kind, OutcomeKind::conflict);
    EXPECT_NE(outcome.message.find("erp-9"), std::string::npos);
}

TEST_F(ZendeskPush, ATicketIsPrivateAndGuardedByAKey) {
    session_.expect("POST /api/v2/tickets")
        .with(
            R"({"ticket":{"subject":"Broken","priority":"high","external_id":"nv-1","requester":{"email":"ana@b.fr","name":"ana@b.fr"},"comment":{"body":"It is","public":false}}})"
        )
        .answer(201, R"({"ticket":{"id":900,"updated_at":"v"}})");
    EXPECT_EQ(push(operation("ticket", kTicket)).remote_id, "900");
    EXPECT_TRUE(sent_key(0).starts_with("nv-1-"));
    EXPECT_LE(sent_key(0).size(), 255U);
}

TEST_F(ZendeskPush, ATicketWhoseAnswerIsLostIsFoundByOurKey) {
    session_.expect("POST /api/v2/tickets").fail(Transport::cut_off);
    EXPECT_TRUE(push(operation("ticket", kTicket)).maybe_applied);
    session_.expect("GET /api/v2/tickets?external_id=nv-1")
        .answer(200, R"({"tickets":[{"id":902},{"id":901}]})");
    session_.expect("PUT /api/v2/tickets/901")
        .with(R"({"ticket":{"subject":"Broken"}})")
        .answer(200, R"({"ticket":{"id":901}})");
    auto again = operation("ticket", kTicket);
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "901");
    EXPECT_EQ(session_.sent().back().body.find("comment"), std::string::npos) << "the text is there already";
    EXPECT_EQ(session_.sent().back().body.find("requester"), std::string::npos) << "and so is who asked";
}

TEST_F(ZendeskPush, ATicketThatIsNotFoundYetIsSentAgainUnderTheSameKey) {
    session_.expect("POST /api/v2/tickets").fail(Transport::cut_off);
    (void)push(operation("ticket", kTicket));
    session_.expect("GET /api/v2/tickets?external_id=nv-1").answer(200, R"({"tickets":[]})");
    session_.expect("POST /api/v2/tickets").answer(201, R"({"ticket":{"id":900}})");
    auto again = operation("ticket", kTicket);
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "900");
    EXPECT_EQ(sent_key(0), sent_key(2)) << "so Zendesk replays the first answer";
    EXPECT_EQ(session_.sent().at(0).body, session_.sent().at(2).body);
}

TEST_F(ZendeskPush, AnotherBodyHasAnotherKey) {
    session_.expect("POST /api/v2/tickets").answer(500, "{}");
    session_.expect("POST /api/v2/tickets").answer(500, "{}");
    (void)push(operation("ticket", R"({"subject":"A","_body":"b"})"));
    (void)push(operation("ticket", R"({"subject":"A","_body":"c"})"));
    EXPECT_NE(sent_key(0), sent_key(1));
}

TEST_F(ZendeskPush, ALinkedTicketIsWrittenWithoutItsText) {
    session_.expect("PUT /api/v2/tickets/900")
        .with(R"({"ticket":{"subject":"Broken","priority":"high"}})")
        .answer(200, R"({"ticket":{"id":900}})");
    EXPECT_EQ(push(operation("ticket", kTicket, "900")).kind, OutcomeKind::done);
    EXPECT_EQ(session_.sent().front().body.find("comment"), std::string::npos);
}

TEST_F(ZendeskPush, ANoteIsAPrivateMarkedCommentOfATicket) {
    EXPECT_EQ(push(operation("note", R"({"_text":"x"})")).kind, OutcomeKind::rejected);
    session_.expect("PUT /api/v2/tickets/900")
        .with(R"({"ticket":{"comment":{"body":"hello\n[nv-1]","public":false}}})")
        .answer(200, R"({"ticket":{"id":900}})");
    auto note = operation("note", R"({"_text":"hello"})");
    note.references = {{"ticket", "900"}};
    const auto outcome = push(std::move(note));
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "") << "the ticket is not the note";
}

TEST_F(ZendeskPush, ACommentWhoseAnswerIsLostIsFoundByItsMark) {
    auto note = operation("note", R"({"_text":"hello"})");
    note.references = {{"ticket", "900"}};
    auto again = note;
    again.maybe_applied = true;
    session_.expect("PUT /api/v2/tickets/900").fail(Transport::cut_off);
    EXPECT_TRUE(push(std::move(note)).maybe_applied);
    session_.expect("GET /api/v2/tickets/900/comments?sort=-created_at&page[size]=100")
        .answer(200, R"({"comments":[{"id":1,"body":"hello\n[nv-11]"},{"id":2,"body":"hello\n[nv-1]"}]})");
    EXPECT_EQ(push(std::move(again)).kind, OutcomeKind::done);
}

TEST_F(ZendeskPush, ACallWithoutATicketBecomesASolvedOne) {
    session_.expect("POST /api/v2/tickets")
        .with(
            R"({"ticket":{"status":"solved","external_id":"nv-1","requester_id":42,"comment":{"body":"Direction: inbound\nSeconds: 300\ntalked\n[nv-1]","public":false}}})"
        )
        .answer(201, R"({"ticket":{"id":901}})");
    auto call = operation("call", R"({"_direction":"inbound","_duration_s":300,"_text":"talked"})");
    call.references = {{"contact", "42"}};
    const auto outcome = push(std::move(call));
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "");
}

TEST_F(ZendeskPush, Deletes) {
    session_.expect("DELETE /api/v2/tickets/9").without_body().answer(204);
    session_.expect("DELETE /api/v2/users/8").without_body().answer(404, R"({"error":"RecordNotFound"})");
    EXPECT_EQ(push(removal("ticket", "9")).kind, OutcomeKind::done);
    EXPECT_EQ(push(removal("contact", "8")).kind, OutcomeKind::done);
    EXPECT_EQ(push(removal("note", "7")).kind, OutcomeKind::skipped);
}

}  // namespace
}  // namespace navette::zendesk
