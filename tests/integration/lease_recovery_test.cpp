// What a dead owner had in hand, as its heirs find it.
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::kLease;
using test::kNode;
using test::kOtherNode;
using test::must;

constexpr const char* kThirdNode = "33333333-3333-4333-8333-333333333333";

class LeaseRecoveryTest : public test::OwnedIntegrationTest {
  protected:
    /// Notes that a node has these jobs in hand.
    void hold(
        const std::vector<long>& jobs,
        bool suspect = false,
        const std::string& integration = "int_1",
        const std::string& node = kNode
    ) {
        std::string ids;
        for (const auto job : jobs) {
            ids += (ids.empty() ? "" : ",") + std::to_string(job);
        }
        database_.exec(
            "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids, node_id, "
            "suspect) "
            "SELECT integration_id, tenant_id, " +
            std::to_string(++batches_) + ", epoch, '{" + ids + "}', '" + node + "', " +
            (suspect ? "true" : "false") + " FROM navette.leases WHERE integration_id = '" + integration + "'"
        );
    }

    /// A job of another integration than int_1.
    long add_job_of(const std::string& integration, const std::string& entity_id) {
        return add_job(entity_id, "integration_id = '" + integration + "'");
    }

    std::string state_of(long job) {
        return database_.value(
            "SELECT maybe_applied || ' ' || deferred || ' ' || deaths FROM navette.sync_queue WHERE id = " +
            std::to_string(job)
        );
    }

    void die_and_be_inherited() {
        let_expire(kNode);
        take_over(kOtherNode, "b");
    }

    int batches_ = 0;
};

TEST_F(LeaseRecoveryTest, WhatWasInHandMayHaveBeenAppliedAndIsNoLongerFresh) {
    const auto in_hand = add_job("1");
    const auto dead_letter = add_job("2", "status = 'failed'");
    const auto waiting = add_job("3");
    hold({in_hand, dead_letter});
    acquire(kNode);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.in_flight"), 1) << "its own is not stale";
    EXPECT_EQ(state_of(in_hand), "false false 0");
    die_and_be_inherited();
    EXPECT_EQ(state_of(in_hand), "true true 1");
    EXPECT_EQ(state_of(dead_letter), "false false 0");
    EXPECT_EQ(state_of(waiting), "false false 0");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.in_flight"), 0);
    acquire(kOtherNode);
    EXPECT_EQ(state_of(in_hand), "true true 1") << "one death counts once";
}

TEST_F(LeaseRecoveryTest, AJobInTwoMarkersDiedOnce) {
    const auto job = add_job("1");
    hold({job});
    hold({job});
    die_and_be_inherited();
    EXPECT_EQ(state_of(job), "true true 1");
}

TEST_F(LeaseRecoveryTest, WhatWasSentOfTwoWayRecordsIsKeptAsADoubt) {
    const auto job = add_job("1");
    const auto finished = add_job("2");
    hold({job, finished});
    hold({job});
    database_.exec(
        "UPDATE navette.in_flight SET sent = jsonb_build_object('object', 'item', 'jobs', "
        "jsonb_build_object('" +
        std::to_string(job) + "', '{\"as\":\"old\",\"fields\":{\"a\":1}}'::jsonb, '" +
        std::to_string(finished) + "', '{\"as\":\"2\",\"fields\":{\"a\":2}}'::jsonb))"
    );
    database_.exec("DELETE FROM navette.sync_queue WHERE id = " + std::to_string(finished));
    die_and_be_inherited();
    EXPECT_EQ(
        database_.value("SELECT string_agg(concat_ws('|', integration_id, object, entity_type, entity_id, "
                        "sent_as, sent), "
                        "' / ') FROM navette.doubts"),
        R"(int_1|item|item|1|old|[{"a": 1}])"
    );
    hold({job});
    database_.exec(
        "UPDATE navette.in_flight SET sent = jsonb_build_object('object', 'item', 'jobs', "
        "jsonb_build_object('" +
        std::to_string(job) + "', '{\"as\":\"1\",\"fields\":{\"a\":3}}'::jsonb))"
    );
    let_expire(kOtherNode);
    take_over(kThirdNode, "c");
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', sent_as, sent) FROM navette.doubts"),
        R"(old|[{"a": 1}, {"a": 3}])"
    ) << "the older one is in doubt all the same";
}

TEST_F(LeaseRecoveryTest, TheSuspectAloneIsBlamedForTheDeath) {
    const auto suspect = add_job("1");
    const auto bystander = add_job("2");
    hold({suspect}, true);
    hold({bystander});
    die_and_be_inherited();
    EXPECT_EQ(state_of(suspect), "true true 1");
    EXPECT_EQ(state_of(bystander), "true true 0");
}

// A suspect that happens to be tried whenever the culprit strikes must not take all the blame.
TEST_F(LeaseRecoveryTest, WhoWasInHandBeforeIsASuspectEvenBesideAnother) {
    const auto suspect = add_job("1");
    const auto culprit = add_job("2", "maybe_applied = true, deferred = true");
    const auto bystander = add_job("3");
    hold({suspect}, true);
    hold({culprit, bystander});
    die_and_be_inherited();
    EXPECT_EQ(state_of(suspect), "true true 1");
    EXPECT_EQ(state_of(culprit), "true true 1");
    EXPECT_EQ(state_of(bystander), "true true 0");
}

TEST_F(LeaseRecoveryTest, TheSuspectOfAnotherIntegrationIsBlamedToo) {
    add_integration("acme", "int_2");
    acquire(kNode);
    const auto suspect = add_job_of("int_2", "1");
    const auto bystander = add_job("2");
    hold({suspect}, true, "int_2");
    hold({bystander});
    die_and_be_inherited();
    EXPECT_EQ(state_of(suspect), "true true 1");
    EXPECT_EQ(state_of(bystander), "true true 0");
}

TEST_F(LeaseRecoveryTest, ASuspectThatAnotherHeirRecoveredBeforeIsStillKnown) {
    add_integration("acme", "int_2");
    acquire(kNode);
    const auto suspect = add_job_of("int_2", "1");
    const auto bystander = add_job("2");
    hold({suspect}, true, "int_2");
    hold({bystander});
    // The first heir finds int_2 alone: int_1 rests.
    database_.exec("UPDATE navette.tenant_integrations SET enabled = false WHERE id = 'int_1'");
    die_and_be_inherited();
    EXPECT_EQ(state_of(suspect), "true true 1");
    EXPECT_EQ(state_of(bystander), "false false 0");
    EXPECT_EQ(
        database_.value(
            "SELECT suspect || ' ' || (recovered_at IS NOT NULL) || ' ' || cardinality(job_ids) FROM "
            "navette.in_flight WHERE integration_id = 'int_2'"
        ),
        "true true 0"
    );
    let_expire(kOtherNode);
    database_.exec("UPDATE navette.tenant_integrations SET enabled = true");
    take_over(kThirdNode, "c");
    EXPECT_EQ(state_of(bystander), "true true 0");
    EXPECT_EQ(state_of(suspect), "true true 1") << "it did not die with the second node";
}

TEST_F(LeaseRecoveryTest, ASuspectOfAnotherNodeExcusesNobody) {
    add_integration("acme", "int_2");
    acquire(kNode);
    const auto suspect = add_job_of("int_2", "1");
    const auto job = add_job("2");
    hold({suspect}, true, "int_2", kThirdNode);
    hold({job});
    die_and_be_inherited();
    EXPECT_EQ(state_of(job), "true true 1");
}

TEST_F(LeaseRecoveryTest, AfterAnOrderlyHandOverNothingIsMarked) {
    const auto job = add_job("1");
    must(run(start_draining(connection(), kNode)));
    must(run(release_leases(connection(), kNode, {})));
    const auto owned = take_over(kOtherNode, "b");
    ASSERT_EQ(owned.size(), 1U);
    EXPECT_EQ(owned.front().epoch, 2);
    EXPECT_EQ(state_of(job), "false false 0");
}

TEST_F(LeaseRecoveryTest, HousekeepingForgetsSuspectsAfterAnHourAndDeadNodesAfterADay) {
    hold({add_job("1")}, true);
    hold({add_job("2")}, true);
    die_and_be_inherited();
    hold({add_job("3")}, false, "int_1", kOtherNode);
    database_.exec(
        "UPDATE navette.in_flight SET recovered_at = now() - interval '61 minutes' WHERE batch_id = 1"
    );
    database_.exec(
        "UPDATE navette.nodes SET expires_at = now() - interval '25 hours' WHERE node_id = '" +
        std::string(kNode) + "'"
    );
    must(run(register_node(connection(), kThirdNode, "c", kLease)));
    let_expire(kThirdNode);
    must(run(forget_the_dead(connection())));
    EXPECT_EQ(
        database_.value("SELECT string_agg(batch_id::text, ',' ORDER BY batch_id) FROM navette.in_flight"),
        "2,3"
    );
    EXPECT_EQ(database_.value("SELECT string_agg(name, ',' ORDER BY name) FROM navette.nodes"), "b,c");
}

}  // namespace
}  // namespace navette::store
