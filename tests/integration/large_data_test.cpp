// Large records: a lane keeps a few of them in memory, however many there are.
#include "tests/integration/lane_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

class LargeDataTest : public test::LaneTest {
  protected:
    // A text of a megabyte that does not shrink when it is compressed.
    static constexpr const char* kMegabyte =
        "(SELECT string_agg(md5(n::text || k::text), '') FROM generate_series(1, 32768) k)";

    void add_large(int first, int last) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "data) SELECT 'acme', 'int_1', 'item.changed', 'item', n::text, jsonb_build_object('name', " +
            std::string(kMegabyte) + ") FROM generate_series(" + std::to_string(first) + ", " +
            std::to_string(last) + ") n"
        );
    }
};

TEST_F(LargeDataTest, AFewAreInMemoryAndTheOthersKeepNobodyBack) {
    start_with_a_slow_call();
    add_large(1, 30);
    lane_->look();
    test::run_until(context_, [&] { return lane_->weight() > 30'000'000; });
    add_job("urgent", "priority = 1", "customer");
    lane_->look_closely();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    EXPECT_EQ(transport_.paths(), (std::vector<std::string>{"/item/first", "/customer/urgent"}));
    work_for(100ms);
    EXPECT_LT(lane_->weight(), 36'000'000U);
    EXPECT_GE(memory_.held(), lane_->weight()) << "what the other lanes know";

    transport_.held.clear();
    work_until_empty();
    ASSERT_EQ(transport_.sent.size(), 32U);
    EXPECT_EQ(transport_.paths().back(), "/item/30") << "in their order";
    for (std::size_t at = 2; at < transport_.sent.size(); ++at) {
        EXPECT_GT(transport_.sent[at].body.size(), 1'048'576U) << transport_.sent[at].path;
    }
    test::run_until(context_, [&] { return lane_->weight() == 0; });
}

TEST_F(LargeDataTest, OneThatIsCancelledWhileItWaitsIsLeftOut) {
    start_with_a_slow_call();
    add_large(1, 20);
    lane_->look();
    test::run_until(context_, [&] { return lane_->weight() > 30'000'000; });
    database_.exec("DELETE FROM navette.sync_queue WHERE entity_id = '18'");
    add_job("18", "data = '{\"name\": \"anew\"}'");
    transport_.held.clear();
    work_until_empty();
    EXPECT_EQ(transport_.sent.size(), 21U);
    const auto anew = std::ranges::find(transport_.sent, "/item/18", &test::ScriptedTransport::Sent::path);
    EXPECT_THAT(anew->body, testing::HasSubstr("anew"));
    test::run_until(context_, [&] { return lane_->in_hand() == 0; });
}

TEST_F(LargeDataTest, WhileOthersHoldTheMemoryItReadsLittleAhead) {
    connector_->manifest.objects.front().batch = 200;
    core::MemoryShares::Part others(memory_);
    others.hold(kJobMemory.whole);
    start_with_a_slow_call();
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "data) SELECT 'acme', 'int_1', 'item.changed', 'item', n::text, jsonb_build_object('name', "
        "repeat(md5(n::text), 125)) FROM generate_series(1, 300) n"
    );
    lane_->look();
    work_for(200ms);
    EXPECT_GT(lane_->in_hand(), 3U);
    EXPECT_LT(lane_->in_hand(), 50U);
    others.hold(0);
    lane_->poll();
    test::run_until(context_, [&] { return lane_->in_hand() > 150; });
    transport_.held.clear();
    work_until_empty();
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE status = 'done'"), 301);
    test::run_until(context_, [&] { return memory_.held() == 0; });
}

TEST_F(LargeDataTest, ChangesOfOneRecordBecomeOne) {
    for (const auto* const change : {"{\"name\": \"old\", \"n\": 1}", "{\"name\": \"new\"}", "{\"n\": 3}"}) {
        add_job(
            "busy",
            "data = '" + std::string(change) +
                "'::jsonb || jsonb_build_object('text', (SELECT "
                "string_agg(md5(k::text), '') FROM generate_series(1, 1000) k))"
        );
    }
    start_lane();
    work_until_empty();
    ASSERT_EQ(transport_.sent.size(), 1U);
    EXPECT_EQ(transport_.sent.front().body, R"([{"name":"new","id":"busy"}])");
}

TEST_F(LargeDataTest, WhatNeedsNoCallIsWrittenAFewAtATime) {
    connector_->manifest.capabilities = {"push", "fetch", "webhooks"};
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
        "entity_id, data) SELECT 'acme', 'int_1', 'from_platform', 'ITEM_CHANGED', 'item', 'remote:' || n, "
        "jsonb_build_object('object', 'item', 'remote_id', n::text, 'thin', false, 'fields', "
        "jsonb_build_object('name', " +
        std::string(kMegabyte) + ")) FROM generate_series(1, 12) n"
    );
    start_lane();
    work_until_empty();
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.changes"), 12);
    EXPECT_LT(database_.most_written_at_once("navette.sync_logs"), 8) << "written at once";
}

}  // namespace
}  // namespace navette::engine
