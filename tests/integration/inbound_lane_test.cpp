// A lane and what comes from its platform: applied once, in the transaction that takes the job off the queue.
#include "tests/integration/lane_fixture.hpp"

namespace navette::test {
namespace {

class InboundLaneTest : public LaneTest {
  protected:
    InboundLaneTest() { connector_->manifest.capabilities = {"push", "fetch", "webhooks"}; }

    long add_inbound(const std::string& remote_id, const std::string& members) {
        return database_.number(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
            "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'ITEM_CHANGED', 'item', 'remote:" +
            remote_id + "', '{\"object\":\"item\",\"remote_id\":\"" + remote_id + "\"," + members +
            "}') RETURNING id"
        );
    }

    std::string feed() {
        return database_.value(
            "SELECT string_agg(concat_ws('|', position, entity_type, entity_id, operation, integration_id, "
            "remote_id, event_type, data ->> 'name'), ' / ' ORDER BY position) FROM navette.changes"
        );
    }
};

TEST_F(InboundLaneTest, AFullEventIsAppliedWithoutARequest) {
    database_.exec(
        "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id) VALUES "
        "('acme', 'int_1', 'item', 'local_1', '5')"
    );
    add_inbound("5", R"("thin":false,"fields":{"name":"Loom"})");
    start_lane();
    work_until_empty();
    EXPECT_EQ(feed(), "1|item|local_1|upsert|int_1|5|ITEM_CHANGED|Loom");
    EXPECT_TRUE(transport_.sent.empty());
    EXPECT_EQ(logged("direction, status, final, object, remote_id"), "from_platform|done|t|item|5");
}

TEST_F(InboundLaneTest, AThinEventIsFetchedFirst) {
    add_inbound("5", R"("thin":true,"fields":{"name":"stale"})");
    start_lane();
    work_until_empty();
    EXPECT_EQ(transport_.paths(), std::vector<std::string>{"/item/5"});
    EXPECT_EQ(feed(), "1|item||upsert|int_1|5|ITEM_CHANGED|as fetched");
    EXPECT_EQ(logged("direction, status, final, object, remote_id"), "from_platform|done|t|item|5");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.in_flight"), 0);
}

TEST_F(InboundLaneTest, WhatWasFetchedBeforeAndIsTheSameIsNotToldAgain) {
    add_inbound("5", R"("thin":true,"fields":{})");
    start_lane();
    work_until_empty();
    add_inbound("5", R"("thin":true,"fields":{})");
    lane_->look();
    work_until_empty();
    EXPECT_EQ(transport_.sent.size(), 2U);
    EXPECT_EQ(feed(), "1|item||upsert|int_1|5|ITEM_CHANGED|as fetched");
    EXPECT_EQ(logged("status, remarks"), "done / done|{\"the record is as it was when it was last read\"}");
}

TEST_F(InboundLaneTest, ARecordThatIsGoneMeanwhileIsADeletion) {
    transport_.script["/item/5"] = {404};
    add_inbound("5", R"("thin":true,"fields":{})");
    start_lane();
    work_until_empty();
    EXPECT_EQ(feed(), "1|item||delete|int_1|5|ITEM_CHANGED");
}

TEST_F(InboundLaneTest, WhatTheConnectorKnowsWithoutARequestIsAppliedToo) {
    add_inbound("unasked", R"("thin":true,"fields":{})");
    start_lane();
    work_until_empty();
    EXPECT_TRUE(transport_.sent.empty());
    EXPECT_EQ(feed(), "1|item||delete|int_1|unasked|ITEM_CHANGED");
}

TEST_F(InboundLaneTest, EachJobCountsOnce) {
    const auto finished = [] {
        const auto text = core::metrics_text();
        const std::string name = "navette_jobs_finished_total{platform=\"shop\"} ";
        return std::stol(text.substr(text.find(name) + name.size()));
    };
    start_lane();
    const auto before = finished();
    add_inbound("5", R"("thin":false,"fields":{})");
    add_inbound("6", R"("thin":true,"fields":{})");
    lane_->look();
    work_until_empty();
    work_until("SELECT count(*) FROM navette.in_flight", 0);
    work_for(std::chrono::milliseconds(20));
    EXPECT_EQ(finished() - before, 2);
}

TEST_F(InboundLaneTest, AFailedFetchIsTriedAgainLikeAnyAttempt) {
    transport_.script["/item/5"] = {500, 500};
    add_inbound("5", R"("thin":true,"fields":{})");
    start_lane();
    work_until_empty();
    EXPECT_EQ(transport_.paths().size(), 3U);
    EXPECT_EQ(feed(), "1|item||upsert|int_1|5|ITEM_CHANGED|as fetched");
}

TEST_F(InboundLaneTest, WithoutFetchAThinEventIsToldAsItIs) {
    connector_->manifest.capabilities = {"push", "webhooks"};
    add_inbound("5", R"("thin":true,"fields":{"name":"hint"})");
    start_lane();
    work_until_empty();
    EXPECT_EQ(feed(), "1|item||upsert|int_1|5|ITEM_CHANGED|hint");
}

TEST_F(InboundLaneTest, ChangesOfOneRecordKeepTheirOrder) {
    for (int n = 0; n < 20; ++n) {
        add_inbound("5", R"("thin":false,"fields":{"name":")" + std::to_string(n) + "\"}");
    }
    start_lane();
    work_until_empty();
    EXPECT_EQ(
        database_.value("SELECT string_agg(data ->> 'name', ',' ORDER BY position) FROM navette.changes"),
        "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19"
    );
}

TEST_F(InboundLaneTest, WhatTheIntakeDidNotWriteIsADeadLetterThatSaysSo) {
    const auto id = database_.number(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
        "entity_id) VALUES ('acme', 'int_1', 'from_platform', 'X', 'item', '1') RETURNING id"
    );
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 1);
    EXPECT_NE(job(id, "last_error").find("names its object and its remote_id"), std::string::npos);
}

TEST_F(InboundLaneTest, AFormerOwnersChangeIsNotApplied) {
    const auto id = add_inbound("5", R"("thin":false,"fields":{})");
    store::Completion done;
    done.key = key_;
    done.epoch = 2;
    done.job_id = id;
    done.outcome = "done";
    done.received = R"({"object":"item","remote_id":"5","deleted":false,"fields":{}})";
    store::JournalPage page;
    page.completions.push_back(std::move(done));
    must(run(store::write_page(connection(), kNode, page)));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.changes"), 0);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1);
}

}  // namespace
}  // namespace navette::test
