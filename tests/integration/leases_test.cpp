#include "daemon/store/leases.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::kLease;
using test::kNode;
using test::kOtherNode;
using test::must;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class LeasesTest : public test::SchemaTest {
  protected:
    LeasesTest() {
        add_platform("shop");
        add_platform("desk");
        add_integration("acme", "int_1");
    }

    static std::vector<std::string> ids(const std::vector<Ownership>& owned) {
        std::vector<std::string> names;
        for (const auto& one : owned) {
            names.push_back(one.key.id);
        }
        return names;
    }
};

TEST_F(LeasesTest, ANodeTakesEnabledIntegrationsOfThePlatformsItKnows) {
    add_integration("acme", "off", "shop", "bidirectional", false);
    add_integration("acme", "desk", "desk");
    add_integration("other", "int_2");
    const auto owned = take_over(kNode, "a");
    EXPECT_THAT(ids(owned), UnorderedElementsAre("int_1", "int_2"));
    EXPECT_EQ(owned.front().epoch, 1);
    EXPECT_EQ(owned.front().version, 1);
}

TEST_F(LeasesTest, ASecondNodeGetsNothingWhileTheFirstLivesAndTheRestOfWhatIsNew) {
    take_over(kNode, "a");
    EXPECT_THAT(take_over(kOtherNode, "b"), IsEmpty());
    add_integration("acme", "new");
    EXPECT_THAT(ids(acquire(kOtherNode)), ElementsAre("new"));
    EXPECT_THAT(ids(acquire(kNode)), ElementsAre("int_1"));
}

TEST_F(LeasesTest, WhatAnExpiredNodeOwnedIsTakenOverWithAHigherEpoch) {
    take_over(kNode, "a");
    let_expire(kNode);
    const auto owned = take_over(kOtherNode, "b");
    ASSERT_THAT(ids(owned), ElementsAre("int_1"));
    EXPECT_EQ(owned.front().epoch, 2);
    EXPECT_FALSE(must(run(renew_node(connection(), kNode, kLease)))) << "it must learn that it lost all";
    EXPECT_THAT(acquire(kNode), IsEmpty());
}

TEST_F(LeasesTest, ANodeThatRenewsInTimeKeepsItsIntegrations) {
    take_over(kNode, "a");
    EXPECT_TRUE(must(run(renew_node(connection(), kNode, std::chrono::milliseconds(7'200'000)))));
    EXPECT_EQ(database_.value("SELECT expires_at > now() + interval '1 hour' FROM navette.nodes"), "t");
}

TEST_F(LeasesTest, RegisteringUnderADeadNamesakesNameFreesItsIntegrationsAtOnce) {
    take_over(kNode, "a");
    const auto owned = take_over(kOtherNode, "a");
    ASSERT_THAT(ids(owned), ElementsAre("int_1"));
    EXPECT_EQ(owned.front().epoch, 2);
    EXPECT_EQ(database_.value("SELECT string_agg(node_id::text, ',') FROM navette.nodes"), kOtherNode);
}

TEST_F(LeasesTest, WhatTheFormerOwnerHadInHandMayHaveBeenApplied) {
    take_over(kNode, "a");
    const auto in_hand = add_job("1");
    const auto dead_letter = add_job("2", "status = 'failed'");
    const auto waiting = add_job("3");
    database_.exec(
        "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) VALUES "
        "('int_1', "
        "'acme', 1, 1, '{" +
        std::to_string(in_hand) + "," + std::to_string(dead_letter) + "}')"
    );
    acquire(kNode);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.in_flight"), 1) << "its own is not stale";
    let_expire(kNode);
    take_over(kOtherNode, "b");
    const auto state_of = [&](long job) {
        return database_.value(
            "SELECT maybe_applied || ' ' || deaths FROM navette.sync_queue WHERE id = " + std::to_string(job)
        );
    };
    EXPECT_EQ(state_of(in_hand), "true 1");
    EXPECT_EQ(state_of(dead_letter), "false 0");
    EXPECT_EQ(state_of(waiting), "false 0");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.in_flight"), 0);
    acquire(kOtherNode);
    EXPECT_EQ(state_of(in_hand), "true 1") << "one death counts once";
}

TEST_F(LeasesTest, AnIntegrationThatWasDisabledLeavesItsOwnerAndComesBackWithAHigherEpoch) {
    take_over(kNode, "a");
    database_.exec("UPDATE navette.tenant_integrations SET enabled = false");
    EXPECT_THAT(acquire(kNode), IsEmpty());
    database_.exec("UPDATE navette.tenant_integrations SET enabled = true");
    const auto owned = acquire(kNode);
    ASSERT_THAT(ids(owned), ElementsAre("int_1"));
    EXPECT_EQ(owned.front().epoch, 2);
    EXPECT_EQ(owned.front().version, 3) << "both changes of the row count";
}

TEST_F(LeasesTest, AReleasedIntegrationIsFreeForOthersAtOnce) {
    add_integration("acme", "int_2");
    take_over(kNode, "a");
    must(run(release_leases(connection(), kNode, {"int_2"})));
    EXPECT_THAT(ids(take_over(kOtherNode, "b")), ElementsAre("int_2"));
    must(run(release_leases(connection(), kNode, {})));
    EXPECT_THAT(ids(acquire(kOtherNode)), UnorderedElementsAre("int_1", "int_2"));
}

TEST_F(LeasesTest, ARemovedNodesIntegrationsAreFreeAtOnce) {
    take_over(kNode, "a");
    must(run(remove_node(connection(), kNode)));
    EXPECT_THAT(ids(take_over(kOtherNode, "b")), ElementsAre("int_1"));
}

TEST_F(LeasesTest, OnlyTheOwnerSaysWhetherItSleeps) {
    take_over(kNode, "a");
    const auto asleep = [&] { return database_.value("SELECT asleep FROM navette.leases"); };
    must(run(set_asleep(connection(), kOtherNode, {"int_1"}, true)));
    EXPECT_EQ(asleep(), "f");
    must(run(set_asleep(connection(), kNode, {"int_1"}, true)));
    EXPECT_EQ(asleep(), "t");
    let_expire(kNode);
    take_over(kOtherNode, "b");
    EXPECT_EQ(asleep(), "f") << "the new owner is awake";
}

}  // namespace
}  // namespace navette::store
