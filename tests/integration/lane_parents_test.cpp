#include "tests/integration/lane_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LaneParentsTest : public test::LaneTest {
  protected:
    long add_order(const std::string& id, const std::string& customer) {
        return add_job(id, "data = '{\"name\": \"" + id + "\", \"customer\": " + customer + "}'", "order");
    }
};

TEST_F(LaneParentsTest, AChildBringsItsParentAlongAndIsSentAfterItWithItsRemoteId) {
    add_order("o1", R"({"id": "7", "name": "Ann"})");
    start_lane();
    work_until_empty();
    ASSERT_THAT(transport_.paths(), ElementsAre("/customer/7", "/order/o1"));
    EXPECT_EQ(transport_.sent.back().body, R"([{"name":"o1","id":"o1","buyer":"remote_7"}])");
    EXPECT_EQ(logged("entity_type, status, attempt"), "customer|done|1 / order|done|1");
}

TEST_F(LaneParentsTest, AParentThatThePlatformDeletedIsBroughtAlongAnew) {
    database_.exec(
        "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id, gone) "
        "VALUES ('acme', "
        "'int_1', 'customer', '7', 'remote_former', true)"
    );
    add_order("o1", R"({"id": "7", "name": "Ann"})");
    start_lane();
    work_until_empty();
    ASSERT_THAT(transport_.paths(), ElementsAre("/customer/7", "/order/o1"));
    EXPECT_EQ(transport_.sent.back().body, R"([{"name":"o1","id":"o1","buyer":"remote_7"}])");
}

TEST_F(LaneParentsTest, ManyChildrenBringOneParentAlongOnce) {
    object("order").concurrency = 4;
    for (const std::string id : {"o1", "o2", "o3", "o4"}) {
        add_order(id, R"({"id": "7", "name": "Ann"})");
    }
    start_lane();
    work_until_empty();
    const auto paths = transport_.paths();
    EXPECT_EQ(paths.size(), 5U);
    EXPECT_EQ(paths.front(), "/customer/7");
}

TEST_F(LaneParentsTest, AChildWhoseParentWasRefusedBecomesADeadLetterThatNamesIt) {
    transport_.script["/customer/7"] = {422};
    const auto order = add_order("o1", R"({"id": "7", "name": "Ann"})");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 2);
    EXPECT_THAT(transport_.paths(), ElementsAre("/customer/7"));
    EXPECT_EQ(
        job(order, "outcome, last_error"), "parent_failed|its customer 7 could not be sent: the shop says 422"
    );
}

TEST_F(LaneParentsTest, AChildOfADeadLetterFollowsItsParentWhenThatIsReplayed) {
    transport_.script["/customer/7"] = {422, 200};
    add_order("o1", R"({"id": "7", "name": "Ann"})");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 2);
    database_.exec(
        "UPDATE navette.sync_queue SET status = 'pending', attempts = 0, deferred = true, run_at = now() "
        "WHERE entity_type = 'customer'"
    );
    lane_->look_closely();
    work_until_empty();
    EXPECT_THAT(transport_.paths(), ElementsAre("/customer/7", "/customer/7", "/order/o1"));
}

TEST_F(LaneParentsTest, AChildWaitsForAParentThatIsRetried) {
    transport_.script["/customer/7"] = {500, 500};
    add_order("o1", R"({"id": "7", "name": "Ann"})");
    start_lane();
    work_until_empty();
    EXPECT_THAT(transport_.paths(), ElementsAre("/customer/7", "/customer/7", "/customer/7", "/order/o1"));
}

TEST_F(LaneParentsTest, AChildWhoseParentNeverComesIsGivenUpAfterItsWait) {
    workshop_.settings.dependency_wait = 60s;
    const auto order = add_order("o1", R"({"id": "7"})");
    database_.exec(
        "UPDATE navette.sync_queue SET data = '{\"customer\": {\"id\": \"7\"}}', waits_since = now() - "
        "interval "
        "'2 minutes'"
    );
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 1);
    EXPECT_THAT(transport_.sent, IsEmpty());
    EXPECT_EQ(
        job(order, "last_error"), "waited for its customer 7, which was never sent; enqueue that record first"
    );
}

TEST_F(LaneParentsTest, AChildThatNamesNoParentIsRefusedByTheField) {
    const auto order = add_job("o1", "data = '{\"name\": \"x\"}'", "order");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 1);
    EXPECT_EQ(job(order, "outcome"), "rejected");
    EXPECT_EQ(logged("error_field"), "customer.id");
}

}  // namespace
}  // namespace navette::engine
