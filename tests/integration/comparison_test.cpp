// Plans and reconciling over a real database: what is read comes to verdicts, nothing is done before
// approval, and what is approved becomes jobs once.
#include "daemon/engine/comparison_round.hpp"
#include "tests/integration/background_fixture.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ComparisonTest : public BackgroundTest {
  protected:
    ComparisonTest() {
        auto& item = connector_->manifest.objects.front();
        item.natural_keys = {"email"};
        item.entity = "item";
        for (const auto* name : {"name", "email", "city"}) {
            config::MappingRule rule;
            rule.local = name;
            rule.remote = name;
            rule.direction = config::MappingDirection::both;
            item.mapping.push_back(rule);
        }
        settings_.page = 2;
        own();
    }

    /// Goes on until it waits, as often as `times`: each time what it waits for has passed.
    void work(int times = 1) {
        for (int n = 0; n < times; ++n) {
            database_.exec("UPDATE navette.comparisons SET next_at = now()");
            run(engine::compare_objects(background_, settings_, owned_, wanted()));
        }
    }

    long ask(const std::string& kind, const std::string& more = "NULL, NULL, false") {
        const auto answer = database_.value(
            "SELECT navette.ask_comparison('acme', 'int_1', '" + kind + "', NULL, 'test', " + more +
            ", '24 hours')"
        );
        const auto id = json::parse(answer).as_object().if_contains("id");
        return id == nullptr ? 0 : static_cast<long>(id->as_int64());
    }
    std::string decide(const std::string& verb) {
        return database_.value(
            "SELECT navette.decide_comparison('acme', max(id), '" + verb +
            "', 'ada') ->> 'problem' FROM navette.comparisons"
        );
    }
    std::string state(const std::string& columns = "state") {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.comparisons ORDER BY id DESC LIMIT 1"
        );
    }

    /// "<remote id>/<entity id> <verdict>" of the newest comparison's items.
    std::vector<std::string> items(const std::string& more = "") {
        std::vector<std::string> all;
        for (const auto& row : database_.exec(
                 "SELECT concat(remote_id, '/', entity_id, ' ', verdict" + more +
                 ") FROM navette.comparison_items WHERE comparison_id = (SELECT max(id) FROM "
                 "navette.comparisons) ORDER BY 1"
             )) {
            all.emplace_back(row[0].c_str());
        }
        return all;
    }

    /// The jobs that were made: "<direction> <entity id> <operation> <origin>", and none of them stays.
    std::vector<std::string> jobs() {
        std::vector<std::string> all;
        for (const auto& row : database_.exec(
                 "DELETE FROM navette.sync_queue RETURNING concat_ws(' ', direction, entity_id, operation, "
                 "origin), id"
             )) {
            all.emplace_back(row[0].c_str());
        }
        return all;
    }

    void there(const std::string& id, const json::object& fields) { shelf_->edit("item", id, fields); }

    /// A record of the application's, with its natural key.
    void here(const std::string& id, const std::string& data, const std::string& type = "item") {
        database_.exec("SELECT navette.put_record('acme', '" + type + "', '" + id + "', '" + data + "')");
    }

    /// Both sides hold `data`, and each knows that the other does.
    void link(const std::string& id, const std::string& remote_id, const std::string& data) {
        database_.exec(
            "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id, "
            "entity_type, snapshot, seen, created_at, synced_at) VALUES ('acme', 'int_1', 'item', '" +
            id + "', '" + remote_id + "', 'item', '" + data + "', '" + data +
            "', now() - interval '1 hour', now() - interval '1 hour')"
        );
    }

    engine::ComparisonSettings settings_;
};

TEST_F(ComparisonTest, APlanTellsForEachRecordWhatWouldBeDoneAndDoesNothing) {
    there("1", {{"name", "Ada"}, {"email", "ADA@x.test "}});
    there("2", {{"name", "Bob"}, {"email", "bob@x.test"}});
    there("3", {{"name", "Carl"}, {"email", "carl@x.test"}, {"city", "Bonn"}});
    there("4", {{"name", "Dora"}, {"email", "dora@x.test"}});
    there("5", {{"name", "Nobody"}, {"email", "new@x.test"}});
    here("a", R"({"name": "Ada", "email": "ADA@x.test "})");
    here("b", R"({"name": "Robert", "email": "bob@x.test"})");
    here("c", R"({"name": "Carl", "email": "carl@x.test"})");
    here("d", R"({"name": "Dora", "email": "dora@x.test", "city": "Köln"})");
    here("e", R"({"name": "Eve", "email": "eve@x.test"})");
    ASSERT_GT(ask("first"), 0);
    work();
    EXPECT_EQ(state(), "ready");
    EXPECT_THAT(
        items(),
        ElementsAre(
            "/e create_remote",
            "1/a link",
            "2/b conflict",
            "3/c change_local",
            "4/d change_remote",
            "5/ create_local"
        )
    );
    EXPECT_EQ(
        state("counts -> 'item', to_apply"),
        R"({"link": 1, "read": 5, "conflict": 1, "change_local": 1, "create_local": 1, "change_remote": 1, "create_remote": 1}|6)"
    );
    EXPECT_THAT(jobs(), SizeIs(0));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.record_links"), 0);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 5);
}

TEST_F(ComparisonTest, WhatIsApprovedBecomesJobsOnceTheMergesFirst) {
    there("1", {{"name", "Ada"}, {"email", "ada@x.test"}});
    there("5", {{"name", "Nobody"}, {"email", "new@x.test"}});
    here("a", R"({"name": "Ada", "email": "ada@x.test"})");
    here("e", R"({"name": "Eve", "email": "eve@x.test"})");
    const auto id = std::to_string(ask("first"));
    work();
    EXPECT_EQ(decide("approve"), "");
    work(2);
    EXPECT_EQ(state(), "applying");
    EXPECT_EQ(
        database_.value("SELECT data FROM navette.sync_queue WHERE entity_id = 'remote:1'"),
        R"({"thin": false, "fields": {"name": "Ada", "email": "ada@x.test"}, "object": "item", "deleted": false, )"
        R"("remote_id": "1", "event_type": "item.compared", "occurred_at": "2023-11-14T22:13:21.000Z"})"
    );
    EXPECT_THAT(
        jobs(),
        UnorderedElementsAre(
            "from_platform remote:1 upsert plan:" + id, "from_platform remote:5 upsert plan:" + id
        )
    ) << "pushes wait until the merges are done";
    work();
    EXPECT_THAT(jobs(), ElementsAre("to_platform e upsert sync:plan:" + id));
    work(2);
    EXPECT_EQ(state("state, applied, superseded"), "done|3|0");
    work(2);
    EXPECT_THAT(jobs(), SizeIs(0));
}

TEST_F(ComparisonTest, APushIsLeftOutWhereTheRecordWasLinkedMeanwhile) {
    here("e", R"({"name": "Eve", "email": "eve@x.test"})");
    ask("first");
    work();
    EXPECT_THAT(items(), ElementsAre("/e create_remote"));
    link("e", "77", "{}");
    decide("approve");
    work(3);
    EXPECT_THAT(jobs(), SizeIs(0));
    EXPECT_EQ(state("state, applied, superseded"), "done|1|1");
}

TEST_F(ComparisonTest, WhoMatchesSeveralIsLeftToAPersonAndNobodyIsCreatedForIt) {
    there("1", {{"name", "One"}, {"email", "same@x.test"}});
    there("2", {{"name", "Two"}, {"email", "twice@x.test"}});
    there("3", {{"name", "Two"}, {"email", "twice@x.test"}});
    there("4", {{"name", "Known"}, {"email", "known@x.test"}});
    there("5", {{"name", "Known again"}, {"email", "known@x.test"}});
    here("a", R"({"name": "One", "email": "same@x.test"})");
    here("b", R"({"name": "Uno", "email": "same@x.test"})");
    here("c", R"({"name": "Two", "email": "twice@x.test"})");
    here("d", R"({"name": "Known", "email": "known@x.test"})");
    link("d", "4", R"({"name": "Known", "email": "known@x.test"})");
    ask("first");
    work();
    EXPECT_THAT(items(), ElementsAre("1/ ambiguous", "2/c link", "3/ ambiguous", "5/ ambiguous"));
    decide("approve");
    work(3);
    EXPECT_THAT(jobs(), SizeIs(1));
}

TEST_F(ComparisonTest, WithTheReadingKilledAtEachPageTheEndIsTheSame) {
    for (int n = 0; n < 7; ++n) {
        there(std::to_string(n), {{"name", "n"}, {"email", std::to_string(n) + "@x.test"}});
    }
    here("z", R"({"name": "z", "email": "z@x.test"})");
    ask("first");
    int pages = 0;
    shelf_->during = [&] { wanted_ = ++pages % 2 == 0; };  // every other page is read and worth nothing
    for (int turn = 0; turn < 20 && state() == "reading"; ++turn) {
        wanted_ = true;
        own();
        work();
    }
    EXPECT_EQ(
        state("state, counts -> 'item'"), R"(ready|{"read": 7, "create_local": 7, "create_remote": 1})"
    );
    EXPECT_THAT(items(), SizeIs(8));
    EXPECT_GT(pages, 4);
}

TEST_F(ComparisonTest, AFormerOwnerWritesNothing) {
    there("1", {{"name", "Ada"}, {"email", "ada@x.test"}});
    ask("first");
    shelf_->during = [this] {
        database_.exec("UPDATE navette.leases SET epoch = 2");
        wanted_ = true;
        shelf_->during = nullptr;
    };
    work();
    EXPECT_EQ(state("state, phase, counts"), "reading|remote|{}");
    EXPECT_THAT(items(), SizeIs(0));
}

TEST_F(ComparisonTest, APageThatWasReadFromAnOlderPlaceIsDropped) {
    there("1", {{"name", "Ada"}, {"email", "ada@x.test"}});
    ask("first");
    shelf_->during = [this] {
        shelf_->during = nullptr;
        database_.exec("UPDATE navette.comparisons SET step = step + 1");
    };
    work();
    EXPECT_THAT(shelf_->pulls, ElementsAre("item null", "item null"));
    EXPECT_EQ(state("state, counts -> 'item' ->> 'read'"), "ready|1");
}

TEST_F(ComparisonTest, AnUnapprovedPlanExpiresAndAnOutdatedOneIsRefused) {
    there("1", {{"name", "Ada"}, {"email", "ada@x.test"}});
    ask("first");
    EXPECT_THAT(decide("approve"), HasSubstr("still being read"));
    work();
    database_.exec("UPDATE navette.tenant_integrations SET config_public = '{\"a\": 1}'");
    EXPECT_THAT(decide("approve"), HasSubstr("outdated"));
    database_.exec("UPDATE navette.tenant_integrations SET config_public = '{}'");
    database_.exec("UPDATE navette.comparisons SET expires_at = now()");
    EXPECT_THAT(decide("approve"), HasSubstr("has expired"));
    EXPECT_EQ(state(), "expired");
    EXPECT_GT(ask("first"), 0) << "an expired one is in nobody's way";
    EXPECT_EQ(ask("first"), 0) << "one that stands is";
}

TEST_F(ComparisonTest, PausedItStandsStillAndGoesOnWhereItWas) {
    for (int n = 0; n < 5; ++n) {
        there(std::to_string(n), {{"name", "n"}, {"email", std::to_string(n) + "@x.test"}});
    }
    ask("first");
    shelf_->during = [this] {
        if (shelf_->pulls.size() == 2) {
            EXPECT_EQ(decide("pause"), "");
        }
    };
    work(2);
    EXPECT_EQ(state("state, counts -> 'item' ->> 'read'"), "paused|2");
    EXPECT_THAT(shelf_->pulls, SizeIs(2));
    EXPECT_EQ(decide("approve"), "is paused");
    EXPECT_EQ(decide("resume"), "");
    work();
    EXPECT_EQ(state("state, counts -> 'item' ->> 'read'"), "ready|5");
    EXPECT_EQ(decide("cancel"), "");
    EXPECT_EQ(state(), "cancelled");
    EXPECT_EQ(decide("resume"), "is cancelled");
    work(2);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.comparison_seen"), 0);
    EXPECT_THAT(jobs(), SizeIs(0));
}

TEST_F(ComparisonTest, AnIntegrationThatWaitsForItsPlanIsActivatedByItAndItsPushesFollowTheMerges) {
    database_.exec("UPDATE navette.tenant_integrations SET state = 'paused'");
    own();
    there("1", {{"name", "Ada"}, {"email", "ada@x.test"}});
    add_job("a", R"(data = '{"name": "Ada L.", "email": "ada@x.test"}')");
    add_job("later", "deferred = true, run_at = now() + interval '1 day'");
    ask("first");
    work();
    EXPECT_THAT(items(), ElementsAre("1/a conflict")) << "what waits to be pushed is known";
    EXPECT_EQ(database_.value("SELECT state FROM navette.tenant_integrations"), "paused");
    decide("approve");
    work(2);
    EXPECT_EQ(database_.value("SELECT state FROM navette.tenant_integrations"), "active");
    const auto due =
        "SELECT string_agg(entity_id, ',' ORDER BY id) FROM navette.sync_queue WHERE run_at <= now()";
    EXPECT_EQ(database_.value(due), "remote:1");
    database_.exec("DELETE FROM navette.sync_queue WHERE direction = 'from_platform'");
    work();
    EXPECT_EQ(database_.value(due), "a");
    EXPECT_EQ(state(), "done");
}

TEST_F(ComparisonTest, DriftIsFoundAndRepairedBelowTheThreshold) {
    const auto agree = [this](const std::string& id, const std::string& name) {
        const auto data = R"({"name": ")" + name + R"(", "email": ")" + id + R"(@x.test"})";
        here(id, data);
        there("r" + id, {{"name", name}, {"email", id + "@x.test"}});
        link(id, "r" + id, data);
    };
    for (const auto* id : {"1", "2", "3", "4", "5"}) {
        agree(id, "same");
    }
    there("r2", {{"name", "edited there"}, {"email", "2@x.test"}});
    here("3", R"({"name": "edited here", "email": "3@x.test"})");
    shelf_->changes["item"].erase(4);  // record r4 is gone
    there("r6", {{"name", "new there"}, {"email", "6@x.test"}});
    const auto id = std::to_string(ask("reconcile", "NULL, 3, false"));
    work();
    EXPECT_EQ(state(), "ready") << "four differ";
    EXPECT_THAT(
        items(), ElementsAre("r2/2 change_local", "r3/3 change_remote", "r4/4 missing", "r6/ create_local")
    );
    decide("cancel");
    connector_->manifest.capabilities.emplace_back("fetch");
    database_.exec("UPDATE navette.available_integrations SET capabilities = '{pull,fetch}'");
    ask("reconcile", "NULL, 4, false");
    work(2);
    EXPECT_EQ(state(), "applying");
    EXPECT_EQ(
        database_.value("SELECT string_agg(concat(entity_id, ' ', operation, ' ', data -> 'thin'), ', ' "
                        "ORDER BY entity_id) FROM "
                        "navette.sync_queue"),
        "remote:r2 upsert false, remote:r4 upsert true, remote:r6 upsert true"
    ) << "what is missing is looked for, and what is new here: a search shows deleted records for a while";
    jobs();
    work();
    EXPECT_THAT(jobs(), ElementsAre(HasSubstr("to_platform 3 upsert sync:reconcile:")));
    work(2);
    EXPECT_EQ(state("state, approved_by"), "done|below the threshold");
}

TEST_F(ComparisonTest, ADryRunOnlyTellsAndWhatIsMissingWaitsForAPersonWhereItCannotBeLookedFor) {
    here("1", R"({"name": "a", "email": "1@x.test"})");
    link("1", "r1", R"({"name": "a", "email": "1@x.test"})");
    ask("reconcile", "1, 100, true");
    work(2);
    EXPECT_EQ(state("state, to_apply"), "done|1");
    EXPECT_THAT(jobs(), SizeIs(0));
    ask("reconcile", "1, 100, false");
    work(2);
    EXPECT_EQ(state(), "ready");
    decide("approve");
    work(2);
    EXPECT_THAT(jobs(), ElementsAre(HasSubstr("from_platform remote:r1 delete reconcile:")));
}

TEST_F(ComparisonTest, WhatWasWrittenShortlyBeforeTheReadingIsNotMissed) {
    for (const auto* id : {"1", "2", "3"}) {
        here(id, R"({"name": "a", "email": ")" + std::string(id) + R"(@x.test"})");
        link(id, "r" + std::string(id), R"({"name": "a"})");
    }
    // A platform's search may not show it yet: it was created there, or written again, a moment ago.
    database_.exec(
        "UPDATE navette.record_links SET created_at = now() - interval '110 s' WHERE entity_id = '1'"
    );
    database_.exec(
        "UPDATE navette.record_links SET synced_at = now() - interval '110 s' WHERE entity_id = '2'"
    );
    database_.exec(
        "UPDATE navette.record_links SET synced_at = now() - interval '130 s' WHERE entity_id = '3'"
    );
    ask("reconcile", "NULL, NULL, true");
    work();
    EXPECT_THAT(items(), ElementsAre("r3/3 missing"));
}

TEST_F(ComparisonTest, WhatIsUnderWayIsNoDrift) {
    here("1", R"({"name": "b", "email": "1@x.test"})");
    there("r1", {{"name", "a"}, {"email", "1@x.test"}});
    link("1", "r1", R"({"name": "a", "email": "1@x.test"})");
    add_job("1");
    here("2", R"({"name": "new", "email": "2@x.test"})");
    add_job("2");
    ask("reconcile", "NULL, NULL, false");
    work();
    EXPECT_EQ(state("state, counts -> 'item'"), R"(done|{"read": 1, "moving": 1})");
}

TEST_F(ComparisonTest, AnObjectThatCannotBeReadIsToldAndNothingIsConcludedFromIt) {
    here("1", R"({"name": "a", "email": "1@x.test"})");
    link("1", "r1", R"({"name": "a", "email": "1@x.test"})");
    shelf_->failures = {sdk::Outcome::rejected("no right to read")};
    ask("first");
    work();
    EXPECT_EQ(state("state, counts -> 'item'"), R"(ready|{"error": "no right to read"})");
    EXPECT_THAT(items(), SizeIs(0));
}

TEST_F(ComparisonTest, AFailureIsTriedAgainFromTheSamePage) {
    for (int n = 0; n < 3; ++n) {
        there(std::to_string(n), {{"name", "n"}, {"email", std::to_string(n) + "@x.test"}});
    }
    ask("first");
    shelf_->failures = {sdk::Outcome::retry("an odd answer")};
    work();
    EXPECT_EQ(state("state, failures, last_error, next_at > now()"), "reading|1|an odd answer|t");
    work();
    EXPECT_EQ(state("state, failures, last_error IS NULL"), "ready|0|t");
}

TEST_F(ComparisonTest, WhatIsNotSynchronisedBothWaysIsNotCompared) {
    database_.exec("UPDATE navette.tenant_integrations SET sync_direction = 'to_platform'");
    own();
    ask("first");
    work();
    EXPECT_EQ(state(), "failed");
    EXPECT_THAT(state("last_error"), HasSubstr("to the platform only"));
    EXPECT_TRUE(shelf_->pulls.empty());
}

TEST_F(ComparisonTest, TheRollingOneBeginsWhenItIsDueAndNotBesideAnother) {
    settings_.reconcile.every = std::chrono::minutes(60);
    work();
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.comparisons"), 0) << "the integration is new";
    database_.exec("UPDATE navette.tenant_integrations SET created_at = now() - interval '2 hours'");
    work();
    EXPECT_EQ(state("kind, state, created_by"), "reconcile|done|reconcile.every");
    work(2);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.comparisons"), 1);
}

}  // namespace
}  // namespace navette::test
