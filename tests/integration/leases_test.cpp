#include "daemon/store/leases.hpp"

#include "daemon/store/listener.hpp"
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
using ::testing::UnorderedElementsAreArray;

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

TEST_F(LeasesTest, ASecondNodeTakesNothingThatTheFirstHasNotGivenUp) {
    add_integration("acme", "int_2");
    add_integration("acme", "int_3");
    add_integration("acme", "int_4");
    take_over(kNode, "a");
    EXPECT_THAT(take_over(kOtherNode, "b"), IsEmpty());
    const auto owned = acquire(kNode);
    EXPECT_THAT(ids(owned), UnorderedElementsAre("int_1", "int_2", "int_3", "int_4"));
    std::vector<std::string> leaving;
    for (const auto& one : owned) {
        EXPECT_EQ(one.epoch, 1) << "what it has, it has as before";
        if (!one.stays) {
            leaving.push_back(one.key.id);
        }
    }
    ASSERT_THAT(leaving, ::testing::Not(IsEmpty()));
    must(run(release_leases(connection(), kNode, leaving)));
    const auto moved = acquire(kOtherNode);
    EXPECT_THAT(ids(moved), UnorderedElementsAreArray(leaving));
    EXPECT_EQ(moved.front().epoch, 2);
    EXPECT_EQ(acquire(kNode).size(), 4 - leaving.size());
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

TEST_F(LeasesTest, ANodeThatDiedBeforeTheClockWasSetBackIsNotWaitedFor) {
    take_over(kNode, "a");
    database_.exec("UPDATE navette.nodes SET expires_at = now() + interval '1 hour'");
    EXPECT_THAT(ids(acquire(kNode)), ElementsAre("int_1")) << "if it lives, it keeps what nobody took";
    EXPECT_FALSE(must(run(first_expiry(connection(), kOtherNode))).has_value());
    const auto owned = take_over(kOtherNode, "b");
    ASSERT_THAT(ids(owned), ElementsAre("int_1"));
    EXPECT_EQ(owned.front().epoch, 2);
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

TEST_F(LeasesTest, AnIntegrationThatWasDisabledLeavesItsOwnerAndComesBackWithAHigherEpoch) {
    take_over(kNode, "a");
    database_.exec("UPDATE navette.tenant_integrations SET enabled = false");
    const auto disabled = acquire(kNode);
    ASSERT_THAT(ids(disabled), ElementsAre("int_1")) << "its calls in flight end as the owner's";
    EXPECT_FALSE(disabled.front().stays);
    must(run(release_leases(connection(), kNode, {"int_1"})));
    EXPECT_THAT(acquire(kNode), IsEmpty());
    database_.exec("UPDATE navette.tenant_integrations SET enabled = true");
    const auto owned = acquire(kNode);
    ASSERT_THAT(ids(owned), ElementsAre("int_1"));
    EXPECT_EQ(owned.front().epoch, 2);
    EXPECT_EQ(owned.front().version, 3) << "both changes of the row count";
}

TEST_F(LeasesTest, TheLeaseOfARemovedIntegrationIsToBeGivenUp) {
    take_over(kNode, "a");
    database_.exec("DELETE FROM navette.tenant_integrations");
    const auto owned = acquire(kNode);
    ASSERT_THAT(ids(owned), ElementsAre("int_1"));
    EXPECT_FALSE(owned.front().stays);
}

TEST_F(LeasesTest, WhatADrainingNodeReleasesIsFreeForOthersAtOnce) {
    add_integration("acme", "int_2");
    take_over(kNode, "a");
    must(run(start_draining(connection(), kNode)));
    EXPECT_THAT(take_over(kOtherNode, "b"), IsEmpty()) << "it still owns all";
    must(run(release_leases(connection(), kNode, {"int_2"})));
    EXPECT_THAT(ids(acquire(kOtherNode)), ElementsAre("int_2"));
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

TEST_F(LeasesTest, OthersAreToldOfANodeThatJoinsOfWhatIsReleasedAndOfANodeThatGoes) {
    const auto listener =
        must(run(Listener::open(context_.get_executor(), database_.url(), "navette_wake", "")));
    const auto heard = [&] { return must(run(listener->next())); };
    take_over(kNode, "a");
    EXPECT_THAT(heard(), ElementsAre("integrations"));
    acquire(kNode);
    must(run(release_leases(connection(), kOtherNode, {"int_1"})));
    database_.exec("NOTIFY navette_wake, 'nothing so far'");
    EXPECT_THAT(heard(), ElementsAre("nothing so far")) << "a look that changes nothing wakes nobody";
    must(run(release_leases(connection(), kNode, {"int_1"})));
    EXPECT_THAT(heard(), ElementsAre("integrations"));
    must(run(remove_node(connection(), kNode)));
    EXPECT_THAT(heard(), ElementsAre("integrations"));
}

TEST_F(LeasesTest, ANodeKnowsWhenTheFirstOfTheOthersWouldBeFoundDead) {
    take_over(kNode, "a");
    EXPECT_FALSE(must(run(first_expiry(connection(), kNode))).has_value());
    take_over(kOtherNode, "b");
    const auto left = must(run(first_expiry(connection(), kNode)));
    ASSERT_TRUE(left.has_value());
    EXPECT_GT(*left, kLease / 2);
    EXPECT_LE(*left, kLease);
    let_expire(kOtherNode);
    EXPECT_FALSE(must(run(first_expiry(connection(), kNode))).has_value()) << "it is dead already";
}

TEST_F(LeasesTest, AnAccountIsNotedWhereItDiffersWithoutAChangeOfTheRowsVersion) {
    add_integration("acme", "int_2");
    std::vector<AccountName> accounts;
    accounts.emplace_back(IntegrationKey("acme", "int_1"), "shop one");
    EXPECT_EQ(must(run(set_accounts(connection(), accounts))), 1);
    EXPECT_EQ(must(run(set_accounts(connection(), accounts))), 0);
    EXPECT_EQ(
        database_.value("SELECT string_agg(account || version, ',' ORDER BY id) FROM "
                        "navette.tenant_integrations"),
        "shop one1,1"
    );
}

}  // namespace
}  // namespace navette::store
