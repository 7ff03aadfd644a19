#include "tests/support/connector_test.hpp"

namespace navette::pipedrive {
namespace {

using sdk::OutcomeKind;

class PipedriveActivity : public support::ConnectorTest {
  protected:
    static sdk::Operation meeting(std::string remote_id = {}) {
        auto made = operation(
            "activity",
            R"({"subject":"Meet","type":"meeting","_due_at":"2026-05-01T10:00:00Z","_duration_s":1801,"done":false,"_text":"a < b"})",
            std::move(remote_id)
        );
        made.references = {{"contact", "1"}, {"company", "2"}, {"deal", "3"}};
        return made;
    }
};

constexpr auto kLatest = "GET /api/v2/activities?sort_by=update_time&sort_direction=desc&limit=500&deal_id=3";

TEST_F(PipedriveActivity, IsMadeWithItsPersonAsParticipantAndOurMark) {
    session_.expect("POST /api/v2/activities")
        .with(
            R"({"subject":"Meet","type":"meeting","due_date":"2026-05-01","due_time":"10:00","duration":"00:31","done":false,)"
            R"("org_id":2,"deal_id":3,"participants":[{"person_id":1,"primary":true}],"note":"a &lt; b<br>[nv-1]"})"
        )
        .without("person_id")
        .without("_due_at")
        .answer(200, R"({"success":true,"data":{"id":9,"update_time":"2026-05-01T10:00:00Z"}})");
    const auto outcome = push(meeting());
    EXPECT_EQ(outcome.remote_id, "9") << outcome.message;
    EXPECT_EQ(outcome.remote_version, "2026-05-01T10:00:00Z");
}

TEST_F(PipedriveActivity, CarriesItsMarkWithoutAnyText) {
    session_.expect("POST /api/v2/activities")
        .with(R"({"note":"[nv-1]"})")
        .answer(200, R"({"success":true,"data":{"id":9}})");
    EXPECT_EQ(push(operation("activity", R"({"subject":"Meet"})")).kind, OutcomeKind::done);
}

TEST_F(PipedriveActivity, WhoseAnswerIsLostIsFoundByItsMarkAndWritten) {
    session_.expect("POST /api/v2/activities").fail(Transport::cut_off);
    EXPECT_TRUE(push(meeting()).maybe_applied);

    session_.expect(kLatest).answer(
        200,
        R"({"success":true,"data":[{"id":8,"note":"x<br>[nv-11]"},{"id":7,"note":null},{"id":9,"note":"<p>x<br>[nv-1]</p>"}]})"
    );
    session_.expect("GET /api/v2/activities/9")
        .answer(200, R"({"success":true,"data":{"id":9,"participants":[{"person_id":1,"primary":true}]}})");
    session_.expect("PATCH /api/v2/activities/9")
        .with(R"({"note":"a &lt; b<br>[nv-1]"})")
        .answer(200, R"({"success":true,"data":{"id":9}})");
    auto again = meeting();
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "9");
}

TEST_F(PipedriveActivity, KeepsWhoElseTakesPart) {
    session_.expect("GET /api/v2/activities/9")
        .answer(
            200,
            R"({"success":true,"data":{"id":9,"participants":[{"person_id":5,"primary":true},{"person_id":1,"primary":false}]}})"
        );
    session_.expect("PATCH /api/v2/activities/9")
        .with(R"({"participants":[{"person_id":1,"primary":true},{"person_id":5,"primary":false}]})")
        .answer(200, R"({"success":true,"data":{"id":9}})");
    EXPECT_EQ(push(meeting("9")).kind, OutcomeKind::done);
}

TEST_F(PipedriveActivity, LeavesTheNoteAloneWhereTheChangeBringsNone) {
    session_.expect("PATCH /api/v2/activities/9")
        .with(R"({"done":true})")
        .without("note")
        .without("participants")
        .answer(200, R"({"success":true,"data":{"id":9}})");
    EXPECT_EQ(push(operation("activity", R"({"done":true})", "9")).kind, OutcomeKind::done);
}

TEST_F(PipedriveActivity, ThatWasDeletedIsGoneAndItsDeleteIsDone) {
    session_.expect("GET /api/v2/activities/9")
        .answer(200, R"({"success":true,"data":{"id":9,"is_deleted":true}})");
    EXPECT_EQ(push(meeting("9")).kind, OutcomeKind::gone);
    session_.expect("DELETE /api/v2/activities/9").answer(404, R"({"success":false,"error":"no"})");
    EXPECT_EQ(push(removal("activity", "9")).kind, OutcomeKind::done);
}

}  // namespace
}  // namespace navette::pipedrive
