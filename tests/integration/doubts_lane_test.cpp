// Pushes of a two-way object whose answers were lost: what may stand on the platform is our own, no edit of
// the platform's, and what may have been made there is made once.
#include "tests/integration/two_way_lane_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::test {
namespace {

using ::testing::SizeIs;

class DoubtsLaneTest : public TwoWayLaneTest {
  protected:
    /// Enqueues without waiting.
    void add_report(const std::string& id, const std::string& data) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "data) VALUES ('acme', 'int_1', 'person.updated', 'person', '" +
            id + "', '" + data + "')"
        );
    }
    void add_push_of_the_hub(const std::string& id) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "data, origin) SELECT tenant_id, 'int_1', 'person.updated', entity_type, entity_id, data, 'sync' "
            "FROM navette.records WHERE entity_id = '" +
            id + "'"
        );
    }

    /// Anna's phone goes from 1 to 2, which is sent and not answered; before it is sent again, it is 3.
    void lose_the_answer_to_2_and_edit_to_3() {
        tell("1", R"({"name":"Ann","phone":"1"})");
        people_->instead_of_answer = [this] { add_report("1", R"({"name":"Ann","phone":"3"})"); };
        tell("1", R"({"name":"Ann","phone":"2"})");
    }
    void expect_3_everywhere() {
        EXPECT_EQ(hub("1"), R"({"name": "Ann", "phone": "3"})");
        EXPECT_EQ(people_->people["r1"]["Phone"], "3");
        EXPECT_EQ(feed(), "") << "nobody but the application edited";
        EXPECT_EQ(link("conflicts"), "{}");
        EXPECT_EQ(doubts(), "");
    }

    /// So that what is heard meanwhile comes first. Before the lane starts.
    void retry_slowly() {
        connector_->manifest.retry = {3, std::chrono::milliseconds(800), std::chrono::milliseconds(800)};
    }

    /// What was put off for an hour is due, once the lane has let go of it.
    void make_all_due() {
        test::run_until(context_, [this] { return lane_->running() == 0; });
        database_.exec("UPDATE navette.sync_queue SET run_at = now()");
    }

    std::string doubts() {
        return database_.value(
            "SELECT coalesce(string_agg(concat_ws('|', object, entity_type, entity_id, sent_as, sent), ' / "
            "'), "
            "'') FROM navette.doubts"
        );
    }
};

class DoubtsUnderARule : public DoubtsLaneTest, public ::testing::WithParamInterface<const char*> {
  protected:
    DoubtsUnderARule() { rules(R"({"conflicts": ")" + std::string(GetParam()) + R"("})"); }
};

TEST_P(DoubtsUnderARule, ANewerEditHereIsNotLostToOurOwnWriteThatArrivedUnanswered) {
    lose_the_answer_to_2_and_edit_to_3();
    expect_3_everywhere();
}

TEST_P(DoubtsUnderARule, ANewerEditHereIsNotLostWhereTheWriteDidNotArrive) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->undelivered = true;
    people_->instead_of_answer = [this] { add_report("1", R"({"name":"Ann","phone":"3"})"); };
    tell("1", R"({"name":"Ann","phone":"2"})");
    expect_3_everywhere();
}

TEST_P(DoubtsUnderARule, OurOwnWriteThatAWebhookTellsOfWhileTheNextEditWaitsIsNoEdit) {
    retry_slowly();
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->instead_of_answer = [this] {
        // The retry waits; meanwhile another integration's lane takes a newer report in.
        database_.exec(
            "UPDATE navette.records SET data = data || '{\"phone\":\"3\"}', version = version + 1, "
            "updated_at = now() - interval '1 hour'"
        );
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
            "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'person.changed', 'person', "
            "'remote:r1', "
            "'{\"object\":\"person\",\"remote_id\":\"r1\",\"fields\":{\"Name\":\"Ann\",\"Phone\":"
            "\"2\"}}')"
        );
    };
    tell("1", R"({"name":"Ann","phone":"2"})");
    expect_3_everywhere();
}

TEST_P(DoubtsUnderARule, AValueThatIsTakenBackBeforeTheRetryIsTakenBackThereToo) {
    tell("1", R"({"name":"Ann","phone":"3"})");
    people_->instead_of_answer = [this] { add_report("1", R"({"name":"Ann","phone":"3"})"); };
    tell("1", R"({"name":"Ann","phone":"2"})");
    expect_3_everywhere();
}

TEST_P(DoubtsUnderARule, AnEditOnThePlatformBesideAWriteInDoubtIsHeard) {
    tell("1", R"({"name":"Ann","phone":"1","city":"Rome"})");
    people_->instead_of_answer = [this] {
        people_->people["r1"]["City"] = "Oslo";
        add_report("1", R"({"name":"Ann","phone":"3","city":"Rome"})");
    };
    tell("1", R"({"name":"Ann","phone":"2","city":"Rome"})");
    hear("r1");
    EXPECT_EQ(hub("1"), R"({"city": "Oslo", "name": "Ann", "phone": "3"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "3");
    EXPECT_EQ(people_->people["r1"]["City"], "Oslo");
}

TEST_P(DoubtsUnderARule, WhoWasMadeThereWithoutAnAnswerIsMergedAsOurOwn) {
    retry_slowly();
    people_->instead_of_answer = [this] {
        // Another lane takes a newer report in, and the platform tells of whom it has made.
        database_.exec(
            "UPDATE navette.records SET data = data || '{\"phone\":\"3\"}', version = version + 1, "
            "updated_at = now() - interval '1 hour'"
        );
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
            "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'person.created', 'person', "
            "'remote:r1', '{\"object\":\"person\",\"remote_id\":\"r1\",\"fields\":{\"Email\":\"a@x.org\","
            "\"Phone\":\"2\"}}')"
        );
    };
    tell("1", R"({"email":"a@x.org","phone":"2"})");
    EXPECT_EQ(hub("1"), R"({"email": "a@x.org", "phone": "3"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "3");
    EXPECT_EQ(feed(), "");
    EXPECT_THAT(people_->people, SizeIs(1));
    EXPECT_EQ(doubts(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Rules,
    DoubtsUnderARule,
    ::testing::Values("platform_wins", "manual", "newest_wins", "local_wins"),
    [](const auto& info) { return info.param; }
);

TEST_F(DoubtsLaneTest, WhatIsSentStandsBesideTheBatchForWhoFindsItAfterACrash) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    transport_.held.insert("/person/1");
    add_report("1", R"({"name":"Ann","phone":"2"})");
    lane_->look();
    work_until("SELECT count(*) FROM navette.in_flight", 1);
    const auto job = database_.value("SELECT id FROM navette.sync_queue");
    EXPECT_EQ(
        database_.value("SELECT sent FROM navette.in_flight"),
        R"({"jobs": {")" + job + R"(": {"as": "1", "fields": {"Phone": "2"}}}, "object": "person"})"
    );
    transport_.held.clear();
    work();
    EXPECT_EQ(doubts(), "");
}

TEST_F(DoubtsLaneTest, WhatIsInDoubtIsKeptWithTheRecordUntilAnAnswerComes) {
    connector_->manifest.retry = {9, std::chrono::hours(1), std::chrono::hours(1)};
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->instead_of_answer = [] {};
    add_report("1", R"({"name":"Ann","phone":"2"})");
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE run_at > now()", 1);
    EXPECT_EQ(doubts(), R"(person|person|1|1|[{"Phone": "2"}])");
    make_all_due();
    tell("1", R"({"name":"Ann","phone":"4"})");
    EXPECT_EQ(doubts(), "");
}

TEST_F(DoubtsLaneTest, WhatThePlatformRefusedIsInNoDoubt) {
    connector_->manifest.retry = {3, std::chrono::hours(1), std::chrono::hours(1)};
    tell("1", R"({"name":"Ann","phone":"1"})");
    transport_.script["/person/1"] = {422};
    people_->undelivered = true;
    people_->instead_of_answer = [] {};
    add_report("1", R"({"name":"Ann","phone":"2"})");
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE run_at > now()", 1);
    EXPECT_EQ(doubts(), "");
    make_all_due();
    tell("1", R"({"name":"Ann","phone":"2"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2");
}

TEST_F(DoubtsLaneTest, WhatIsParkedForAPersonIsNotSentBecauseItIsInDoubt) {
    rules(R"({"conflicts": "manual"})");
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->undelivered = true;
    people_->instead_of_answer = [this] {
        people_->people["r1"]["Phone"] = "theirs";
        add_report("1", R"({"name":"Anna","phone":"3"})");
    };
    tell("1", R"({"name":"Ann","phone":"2"})");
    EXPECT_EQ(link("conflicts -> 'phone' ->> 'local', conflicts -> 'phone' ->> 'remote'"), "3|theirs");
    EXPECT_EQ(people_->people["r1"]["Phone"], "theirs");
    EXPECT_EQ(people_->people["r1"]["Name"], "Anna");
}

TEST_F(DoubtsLaneTest, WhoseNaturalKeyChangesWhileTheFirstTransferIsInDoubtIsMadeOnce) {
    people_->by_email = true;
    people_->instead_of_answer = [this] { add_report("1", R"({"name":"Bo","email":"new@x.org"})"); };
    tell("1", R"({"name":"Bob","email":"old@x.org"})");
    ASSERT_THAT(people_->people, SizeIs(1));
    EXPECT_EQ(people_->people.begin()->second.at("Email"), "new@x.org");
    EXPECT_EQ(people_->people.begin()->second.at("Name"), "Bo");
    EXPECT_EQ(hub("1"), R"({"name": "Bo", "email": "new@x.org"})");
    EXPECT_EQ(doubts(), "");
}

TEST_F(DoubtsLaneTest, WhoIsAdoptedWhileTheFirstTransferIsInDoubtIsMadeOnce) {
    database_.exec(
        "SELECT navette.put_hub('acme', 'person', 'int_2:7', 0, '{\"name\":\"Bob\"}', '{}', '[]', false, "
        "'[]', '', 0)"
    );
    add_push_of_the_hub("int_2:7");
    people_->instead_of_answer = [this] {
        database_.exec("SELECT navette.adopt_record('acme', 'person', 'int_2:7', '9')");
    };
    work();
    EXPECT_THAT(people_->people, SizeIs(1));
    EXPECT_EQ(link("entity_id, remote_id"), "9|rint_2:7");
    EXPECT_EQ(doubts(), "");
}

// The job that was read is the only one: it goes by the new id.
TEST_F(DoubtsLaneTest, WhoIsAdoptedBeforeTheHubIsLookedIntoIsSentByTheNewId) {
    database_.exec(
        "SELECT navette.put_hub('acme', 'person', 'int_2:7', 0, '{\"name\":\"Bob\"}', '{}', '[]', false, "
        "'[]', '', 0)"
    );
    add_push_of_the_hub("int_2:7");
    pqxx::connection application(database_.url());
    pqxx::work adoption(application);
    adoption.exec("LOCK TABLE navette.records IN ACCESS EXCLUSIVE MODE");
    start_lane();
    work_until(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
        "'Lock'",
        1
    );
    adoption.exec("SELECT navette.adopt_record('acme', 'person', 'int_2:7', '9')");
    adoption.commit();
    work();
    EXPECT_THAT(people_->people, SizeIs(1));
    EXPECT_EQ(link("entity_id, remote_id"), "9|r9");
}

TEST_F(DoubtsLaneTest, WhoIsAdoptedAndToldAnewDuringTheFirstTransferIsMadeOnce) {
    database_.exec(
        "SELECT navette.put_hub('acme', 'person', 'int_2:7', 0, '{\"name\":\"Bob\"}', '{}', '[]', false, "
        "'[]', '', 0)"
    );
    add_push_of_the_hub("int_2:7");
    transport_.held.insert("/person/int_2:7");
    start_lane();
    work_until("SELECT count(*) FROM navette.in_flight", 1);
    database_.exec("SELECT navette.adopt_record('acme', 'person', 'int_2:7', '9')");
    add_report("9", R"({"name":"Bobby"})");
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE outcome = 'retry'", 1);
    transport_.held.clear();
    work();
    EXPECT_THAT(people_->people, SizeIs(1));
    EXPECT_EQ(people_->people["rint_2:7"]["Name"], "Bobby");
    EXPECT_EQ(link("entity_id, remote_id"), "9|rint_2:7");
}

TEST_F(DoubtsLaneTest, WhoIsAdoptedAfterTheFirstTransferCameIntoDoubtIsMadeOnce) {
    connector_->manifest.retry = {3, std::chrono::hours(1), std::chrono::hours(1)};
    database_.exec(
        "SELECT navette.put_hub('acme', 'person', 'int_2:7', 0, '{\"name\":\"Bob\"}', '{}', '[]', false, "
        "'[]', '', 0)"
    );
    add_push_of_the_hub("int_2:7");
    people_->instead_of_answer = [] {};
    start_lane();
    work_until("SELECT count(*) FROM navette.doubts", 1);
    database_.exec("SELECT navette.adopt_record('acme', 'person', 'int_2:7', '9')");
    EXPECT_EQ(doubts(), R"(person|person|9|int_2:7|[{"Name": "Bob"}])");
    make_all_due();
    tell("9", R"({"name":"Bob"})");
    EXPECT_THAT(people_->people, SizeIs(1));
    EXPECT_EQ(link("entity_id, remote_id"), "9|rint_2:7");
    EXPECT_EQ(doubts(), "");
}

}  // namespace
}  // namespace navette::test
