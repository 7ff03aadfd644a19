// A lane with a two-way object: what the application tells and what the platform shows meet in the hub.
#include "tests/integration/two_way_lane_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(TwoWayLaneTest, WhatIsToldBecomesTheHubRecordAndIsPushed) {
    tell("1", R"({"name":"Ann","email":" Ann@X.org ","vat":"only ours"})");
    EXPECT_EQ(hub("1"), R"({"vat": "only ours", "name": "Ann", "email": " Ann@X.org "})");
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', name, value) FROM navette.record_keys"), "email|ann@x.org"
    );
    EXPECT_THAT(people_->pushed, ElementsAre(R"(r1 {"Name":"Ann","Email":" Ann@X.org "})"));
    EXPECT_EQ(
        link("entity_type, remote_id, revision, snapshot"),
        R"(person|r1|0|{"Name": "Ann", "Email": " Ann@X.org "})"
    );
}

TEST_F(TwoWayLaneTest, WhatThePlatformHoldsAlreadyIsNotSentAgain) {
    tell("1", R"({"name":"Ann","email":"a@x.org"})");
    tell("1", R"({"name":"Ann","email":"a@x.org"})");
    EXPECT_THAT(people_->pushed, SizeIs(1));
    EXPECT_THAT(logged("status, error_message"), HasSubstr("the platform holds this already"));
    EXPECT_EQ(database_.number("SELECT version FROM navette.records"), 1);
}

TEST_F(TwoWayLaneTest, APushSendsOnlyWhatChangedSoThatItOverwritesNothingElse) {
    tell("1", R"({"name":"Ann","phone":"1","city":"Rome"})");
    people_->people["r1"]["City"] = "Oslo";  // edited there, and not told yet
    tell("1", R"({"name":"Ann","phone":"2","city":"Rome"})");
    ASSERT_THAT(people_->pushed, SizeIs(2));
    EXPECT_EQ(people_->pushed[1], R"(r1 {"Phone":"2"})");
    EXPECT_EQ(people_->people["r1"]["City"], "Oslo");
    EXPECT_EQ(link("snapshot"), R"({"City": "Rome", "Name": "Ann", "Phone": "2"})");
    hear("r1");
    EXPECT_EQ(hub("1"), R"({"city": "Oslo", "name": "Ann", "phone": "2"})");
}

TEST_F(TwoWayLaneTest, OurOwnWriteComingBackIsNoChange) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    hear("r1");
    hear("r1", R"("thin":false,"fields":{"Name":"Ann","Phone":"1"})");
    EXPECT_EQ(feed(), "");
    EXPECT_THAT(people_->pushed, SizeIs(1));
    EXPECT_EQ(database_.number("SELECT version FROM navette.records"), 1);
}

TEST_F(TwoWayLaneTest, APlatformsEditGoesIntoTheHubAndTheFeedAndIsNotSentBack) {
    tell("1", R"({"name":"Ann","phone":"1","vat":"ours"})");
    people_->people["r1"]["Phone"] = "2";
    hear("r1");
    EXPECT_EQ(feed(), R"(1 upsert phone {"vat": "ours", "name": "Ann", "phone": "2"})");
    EXPECT_EQ(hub("1"), R"({"vat": "ours", "name": "Ann", "phone": "2"})");
    hear("r1");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.changes"), 1) << "told again, it is no news";
    EXPECT_THAT(people_->pushed, SizeIs(1));
}

TEST_F(TwoWayLaneTest, AnApplicationThatDoesNotKnowYetDoesNotTakeTheEditBack) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->people["r1"]["Phone"] = "2";
    hear("r1");
    tell("1", R"({"name":"Anna","phone":"1"})");
    EXPECT_EQ(hub("1"), R"({"name": "Anna", "phone": "2"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2");
    EXPECT_EQ(people_->people["r1"]["Name"], "Anna");
    database_.exec("SELECT navette.acknowledge_changes('acme', 1)");
    tell("1", R"({"name":"Anna","phone":"1"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "1") << "now it knows, and sets it back";
}

TEST_F(TwoWayLaneTest, AnOlderReportByTheJobOfASlowerIntegrationUndoesNothing) {
    tell("1", R"({"name":"Ann","phone":"2"})");
    // Another integration's job has brought a younger report already.
    database_.exec("UPDATE navette.records SET told_job = told_job + 100");
    tell("1", R"({"name":"Ann","phone":"1","city":"Rome"})");
    EXPECT_EQ(hub("1"), R"({"name": "Ann", "phone": "2"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2");
}

TEST_F(TwoWayLaneTest, AnApplicationThatOverrulesAnEditIsToldSoBehindIt) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->people["r1"]["Phone"] = "2";
    hear("r1");
    tell("1", R"({"name":"Ann","phone":"3"})");
    EXPECT_EQ(
        feed(),
        R"(1 upsert phone {"name": "Ann", "phone": "2"} / 1 upsert phone {"name": "Ann", "phone": "3"})"
    );
    EXPECT_EQ(people_->people["r1"]["Phone"], "3");
}

TEST_F(TwoWayLaneTest, WithLocalWinsThePlatformGetsOursBack) {
    rules(R"({"fields": {"person.phone": "local_wins"}})");
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->people["r1"]["Phone"] = "2";
    // The hub has gone on meanwhile, by another integration's doing.
    database_.exec("UPDATE navette.records SET data = data || '{\"phone\":\"3\"}', version = version + 1");
    hear("r1");
    EXPECT_EQ(people_->people["r1"]["Phone"], "3");
    EXPECT_EQ(hub("1"), R"({"name": "Ann", "phone": "3"})");
    EXPECT_EQ(feed(), "");
}

TEST_F(TwoWayLaneTest, WithPlatformWinsAPushLooksFirst) {
    rules(R"({"conflicts": "platform_wins"})");
    tell("1", R"({"name":"Ann","phone":"1","city":"Rome"})");
    people_->people["r1"]["Phone"] = "2";
    tell("1", R"({"name":"Ann","phone":"3","city":"Oslo"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2");
    EXPECT_EQ(people_->people["r1"]["City"], "Oslo");
    EXPECT_EQ(hub("1"), R"({"city": "Oslo", "name": "Ann", "phone": "2"})");
    EXPECT_THAT(people_->pushed, SizeIs(2));
}

TEST_F(TwoWayLaneTest, AManualConflictIsParkedAndEverythingElseFlows) {
    rules(R"({"conflicts": "manual"})");
    tell("1", R"({"name":"Ann","phone":"1","city":"Rome"})");
    people_->people["r1"]["Phone"] = "2";
    tell("1", R"({"name":"Anna","phone":"3","city":"Rome"})");
    EXPECT_EQ(
        link("conflicts -> 'phone' ->> 'local', conflicts -> 'phone' ->> 'remote', conflicts -> 'phone' ->> "
             "'base'"),
        "3|2|1"
    );
    EXPECT_EQ(people_->people["r1"]["Name"], "Anna");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2");
    EXPECT_EQ(hub("1"), R"({"city": "Rome", "name": "Anna", "phone": "3"})");
    tell("1", R"({"name":"Anna","phone":"3","city":"Oslo"})");
    EXPECT_EQ(people_->people["r1"]["City"], "Oslo");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2") << "a person decides that";
}

TEST_F(TwoWayLaneTest, AnUnknownRecordBecomesAHubRecordThatTheApplicationAdopts) {
    people_->people["77"] = {{"Name", "Bob"}, {"Email", "bob@x.org"}};
    hear("77");
    EXPECT_EQ(hub("int_1:77"), R"({"name": "Bob", "email": "bob@x.org"})");
    EXPECT_THAT(feed(), HasSubstr("int_1:77 upsert"));
    tell("9", R"({"name":"Bob","email":"Bob@X.org ","city":"Rome"})");
    EXPECT_EQ(database_.value("SELECT string_agg(entity_id, ',') FROM navette.records"), "9");
    EXPECT_EQ(link("entity_id, remote_id"), "9|77");
    EXPECT_THAT(people_->people, SizeIs(1)) << "no second one was made";
    EXPECT_EQ(people_->people["77"]["City"], "Rome");
}

TEST_F(TwoWayLaneTest, AKnownRecordIsFoundByItsNaturalKey) {
    rules(R"({"conflicts": "local_wins"})");
    database_.exec(
        "SELECT navette.put_hub('acme', 'person', '5', 0, '{\"email\":\"bob@x.org\",\"name\":\"Robert\"}', "
        "'{}', "
        "'[{\"name\":\"email\",\"value\":\"bob@x.org\"}]', false, '[]', '', 0)"
    );
    people_->people["77"] = {{"Name", "Bob"}, {"Email", "Bob@x.org"}};
    hear("77");
    EXPECT_EQ(link("entity_id, remote_id"), "5|77");
    EXPECT_EQ(people_->people["77"]["Name"], "Robert");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 1);
}

TEST_F(TwoWayLaneTest, WhatThePlatformBroughtIsNotSentBackWhenTheApplicationTellsTheSame) {
    people_->people["77"] = {{"Name", "Bob"}, {"Email", "bob@x.org"}};
    hear("77");
    tell("int_1:77", R"({"name":"Bob","email":"bob@x.org"})");
    EXPECT_THAT(people_->pushed, IsEmpty());
    tell("int_1:77", R"({"name":"Bob","email":"bob@x.org","city":"Rome"})");
    EXPECT_THAT(people_->pushed, ElementsAre(R"(77 {"City":"Rome"})"));
    EXPECT_EQ(link("snapshot"), R"({"City": "Rome", "Name": "Bob", "Email": "bob@x.org"})");
}

TEST_F(TwoWayLaneTest, WhoIsMadeAtTwoPlatformsAtOnceIsMergedWithWhoCameFirst) {
    database_.exec(
        "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, enabled) VALUES "
        "('acme', 'int_2', 'shop', true)"
    );
    // Another lane merged it while the hub had no such record yet, and writes what it merged now.
    const auto write = [this](const std::string& email, const std::string& more = "") {
        return database_.value(
            "SELECT navette.receive_change('acme', 'int_2', 'person.created', '{\"object\":\"person\","
            "\"remote_id\":\"x9\",\"deleted\":false,\"fields\":{},\"merged\":{\"entity_type\":\"person\","
            "\"entity_id\":\"int_2:x9\",\"expected_version\":0,\"expected_revision\":-1,\"expected_job\":0,"
            "\"changed\":[],\"operation\":\"upsert\",\"gone\":false,\"push_back\":false,\"spread\":\"none\","
            "\"data\":{},\"snapshot\":{},\"seen\":{}" +
            more + ",\"keys\":[{\"name\":\"email\",\"value\":\"" + email + "\"}]}}')"
        );
    };
    people_->people["r1"] = {{"Name", "Ann"}, {"Email", "ann@x.test"}};
    hear("r1");
    EXPECT_EQ(write("ann@x.test"), "the record changed meanwhile: it is merged again");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 1);
    EXPECT_EQ(
        database_.value("SELECT integration_id || ' ' || entity_id FROM navette.sync_queue"),
        "int_2 remote:x9"
    );
    EXPECT_EQ(write("ann@x.test", R"(,"ambiguous":true)"), "") << "nobody can tell to whom it belongs";
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 2);
}

TEST_F(TwoWayLaneTest, AChangeGoesOnToTheOthersThatHoldTheRecord) {
    database_.exec(
        "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, enabled) VALUES "
        "('acme', 'int_2', 'shop', true), ('acme', 'int_3', 'shop', true)"
    );
    tell("1", R"({"name":"Ann","phone":"1"})");
    database_.exec(
        "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id, "
        "entity_type) "
        "VALUES ('acme', 'int_2', 'person', '1', 'x', 'person')"
    );
    people_->people["r1"]["Phone"] = "2";
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
        "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'person.changed', 'person', 'remote:r1', "
        "'{\"object\":\"person\",\"remote_id\":\"r1\",\"thin\":true}')"
    );
    lane_->look();
    work_until("SELECT count(*) FROM navette.changes", 1);
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(concat_ws('|', integration_id, origin, data), ' / ') FROM navette.sync_queue"
        ),
        R"(int_2|sync|{"name": "Ann", "phone": "2"})"
    );
}

TEST_F(TwoWayLaneTest, WhatThePlatformDeletedIsATombstoneThatPushesLeaveAlone) {
    tell("1", R"({"name":"Ann"})");
    people_->people.erase("r1");
    hear("r1");
    EXPECT_EQ(link("gone"), "t");
    EXPECT_THAT(feed(), HasSubstr("1 delete"));
    tell("1", R"({"name":"Anna"})");
    EXPECT_THAT(people_->people, IsEmpty());
    EXPECT_THAT(logged("status, error_message"), HasSubstr("the platform deleted the record"));
}

TEST_F(TwoWayLaneTest, ADeleteThatASourceNoticedGoesByTheRule) {
    const auto notice = [&](const std::string& id) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "operation, "
            "origin) VALUES ('acme', 'int_1', 'person.deleted', 'person', '" +
            id + "', 'delete', 'source:people')"
        );
        work();
    };
    tell("1", R"({"name":"Ann"})");
    notice("1");
    EXPECT_THAT(people_->people, SizeIs(1)) << "ignore is the default";
    EXPECT_EQ(database_.value("SELECT deleted FROM navette.records"), "t");
    rules(R"({"deletes": {"person": "archive"}})");
    lane_->stop();
    work_for(std::chrono::milliseconds(20));
    lane_.reset();
    tell("2", R"({"name":"Bob"})");
    notice("2");
    EXPECT_EQ(people_->people["r2"]["status"], "archived");
    tell("2", "{}", "delete");
    EXPECT_EQ(people_->people.contains("r2"), false) << "an order is carried out whatever the rule";
}

TEST_F(TwoWayLaneTest, ADeleteThatAnUndoAskedForIsCarriedOutWhateverTheRuleAndLeavesTheHub) {
    tell("1", R"({"name":"Ann"})");
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "operation, "
        "origin) VALUES ('acme', 'int_1', 'person.deleted', 'person', '1', 'delete', 'sync:undo:plan:7')"
    );
    work();
    EXPECT_THAT(people_->people, IsEmpty());
    EXPECT_EQ(database_.value("SELECT deleted FROM navette.records"), "f");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.record_links"), 0);
}

TEST_F(TwoWayLaneTest, WhatARunChangedIsTakenBackAtThePlatformToo) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
        "entity_id, "
        "data, origin) VALUES ('acme', 'int_1', 'from_platform', 'person.compared', 'person', 'remote:r1', "
        "'{\"object\":\"person\",\"remote_id\":\"r1\",\"thin\":true}', 'plan:7')"
    );
    people_->people["r1"]["Phone"] = "2";
    work();
    ASSERT_EQ(hub("1"), R"({"name": "Ann", "phone": "2"})");
    database_.exec(
        "SELECT navette.undo_image(tenant_id, run, kind, integration_id, object, entity_type, entity_id) "
        "FROM navette.run_images WHERE run = 'plan:7' ORDER BY kind DESC"
    );
    work();
    EXPECT_EQ(hub("1"), R"({"name": "Ann", "phone": "1"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "1");
}

TEST_F(TwoWayLaneTest, ADeleteOnThePlatformIsFollowedWhereTheRuleSaysSo) {
    rules(R"({"deletes": {"person": "delete"}})");
    tell("1", R"({"name":"Ann"})");
    people_->people.erase("r1");
    hear("r1");
    EXPECT_EQ(database_.value("SELECT deleted FROM navette.records"), "t");
    EXPECT_THAT(feed(), HasSubstr("1 delete"));
}

TEST_F(TwoWayLaneTest, AReportThatDidNotKnowOfADeleteDoesNotBringTheRecordBack) {
    rules(R"({"deletes": {"person": "delete"}})");
    tell("1", R"({"name":"Ann"})");
    people_->people.erase("r1");
    hear("r1");
    tell("1", R"({"name":"Anna"})");
    EXPECT_EQ(database_.value("SELECT deleted FROM navette.records"), "t");
    EXPECT_THAT(people_->people, IsEmpty());
    EXPECT_THAT(logged("status, error_message"), HasSubstr("without knowing of it"));
}

TEST_F(TwoWayLaneTest, AReportThatKnewOfTheDeleteBringsTheRecordBack) {
    rules(R"({"deletes": {"person": "delete"}})");
    tell("1", R"({"name":"Ann"})");
    people_->people.erase("r1");
    hear("r1");
    database_.exec("SELECT navette.acknowledge_changes('acme', 1)");
    tell("1", R"({"name":"Anna"})");
    EXPECT_EQ(database_.value("SELECT deleted FROM navette.records"), "f");
    EXPECT_EQ(hub("1"), R"({"name": "Anna"})");
    EXPECT_EQ(database_.value("SELECT stamps::text FROM navette.records"), "{}");
}

TEST_F(TwoWayLaneTest, APushToARecordThatSomebodyDeletedTellsTheDeleteAndDoesNotMakeItAnew) {
    tell("1", R"({"name":"Ann"})");
    people_->people.erase("r1");
    people_->absent.insert("r1");
    tell("1", R"({"name":"Anna"})");
    EXPECT_EQ(link("gone"), "t");
    EXPECT_THAT(feed(), HasSubstr("1 delete"));
    EXPECT_EQ(hub("1"), R"({"name": "Anna"})") << "deletes are ignored: the hub keeps it";
    tell("1", R"({"name":"Anne"})");
    EXPECT_THAT(people_->people, IsEmpty());
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 0);
}

TEST_F(TwoWayLaneTest, WhatThePlatformDeletedIsMadeAnewWhereTheApplicationSaysCreate) {
    tell("1", R"({"name":"Ann","email":"ann@x.test"})");
    people_->people.erase("r1");
    hear("r1");
    ASSERT_EQ(link("gone"), "t");
    tell("1", R"({"name":"Anna"})");
    EXPECT_THAT(people_->people, IsEmpty());
    tell("1", R"({"name":"Anne"})", "create");
    EXPECT_EQ(link("gone"), "f");
    ASSERT_EQ(people_->people.size(), 1U);
    const auto& made = people_->people.begin()->second;
    EXPECT_EQ(made.at("Name"), "Anne");
    EXPECT_EQ(made.at("Email"), "ann@x.test") << "all of it, not only what changed";
}

TEST_F(TwoWayLaneTest, ARecordWhoseLinkGoesWhileItsChangeIsTakenInIsSentWhole) {
    tell("1", R"({"name":"Ann","email":"a@x.org"})");
    database_.exec(
        "CREATE FUNCTION unlink_it() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN DELETE FROM navette.record_links; RETURN NULL; END$$"
    );
    database_.exec(
        "CREATE TRIGGER meanwhile AFTER UPDATE ON navette.records FOR EACH ROW EXECUTE FUNCTION unlink_it()"
    );
    tell("1", R"({"name":"Anna","email":"a@x.org"})");
    EXPECT_THAT(people_->pushed, ElementsAre(_, R"(r1 {"Name":"Anna","Email":"a@x.org"})"));
}

TEST_F(TwoWayLaneTest, APushThatIsAnsweredGoneOfARecordThatIsThereIsNotRepeatedForever) {
    tell("1", R"({"name":"Ann"})");
    people_->absent.insert("r1");
    tell("1", R"({"name":"Anna"})");
    EXPECT_EQ(link("gone"), "f");
    EXPECT_EQ(people_->people["r1"]["Name"], "Ann");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 0);
}

TEST_F(TwoWayLaneTest, WhatWasToldOfARecordBeforeWeDeletedItDoesNotBringItBack) {
    tell("1", R"({"name":"Ann","email":"ann@x.test"})");
    tell("1", "{}", "delete");
    ASSERT_THAT(people_->people, IsEmpty());
    hear("r1", R"("fields":{"Name":"Anna","Email":"ann@x.test"})");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 1);
    EXPECT_EQ(database_.value("SELECT deleted FROM navette.records"), "t");
    EXPECT_EQ(feed(), "");
}

TEST_F(TwoWayLaneTest, WhatWasToldOfARecordBeforeThePlatformDeletedItDoesNotRaiseItsLink) {
    tell("1", R"({"name":"Ann"})");
    people_->people.erase("r1");
    hear("r1");
    ASSERT_EQ(link("gone"), "t");
    hear("r1", R"("fields":{"Name":"Anna"})");
    EXPECT_EQ(link("gone"), "t");
    EXPECT_EQ(hub("1"), R"({"name": "Ann"})");
}

TEST_F(TwoWayLaneTest, WhatMayHaveBeenMadeThereOfARecordDeletedMeanwhileIsFoundAndDeleted) {
    const auto add = [this](const std::string& operation, const std::string& in_doubt) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "operation, data, origin, maybe_applied) VALUES ('acme', 'int_1', 'person.updated', 'person', "
            "'1', "
            "'" +
            operation + "', '{\"name\":\"Ann\"}', 'sync', " + in_doubt + ")"
        );
    };
    rules(R"({"deletes": {"person": "delete"}})");
    database_.exec(
        "INSERT INTO navette.records (tenant_id, entity_type, entity_id, data, deleted) VALUES ('acme', "
        "'person', '1', '{\"name\":\"Ann\"}', true)"
    );
    people_->people["r1"] = {{"Name", "Ann"}};  // its answer was lost
    add("upsert", "true");
    add("delete", "false");
    work();
    EXPECT_THAT(people_->people, IsEmpty());
    EXPECT_THAT(people_->pushed, ElementsAre(R"(r1 {"Name":"Ann"})", "r1 deleted"));
}

TEST_F(TwoWayLaneTest, WhatIsHeardWhileAPushIsUnderWayWaitsForIt) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    transport_.held.insert("/person/1");
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "data) VALUES "
        "('acme', 'int_1', 'person.updated', 'person', '1', '{\"name\":\"Ann\",\"phone\":\"2\"}')"
    );
    lane_->look();
    work_until("SELECT count(*) FROM navette.in_flight", 1);
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
        "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'person.changed', 'person', 'remote:r1', "
        "'{\"object\":\"person\",\"remote_id\":\"r1\",\"thin\":false,\"fields\":{\"Name\":\"Ann\",\"Phone\":"
        "\"1\"}}')"
    );
    lane_->look();
    work_until(
        "SELECT count(*) FROM navette.sync_queue WHERE direction = 'from_platform' AND outcome = 'retry'", 1
    );
    transport_.held.clear();
    work();
    EXPECT_EQ(hub("1"), R"({"name": "Ann", "phone": "2"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2");
    EXPECT_EQ(feed(), "");
}

TEST_F(TwoWayLaneTest, AFetchThatComesTooEarlyToBeMergedStillTellsThatThePlatformAnswers) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    people_->people["r1"]["Phone"] = "2";
    // A push of the record ends while it is read: what was read may be older than that, and waits.
    people_->during_fetch = [this] {
        database_.exec("UPDATE navette.record_links SET synced_at = clock_timestamp()");
    };
    people_->is_down = true;
    // The platform fails, and this read is how its account finds out that it is back.
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "data) "
        "VALUES ('acme', 'int_1', 'person.updated', 'person', '2', '{\"name\":\"Bob\"}')"
    );
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE outcome = 'unavailable'", 1);
    database_.exec("UPDATE navette.sync_queue SET run_at = now() + interval '1 hour'");
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
        "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'person.changed', 'person', 'remote:r1', "
        "'{\"object\":\"person\",\"remote_id\":\"r1\",\"thin\":true,\"fields\":{}}')"
    );
    lane_->look();
    work_until("SELECT count(*) FROM navette.changes", 1);
    EXPECT_EQ(hub("1"), R"({"name": "Ann", "phone": "2"})");
}

TEST_F(TwoWayLaneTest, AReportIsNotSwallowedByAJobOfOurOwnBehindIt) {
    tell("1", R"({"name":"Ann","phone":"1"})");
    for (const std::string job :
         {R"(sql', '{"name":"Ann","phone":"2"}')", R"(sync', '{"name":"Ann","phone":"1"}')"}) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "origin, "
            "data) VALUES ('acme', 'int_1', 'person.updated', 'person', '1', '" +
            job + ")"
        );
    }
    work();
    EXPECT_EQ(hub("1"), R"({"name": "Ann", "phone": "2"})");
    EXPECT_EQ(people_->people["r1"]["Phone"], "2");
}

TEST_F(TwoWayLaneTest, AMergeWithSomethingOldIsMadeAgain) {
    tell("1", R"({"name":"Ann"})");
    const auto remark = database_.value(
        "SELECT navette.receive_change('acme', 'int_1', 'person.changed', "
        "'{\"object\":\"person\",\"remote_id\":\"r1\","
        "\"deleted\":false,\"fields\":{\"Name\":\"Anna\"},\"merged\":{\"entity_type\":\"person\",\"entity_"
        "id\":\"1\","
        "\"expected_version\":7,\"expected_revision\":0,\"expected_job\":1,\"operation\":\"upsert\",\"data\":"
        "{}}}')"
    );
    EXPECT_THAT(remark, HasSubstr("merged again"));
    EXPECT_EQ(hub("1"), R"({"name": "Ann"})");
    people_->people["r1"]["Name"] = "Anna";
    work();
    EXPECT_EQ(hub("1"), R"({"name": "Anna"})");
}

TEST_F(TwoWayLaneTest, OneWayIntegrationsKeepNoHub) {
    database_.exec("UPDATE navette.tenant_integrations SET sync_direction = 'to_platform'");
    tell("1", R"({"name":"Ann"})");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 0);
    EXPECT_THAT(people_->pushed, SizeIs(1));
}

}  // namespace
}  // namespace navette::test
