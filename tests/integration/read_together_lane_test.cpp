// A platform that keeps first and last name as one: what is known of the one does not come of the other
// fields.
#include "tests/integration/two_way_lane_fixture.hpp"
#include "tests/unit/sync/rules_from_json.hpp"

namespace navette::test {
namespace {

class ReadTogetherLaneTest : public TwoWayLaneTest {
  protected:
    ReadTogetherLaneTest() {
        connector_->manifest.objects.back().mapping = sync::rules_from(sync::parsed(R"([
            {"remote":"Name","required":true,
             "transforms":[{"join":{"paths":["first","last"]}},{"first_of":["name","email"]}]},
            {"local":"first","remote":"Name","direction":"from_platform","transforms":[{"name_part":"first"}]},
            {"local":"last","remote":"Name","direction":"from_platform","transforms":[{"name_part":"last"}]},
            {"local":"email","remote":"Email","direction":"both"}])"));
    }

    /// What another lane took in meanwhile.
    void put_into_the_hub(const std::string& fields) {
        database_.exec(
            "UPDATE navette.records SET data = data || '" + fields +
            "', version = version + 1, updated_at = now()"
        );
    }

    /// What the platform tells of r1, long after our last answered write.
    void add_webhook(const std::string& fields) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
            "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'person.changed', 'person', "
            "'remote:r1', "
            "'{\"object\":\"person\",\"remote_id\":\"r1\",\"changed_at\":\"2099-01-01T00:00:00Z\","
            "\"fields\":" +
            fields + "}')"
        );
    }
};

TEST_F(ReadTogetherLaneTest, AnEditIsNotLostToOurOwnNameBesideAnAddressThatArrivedUnanswered) {
    connector_->manifest.retry = {3, std::chrono::milliseconds(800), std::chrono::milliseconds(800)};
    rules(R"({"conflicts": "platform_wins"})");
    tell("1", R"({"first":"Ann","last":"Berg","email":"a@x.org"})");
    people_->instead_of_answer = [this] {
        put_into_the_hub(R"({"first":"Anna"})");
        add_webhook(R"({"Name":"Ann Berg","Email":"b@x.org"})");
        add_webhook(R"({"Name":"Ann Berg","Email":"b@x.org"})");
    };
    tell("1", R"({"email":"b@x.org"})");
    EXPECT_EQ(hub("1"), R"({"last": "Berg", "email": "b@x.org", "first": "Anna"})");
    EXPECT_EQ(people_->people["r1"]["Name"], "Anna Berg");
    EXPECT_EQ(people_->people["r1"]["Email"], "b@x.org");
    EXPECT_EQ(feed(), "") << "nobody edited there";
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.doubts"), 0);
}

TEST_F(ReadTogetherLaneTest, WhatIsAgreedOfOneFieldSaysNothingOfAnother) {
    tell("1", R"({"first":"Ann","last":"Berg","email":"a@x.org"})");
    people_->people["r1"]["Email"] = "c@x.org";
    hear("r1");
    EXPECT_EQ(link("snapshot ->> 'Name', snapshot ->> 'Email'"), "Ann Berg|c@x.org");
    people_->people["r1"]["Name"] = "Anna Berg";
    hear("r1");
    EXPECT_EQ(link("snapshot ->> 'Name', snapshot ->> 'Email'"), "Anna Berg|c@x.org");
    EXPECT_EQ(hub("1"), R"({"last": "Berg", "email": "c@x.org", "first": "Anna"})");
}

TEST_F(ReadTogetherLaneTest, EditsOfTheTwoPartsOnBothSidesAreBothKept) {
    rules(R"({"conflicts": "platform_wins"})");
    tell("1", R"({"first":"Ann","last":"Berg","email":"a@x.org"})");
    people_->people["r1"]["Name"] = "Anna Berg";
    put_into_the_hub(R"({"last":"Bergman"})");
    hear("r1");
    EXPECT_EQ(hub("1"), R"({"last": "Bergman", "email": "a@x.org", "first": "Anna"})");
    EXPECT_EQ(people_->people["r1"]["Name"], "Anna Bergman");
}

TEST_F(ReadTogetherLaneTest, APartThatWaitsForAPersonIsNotOverwrittenWithTheOther) {
    rules(R"({"conflicts": "manual"})");
    tell("1", R"({"first":"Ann","last":"Berg","email":"a@x.org"})");
    people_->people["r1"]["Name"] = "Anna Berg";
    put_into_the_hub(R"({"first":"Anne"})");
    hear("r1");
    ASSERT_EQ(link("conflicts -> 'first' ->> 'local', conflicts -> 'first' ->> 'remote'"), "Anne|Anna");
    tell("1", R"({"last":"Bergman"})");
    EXPECT_EQ(people_->people["r1"]["Name"], "Anna Bergman");
    EXPECT_EQ(link("conflicts -> 'first' ->> 'local', conflicts -> 'first' ->> 'remote'"), "Anne|Anna");
}

TEST_F(ReadTogetherLaneTest, ThePartOfAWriteInDoubtThatWasNotShownYetIsInDoubtStill) {
    connector_->manifest.retry = {3, std::chrono::hours(1), std::chrono::hours(1)};
    rules(R"({"conflicts": "platform_wins"})");
    tell("1", R"({"first":"Ann","last":"Berg","email":"a@x.org"})");
    people_->undelivered = true;
    people_->instead_of_answer = [this] { people_->people["r1"]["Email"] = "b@x.org"; };
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "data) "
        "VALUES ('acme', 'int_1', 'person.updated', 'person', '1', "
        "'{\"first\":\"Anna\",\"email\":\"b@x.org\"}')"
    );
    lane_->look();
    work_until("SELECT count(*) FROM navette.doubts", 1);
    const std::string sent = "SELECT sent FROM navette.doubts";
    EXPECT_EQ(database_.value(sent), R"([{"Name": "Anna Berg", "Email": "b@x.org"}])");
    add_webhook(R"({"Name":"Ann Berg","Email":"b@x.org"})");
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE direction = 'from_platform'", 0);
    EXPECT_EQ(database_.value(sent), R"([{"Name": "Anna Berg"}])");
    // The rest takes effect late, and the hub has gone on.
    put_into_the_hub(R"({"first":"Anne"})");
    people_->people["r1"]["Name"] = "Anna Berg";
    add_webhook(R"({"Name":"Anna Berg","Email":"b@x.org"})");
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE direction = 'from_platform'", 0);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.doubts"), 0);
    test::run_until(context_, [this] { return lane_->running() == 0; });
    database_.exec("UPDATE navette.sync_queue SET run_at = now()");
    work();
    EXPECT_EQ(hub("1"), R"({"last": "Berg", "email": "b@x.org", "first": "Anne"})");
    EXPECT_EQ(people_->people["r1"]["Name"], "Anne Berg");
}

}  // namespace
}  // namespace navette::test
