#include "tests/support/connector_test.hpp"

namespace navette::pipedrive {
namespace {

using sdk::OutcomeKind;

constexpr auto kFields = "GET /api/v2/personFields?limit=500";
constexpr auto kFieldList =
    R"({"success":true,"data":[{"field_name":"Name","field_code":"name"},{"field_name":"navette_id","field_code":"abc123"}]})";
constexpr auto kSearch = "GET /api/v2/persons/search?term=ana@b.fr&fields=email&exact_match=true";
constexpr auto kNothingFound = R"({"success":true,"data":{"items":[]}})";
constexpr auto kLatest =
    "GET /api/v2/persons?sort_by=update_time&sort_direction=desc&limit=500&custom_fields=abc123";
constexpr auto kAna = R"({"name":"Ana Berg","_email":"ana@b.fr","_phone":"+33612345678"})";

class PipedrivePush : public support::ConnectorTest {};

TEST_F(PipedrivePush, APersonIsMadeWithOurKeyInTheAccountsOwnField) {
    session_.expect(kFields).answer(200, kFieldList);
    session_.expect(kSearch).answer(200, kNothingFound);
    session_.expect("POST /api/v2/persons")
        .with(
            R"({"name":"Ana Berg","emails":[{"value":"ana@b.fr","primary":true,"label":"work"}],)"
            R"("phones":[{"value":"+33612345678","primary":true,"label":"mobile"}],"org_id":5,"custom_fields":{"abc123":"nv-1"}})"
        )
        .without("_email")
        .answer(200, R"({"success":true,"data":{"id":42,"update_time":"2026-05-01T10:00:00Z"}})");
    auto person = operation("contact", kAna);
    person.references = {{"company", "5"}};
    const auto outcome = push(std::move(person));
    EXPECT_EQ(outcome.kind, OutcomeKind::done) << outcome.message;
    EXPECT_EQ(outcome.remote_id, "42");
    EXPECT_EQ(outcome.remote_version, "2026-05-01T10:00:00Z");
    // What the calls cost of the daily budget.
    EXPECT_EQ(session_.sent().at(0).cost, 10);
    EXPECT_EQ(session_.sent().at(1).cost, 20);
    EXPECT_EQ(session_.sent().at(2).cost, 5);
}

TEST_F(PipedrivePush, TheFieldIsLookedUpOnceAndMadeWhereItIsMissing) {
    session_.set("find_existing", false);
    session_.expect(kFields).answer(
        200, R"({"success":true,"data":[],"additional_data":{"next_cursor":"c2"}})"
    );
    session_.expect("GET /api/v2/personFields?limit=500&cursor=c2")
        .answer(200, R"({"success":true,"data":[]})");
    session_.expect("POST /api/v2/personFields")
        .with(R"({"field_name":"navette_id","field_type":"varchar"})")
        .answer(200, R"({"success":true,"data":{"field_code":"fff"}})");
    for (const auto* number : {"1", "2"}) {
        session_.expect("POST /api/v2/persons")
            .with(std::string(R"({"custom_fields":{"fff":"nv-)") + number + "\"}}")
            .answer(200, R"({"success":true,"data":{"id":42}})");
        EXPECT_EQ(push(operation("contact", kAna, "", number)).kind, OutcomeKind::done);
    }
}

TEST_F(PipedrivePush, AFieldThatWasRemovedIsMadeAnew) {
    session_.set("find_existing", false);
    session_.remember("field:person:navette_id", "old0");
    session_.expect("POST /api/v2/persons")
        .answer(400, R"({"success":false,"error":"custom_fields: old0 is not a field"})");
    EXPECT_EQ(push(operation("contact", kAna)).kind, OutcomeKind::retry);
    session_.expect(kFields).answer(200, R"({"success":true,"data":[]})");
    session_.expect("POST /api/v2/personFields")
        .answer(200, R"({"success":true,"data":{"field_code":"fff"}})");
    session_.expect("POST /api/v2/persons")
        .with(R"({"custom_fields":{"fff":"nv-1"}})")
        .answer(200, R"({"success":true,"data":{"id":42}})");
    EXPECT_EQ(push(operation("contact", kAna)).kind, OutcomeKind::done);
}

TEST_F(PipedrivePush, ACreateWhoseAnswerIsLostIsFoundByOurKeyAndNotRepeated) {
    session_.expect(kFields).answer(200, kFieldList);
    session_.expect(kSearch).answer(200, kNothingFound);
    session_.expect("POST /api/v2/persons").fail(Transport::cut_off);
    const auto lost = push(operation("contact", kAna));
    EXPECT_EQ(lost.kind, OutcomeKind::retry);
    EXPECT_TRUE(lost.maybe_applied);

    session_.expect(kLatest).answer(
        200,
        R"({"success":true,"data":[{"id":41,"custom_fields":{"abc123":null}},{"id":42,"custom_fields":{"abc123":"nv-1"}}]})"
    );
    session_.expect("GET /api/v2/persons/42").answer(200, R"({"success":true,"data":{"id":42,"emails":[]}})");
    session_.expect("PATCH /api/v2/persons/42").answer(200, R"({"success":true,"data":{"id":42}})");
    auto again = operation("contact", kAna);
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "42");
}

TEST_F(PipedrivePush, WhatTheListOfTheLatestLacksIsSearchedBeforeItIsMade) {
    session_.expect(kFields).answer(200, kFieldList);
    session_.expect(kLatest).answer(200, R"({"success":true,"data":[]})");
    session_.expect("GET /api/v2/itemSearch/field?term=nv-1&entity_type=person&match=exact&field=abc123")
        .answer(200, R"({"success":true,"data":[{"id":7,"name":"Ana"}]})");
    session_.expect("PATCH /api/v2/persons/7").answer(200, R"({"success":true,"data":{"id":7}})");
    auto again = operation("contact", R"({"name":"Ana"})");
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "7");
}

TEST_F(PipedrivePush, AnExistingPersonIsTakenOverAndKeepsItsOtherAddresses) {
    session_.expect(kFields).answer(200, kFieldList);
    session_.expect(kSearch).answer(
        200,
        R"({"success":true,"data":{"items":[{"item":{"id":9,"emails":["ANA@b.fr"]}},{"item":{"id":8,"emails":["ana@b.fr"]}},{"item":{"id":3,"emails":["xana@b.fr"]}}]}})"
    );
    session_.expect("GET /api/v2/persons/8")
        .answer(
            200,
            R"({"success":true,"data":{"id":8,"emails":[{"value":"Ana@b.fr","primary":false},{"value":"old@b.fr","primary":true,"label":"home"}]}})"
        );
    session_.expect("PATCH /api/v2/persons/8")
        .with(
            R"({"emails":[{"value":"ana@b.fr","primary":true},{"value":"old@b.fr","primary":false,"label":"home"}],"custom_fields":{"abc123":"nv-1"}})"
        )
        .answer(200, R"({"success":true,"data":{"id":8}})");
    EXPECT_EQ(push(operation("contact", kAna)).remote_id, "8");
}

TEST_F(PipedrivePush, WhatTheSearchFindsAfterItsDeletionIsNotTakenOver) {
    session_.expect(kFields).answer(200, kFieldList);
    session_.expect(kSearch).answer(
        200, R"({"success":true,"data":{"items":[{"item":{"id":8,"emails":["ana@b.fr"]}}]}})"
    );
    session_.expect("GET /api/v2/persons/8")
        .answer(200, R"({"success":true,"data":{"id":8,"is_deleted":true}})");
    session_.expect("POST /api/v2/persons")
        .with(R"({"custom_fields":{"abc123":"nv-1"}})")
        .answer(200, R"({"success":true,"data":{"id":9}})");
    EXPECT_EQ(push(operation("contact", kAna)).remote_id, "9");
}

TEST_F(PipedrivePush, ALinkedRecordIsWrittenAndOneThatWasDeletedIsGone) {
    session_.expect("PATCH /api/v2/organizations/5")
        .with(R"({"name":"Acme"})")
        .answer(200, R"({"success":true,"data":{"id":5}})");
    EXPECT_EQ(push(operation("company", R"({"name":"Acme"})", "5")).remote_id, "5");
    session_.expect("GET /api/v2/persons/8")
        .answer(200, R"({"success":true,"data":{"id":8,"is_deleted":true}})");
    EXPECT_EQ(push(operation("contact", kAna, "8")).kind, OutcomeKind::gone);
    session_.expect("PATCH /api/v2/organizations/6")
        .answer(404, R"({"success":false,"error":"Organization not found"})");
    EXPECT_EQ(push(operation("company", R"({"name":"Acme"})", "6")).kind, OutcomeKind::gone);
}

TEST_F(PipedrivePush, ADealHasANumberAStageAndItsParents) {
    session_.set("stages", {{"proposal", 12}});
    session_.remember("field:deal:navette_id", "ddd");
    session_.expect("POST /api/v2/deals")
        .with(
            R"({"title":"D","value":120.5,"currency":"EUR","stage_id":12,"status":"open","person_id":1,"org_id":2,"custom_fields":{"ddd":"nv-1"}})"
        )
        .answer(200, R"({"success":true,"data":{"id":3}})");
    auto deal = operation("deal", R"({"title":"D","_value":"120.50","currency":"EUR","_stage":"Proposal"})");
    deal.references = {{"contact", "1"}, {"company", "2"}};
    EXPECT_EQ(push(std::move(deal)).remote_id, "3");

    session_.expect("PATCH /api/v2/deals/3")
        .with(R"({"status":"won"})")
        .without("stage_id")
        .answer(200, R"({"success":true,"data":{"id":3}})");
    EXPECT_EQ(push(operation("deal", R"({"_stage":"won"})", "3")).kind, OutcomeKind::done);

    session_.expect("PATCH /api/v2/deals/3")
        .without("stage_id")
        .without("status")
        .answer(200, R"({"success":true,"data":{"id":3}})");
    EXPECT_EQ(push(operation("deal", R"({"_stage":"dreaming"})", "3")).kind, OutcomeKind::done);
    ASSERT_EQ(session_.remarks().size(), 1U);
    EXPECT_NE(session_.remarks().front().find("dreaming"), std::string::npos);
}

TEST_F(PipedrivePush, ANoteIsEscapedMarkedAndBelongsToSomebody) {
    EXPECT_EQ(push(operation("note", R"({"_text":"x"})")).kind, OutcomeKind::rejected);
    session_.expect("POST /api/v1/notes")
        .with(R"({"content":"a &lt; b<br>[nv-1]","person_id":1,"add_time":"2026-05-01 08:00:00"})")
        .answer(200, R"({"success":true,"data":{"id":77}})");
    auto note = operation("note", R"({"_text":"a < b","_created_at":"2026-05-01T10:00:00+02:00"})");
    note.references = {{"contact", "1"}};
    EXPECT_EQ(push(std::move(note)).remote_id, "77");
}

TEST_F(PipedrivePush, ANoteWhoseAnswerIsLostIsFoundByItsMark) {
    auto note = operation("note", R"({"_text":"a"})");
    note.references = {{"deal", "4"}};
    auto again = note;
    session_.expect("POST /api/v1/notes").fail(Transport::cut_off);
    EXPECT_TRUE(push(std::move(note)).maybe_applied);
    session_.expect("GET /api/v1/notes?deal_id=4&sort=id DESC&limit=500")
        .answer(
            200,
            R"({"success":true,"data":[{"id":76,"content":"a<br>[nv-11]"},{"id":77,"content":"a<br>[nv-1]"}]})"
        );
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "77");
}

TEST_F(PipedrivePush, ANoteThatIsFoundWithAnOlderTextGetsTheNewOne) {
    session_.expect("GET /api/v1/notes?deal_id=4&sort=id DESC&limit=500")
        .answer(200, R"({"success":true,"data":[{"id":77,"content":"older<br>[nv-1]"}]})");
    session_.expect("PUT /api/v1/notes/77")
        .with(R"({"content":"a<br>[nv-1]"})")
        .answer(200, R"({"success":true,"data":{"id":77,"active_flag":true}})");
    auto again = operation("note", R"({"_text":"a"})");
    again.references = {{"deal", "4"}};
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "77");
}

TEST_F(PipedrivePush, ACallTellsWhoCalledWhomAndWhen) {
    session_.set("own_phone", "+33100000000");
    session_.expect("POST /api/v1/callLogs")
        .with(
            R"({"outcome":"connected","to_phone_number":"+33612345678","from_phone_number":"+33100000000","start_time":"2026-05-01 10:00:00",)"
            R"("end_time":"2026-05-01 10:05:00","duration":"300","person_id":1,"note":"s","subject":"Outbound call"})"
        )
        .answer(200, R"({"success":true,"data":{"id":"c1"}})");
    auto call = operation(
        "call",
        R"({"outcome":"connected","_started_at":"2026-05-01T10:00:00Z","_duration_s":300,"_contact_phone":"+33612345678","_direction":"outbound","_text":"s"})"
    );
    call.references = {{"contact", "1"}};
    EXPECT_EQ(push(std::move(call)).remote_id, "c1");
    EXPECT_EQ(push(operation("call", "{}", "c1")).kind, OutcomeKind::skipped);

    session_.set("own_phone", nullptr);
    const auto refused = push(operation(
        "call", R"({"_started_at":"2026-05-01T10:00:00Z","_direction":"inbound","_contact_phone":"+336"})"
    ));
    EXPECT_EQ(refused.kind, OutcomeKind::rejected);
    EXPECT_EQ(refused.field, "own_phone");
}

TEST_F(PipedrivePush, ACallWhoseAnswerIsLostIsFoundByTimeAndNumbersOnAnyPage) {
    const auto* const fields =
        R"({"outcome":"busy","_started_at":"2026-05-01T10:00:00Z","_contact_phone":"+336","_own_phone":"+331","_direction":"inbound"})";
    session_.expect("POST /api/v1/callLogs").fail(Transport::cut_off);
    EXPECT_TRUE(push(operation("call", fields)).maybe_applied);
    session_.expect("GET /api/v1/callLogs?limit=50")
        .answer(
            200,
            R"({"success":true,"data":[{"id":"c0","start_time":"2026-05-01T10:00:00.000Z","to_phone_number":"+331","from_phone_number":"+337"}],)"
            R"("additional_data":{"pagination":{"more_items_in_collection":true,"next_start":50}}})"
        );
    session_.expect("GET /api/v1/callLogs?limit=50&start=50")
        .answer(
            200,
            R"({"success":true,"data":[{"id":"c1","start_time":"2026-05-01T10:00:00.000Z","to_phone_number":"+331","from_phone_number":"+336"}],)"
            R"("additional_data":{"pagination":{"more_items_in_collection":false}}})"
        );
    auto again = operation("call", fields);
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "c1");
}

TEST_F(PipedrivePush, AChangeOfWhatWasDeletedIsNotDone) {
    session_.expect("PATCH /api/v2/organizations/5")
        .answer(200, R"({"success":true,"data":{"id":5,"is_deleted":true}})");
    EXPECT_EQ(push(operation("company", R"({"name":"Acme"})", "5")).kind, OutcomeKind::gone);
    session_.expect("PUT /api/v1/notes/6")
        .answer(200, R"({"success":true,"data":{"id":6,"active_flag":false}})");
    EXPECT_EQ(push(operation("note", R"({"_text":"a"})", "6")).kind, OutcomeKind::gone);
}

TEST_F(PipedrivePush, DeletesOfWhatIsNotThereAreDone) {
    session_.expect("DELETE /api/v2/persons/8")
        .without_body()
        .answer(200, R"({"success":true,"data":{"id":8}})");
    session_.expect("DELETE /api/v1/notes/9").without_body().answer(404, R"({"success":false,"error":"no"})");
    EXPECT_EQ(push(removal("contact", "8")).kind, OutcomeKind::done);
    EXPECT_EQ(push(removal("note", "9")).kind, OutcomeKind::done);
    EXPECT_EQ(push(removal("call", "")).kind, OutcomeKind::skipped);
}

TEST_F(PipedrivePush, InADryRunTheRecordItselfIsShown) {
    session_.expect(kFields).answer(404, "{}");
    session_.expect(kSearch).answer(404, "{}");
    session_.expect("POST /api/v2/persons").fail(Transport::refused, "a dry run sends nothing");
    EXPECT_EQ(push(operation("contact", kAna)).kind, OutcomeKind::misconfigured);
}

}  // namespace
}  // namespace navette::pipedrive
