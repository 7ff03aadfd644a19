// The statements that finish jobs keep what a run's jobs change, and nothing of others.
#include "tests/integration/page_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

class RunImagesTest : public test::PageTest {
  protected:
    /// A push that worked, of a job with this origin.
    void push(const std::string& entity_id, const std::string& origin, const std::string& snapshot) {
        auto done = completion(add_job(entity_id, "origin = '" + origin + "'"), Verdict::finish);
        done.linked = true;
        done.remote_id = "r_" + entity_id;
        done.snapshot = snapshot;
        complete_one(done);
    }

    std::string images(const std::string& columns) {
        return database_.value(
            "SELECT coalesce(string_agg(concat_ws('|', " + columns +
            "), ' / ' ORDER BY kind, entity_id), '') FROM navette.run_images"
        );
    }
};

TEST_F(RunImagesTest, APushOfNoRunLeavesNoImageAndOneOfARunDoes) {
    push("a", "sql", R"({"name": "x"})");
    push("a", "sync", R"({"name": "y"})");
    EXPECT_EQ(images("entity_id"), "");
    push("a", "sync:plan:7", R"({"name": "z"})");
    push("b", "sync:plan:7", R"({"name": "new"})");
    EXPECT_EQ(
        images("run, kind, integration_id, object, entity_type, entity_id, before -> 'snapshot', "
               "created_there, mixed"),
        R"(plan:7|link|int_1|item|item|a|{"name": "y"}|f|f / plan:7|link|int_1|item|item|b|t|f)"
    );
}

TEST_F(RunImagesTest, ALaterPushOfNoRunTakesTheLinkOutOfTheRunAndKeepsTheImage) {
    push("a", "sync:plan:7", R"({"name": "x"})");
    push("a", "sql", R"({"name": "y"})");
    EXPECT_EQ(link("run, snapshot"), R"(|{"name": "y"})");
    EXPECT_THAT(
        database_.value("SELECT navette.undo_verdict(i) FROM navette.run_images i"),
        ::testing::HasSubstr("sent there since the run")
    );
}

TEST_F(RunImagesTest, WhatAJobOfTheApplicationMakesForThePlanThatItWaitedForIsThePlans) {
    push("a", "plan:7", R"({"name": "x"})");
    EXPECT_EQ(images("run, kind, entity_id, created_there"), "plan:7|link|a|t");
    EXPECT_EQ(database_.value("SELECT navette.undo_verdict(i) FROM navette.run_images i"), "delete");
}

TEST_F(RunImagesTest, WhatAPlatformsRecordChangesInARunIsKept) {
    const auto receive = [&](const std::string& remote_id, const std::string& origin) {
        auto done = completion(
            add_job("remote:" + remote_id, "direction = 'from_platform', origin = '" + origin + "'"),
            Verdict::finish
        );
        done.received =
            R"({"object": "item", "remote_id": ")" + remote_id +
            R"(", "fields": {}, "merged": {"entity_type": "item", "entity_id": "int_1:)" + remote_id +
            R"(", "expected_version": 0, "expected_revision": -1, "expected_job": 0, "changed": ["name"], )"
            R"("operation": "upsert", "data": {"name": "x"}, "stamps": {}, "keys": [], "snapshot": {}, )"
            R"("seen": {}, "conflicts": {}, "gone": false, "spread": "none", "push_back": false}})";
        complete_one(done);
    };
    receive("r1", "webhook");
    EXPECT_EQ(count("records"), 1);
    EXPECT_EQ(images("entity_id"), "");
    receive("r2", "plan:7");
    EXPECT_EQ(
        images("run, kind, entity_id, before IS NULL, created_there"),
        "plan:7|link|int_1:r2|t|f / plan:7|record|int_1:r2|t|f"
    );
    receive("r3", "webhook");
    EXPECT_EQ(count("run_images"), 2) << "the run ended with its job";
}

}  // namespace
}  // namespace navette::store
