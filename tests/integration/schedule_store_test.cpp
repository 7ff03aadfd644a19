// Frequency, requests and flushes in the database.
#include "daemon/store/admin_integrations.hpp"
#include "daemon/store/integrations.hpp"
#include "daemon/store/listener.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::store {
namespace {

using std::chrono::microseconds;
using test::kNode;
using test::kOtherNode;
using test::must;
using ::testing::ElementsAre;
using SystemTime = std::chrono::system_clock::time_point;

constexpr SystemTime kFlushed =
    SystemTime(microseconds(1'795'258'800'123'456));  // 2026-11-21T11:00:00.123456Z

class ScheduleStoreTest : public test::OwnedIntegrationTest {
  protected:
    IntegrationRow load() {
        auto rows = must(run(load_integrations(connection(), {"int_1"})));
        return rows.size() == 1 ? std::move(rows.front()) : IntegrationRow();
    }

    AdminSession& admin() {
        if (!admin_) {
            admin_ = must(AdminSession::open(database_.url()));
        }
        return *admin_;
    }

    bool note(
        const std::string& node, std::int64_t epoch, std::optional<SystemTime> answered = std::nullopt
    ) {
        Flushed flushed;
        flushed.key = key_;
        flushed.node_id = node;
        flushed.epoch = epoch;
        flushed.at = kFlushed;
        flushed.answered = answered;
        return must(run(note_flush(connection(), std::move(flushed))));
    }

  private:
    std::optional<AdminSession> admin_;
};

TEST_F(ScheduleStoreTest, AnIntegrationIsReadWithItsFrequencyAndWithoutRequestOrFlush) {
    EXPECT_EQ(load().frequency, "realtime");
    database_.exec("UPDATE navette.tenant_integrations SET sync_frequency = 'now and then'");
    const auto row = load();
    EXPECT_EQ(row.frequency, "now and then") << "what others wrote is handed on as it is";
    EXPECT_FALSE(row.sync_requested_at);
    EXPECT_FALSE(row.flushed_at);
    EXPECT_EQ(row.version, 2) << "the owner notices";
}

TEST_F(ScheduleStoreTest, ARequestIsNoticedByTheOwner) {
    const auto listener =
        must(run(Listener::open(context_.get_executor(), database_.url(), "navette_wake", "")));
    const auto before = load();
    const auto answer = must(request_sync(admin(), key_));
    EXPECT_FALSE(text_of(answer, "requested_at").empty());
    EXPECT_THAT(must(run(listener->next())), ElementsAre("integrations"));
    const auto row = load();
    ASSERT_TRUE(row.sync_requested_at);
    EXPECT_EQ(row.version, before.version + 1) << "only that makes the owner read the row again";
    EXPECT_EQ(
        must(find_integration(admin(), "int_1", std::nullopt)).record.at("sync_requested_at").is_null(), false
    );

    must(request_sync(admin(), key_));
    EXPECT_GT(load().sync_requested_at, row.sync_requested_at);
    const auto missing = request_sync(admin(), IntegrationKey("acme", "int_9"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, core::ErrorKind::not_found);
}

TEST_F(ScheduleStoreTest, AFlushIsKeptForTheNextOwner) {
    EXPECT_TRUE(note(kNode, 1));
    EXPECT_EQ(load().flushed_at, kFlushed) << "to the microsecond";
    let_expire(kNode);
    take_over(kOtherNode, "b");
    EXPECT_EQ(load().flushed_at, kFlushed);
    EXPECT_EQ(
        text_of(must(find_integration(admin(), "int_1", "acme")).record, "last_flush_at"),
        "2026-11-21T11:00:00.123Z"
    );
}

TEST_F(ScheduleStoreTest, AFlushTakesAwayTheRequestThatItAnsweredAndNoLaterOne) {
    must(request_sync(admin(), key_));
    const auto first = load();
    EXPECT_TRUE(note(kNode, 1, first.sync_requested_at));
    EXPECT_FALSE(load().sync_requested_at);
    EXPECT_EQ(load().version, first.version) << "nothing that the owner must notice";

    must(request_sync(admin(), key_));
    const auto second = load().sync_requested_at;
    must(request_sync(admin(), key_));
    const auto third = load().sync_requested_at;
    EXPECT_TRUE(note(kNode, 1, second));
    EXPECT_EQ(load().sync_requested_at, third);
    EXPECT_TRUE(note(kNode, 1));
    EXPECT_EQ(load().sync_requested_at, third)
        << "a flush at the schedule's moment answers what it was told of only";
}

TEST_F(ScheduleStoreTest, AFormerOwnerWritesNoFlushAndTakesNoRequest) {
    must(request_sync(admin(), key_));
    const auto requested = load().sync_requested_at;
    EXPECT_FALSE(note(kOtherNode, 1, requested)) << "not the owner";
    let_expire(kNode);
    take_over(kOtherNode, "b");
    EXPECT_FALSE(note(kNode, 1, requested));
    EXPECT_FALSE(note(kOtherNode, 1, requested)) << "of an older epoch";
    EXPECT_FALSE(load().flushed_at);
    EXPECT_EQ(load().sync_requested_at, requested);
    EXPECT_TRUE(note(kOtherNode, 2, requested));
}

TEST_F(ScheduleStoreTest, AFrequencyIsWrittenByAddAndChange) {
    IntegrationPlan plan;
    plan.row.key = IntegrationKey("acme", "int_2");
    plan.row.slug = "shop";
    plan.row.frequency = "every: 5m";
    must(store::add_integration(admin(), plan));
    auto known = must(find_integration(admin(), "int_2", std::nullopt));
    EXPECT_EQ(known.row.frequency, "every: 5m");
    plan.row = known.row;
    plan.row.frequency = "daily at 02:30 Europe/Paris";
    must(change_integration(admin(), plan));
    EXPECT_EQ(
        must(find_integration(admin(), "int_2", std::nullopt)).row.frequency, "daily at 02:30 Europe/Paris"
    );
}

}  // namespace
}  // namespace navette::store
