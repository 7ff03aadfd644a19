#include "daemon/store/queue_upkeep.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class LogPartitionsTest : public test::SchemaTest {
  protected:
    /// The parent's daily partition, `days` from today (UTC).
    std::string name(const std::string& parent, int days) {
        return parent + database_.value(
                            "SELECT to_char((now() AT TIME ZONE 'UTC')::date + " + std::to_string(days) +
                            ", '_YYYYMMDD')"
                        );
    }

    bool exists(const std::string& table) {
        return !database_.value("SELECT to_regclass('navette." + table + "')").empty();
    }

    void create(const std::string& parent, int days) {
        const auto bound = [&](int day) {
            return database_.value(
                "SELECT ((now() AT TIME ZONE 'UTC')::date + " + std::to_string(day) + ")::text || ' 00:00+00'"
            );
        };
        database_.exec(
            "CREATE TABLE navette." + name(parent, days) + " PARTITION OF navette." + parent +
            " FOR VALUES FROM ('" + bound(days) + "') TO ('" + bound(days + 1) + "')"
        );
    }

    /// Where a log row of this moment lands.
    std::string home_of_row(const std::string& moment) {
        return database_.value(
            "INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, "
            "entity_type, entity_id, status, final, attempt, started_at, duration_ms, created_at) "
            "VALUES ('acme', 'int_1', 1, 'to_platform', 'e', 'item', '1', 'done', true, 1, now(), 0, " +
            moment + ") RETURNING (SELECT relname FROM pg_class c WHERE c.oid = sync_logs.tableoid)"
        );
    }
};

TEST_F(LogPartitionsTest, StandReadyForTodayAndAWeekAhead) {
    for (const std::string parent : {"sync_logs", "webhook_logs"}) {
        for (int day = 0; day <= 7; ++day) {
            EXPECT_TRUE(exists(name(parent, day))) << name(parent, day);
        }
        EXPECT_FALSE(exists(name(parent, 8)));
    }
    EXPECT_EQ(home_of_row("now()"), name("sync_logs", 0));
}

TEST_F(LogPartitionsTest, AreCreatedOnceHoweverOftenOneAsks) {
    EXPECT_EQ(database_.number("SELECT navette.create_log_partitions(7)"), 0);
    EXPECT_EQ(database_.number("SELECT navette.create_log_partitions(9)"), 6);
    EXPECT_EQ(database_.number("SELECT navette.create_log_partitions(9)"), 0);
    EXPECT_TRUE(exists(name("webhook_logs", 9)));
}

TEST_F(LogPartitionsTest, OnlyDaysThatLieWhollyPastTheirRetentionAreDropped) {
    for (int day = -5; day <= -1; ++day) {
        create("sync_logs", day);
    }
    create("webhook_logs", -5);
    const auto rows = database_.exec("SELECT navette.drop_log_partitions('sync_logs', interval '3 days')");
    std::vector<std::string> dropped;
    for (const auto& row : rows) {
        dropped.emplace_back(row[0].c_str());
    }
    EXPECT_THAT(dropped, UnorderedElementsAre(name("sync_logs", -5), name("sync_logs", -4)));
    EXPECT_FALSE(exists(name("sync_logs", -4)));
    EXPECT_TRUE(exists(name("sync_logs", -3))) << "its youngest rows are not three days old yet";
    EXPECT_TRUE(exists(name("webhook_logs", -5))) << "another log has its own retention";
}

TEST_F(LogPartitionsTest, ARowForADayWithoutPartitionIsKeptInTheDefaultOne) {
    EXPECT_EQ(home_of_row("'2020-02-29 12:00+00'"), "sync_logs_default");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs"), 1);
}

TEST_F(LogPartitionsTest, HousekeepingCreatesAndDropsEachLogByItsOwnRetention) {
    create("sync_logs", -3);
    create("webhook_logs", -3);
    database_.exec("DROP TABLE navette." + name("sync_logs", 7));
    const auto dropped =
        must(run(keep_log_partitions(connection(), std::chrono::hours(24 * 30), std::chrono::hours(24))));
    EXPECT_THAT(dropped, ElementsAre(name("webhook_logs", -3)));
    EXPECT_TRUE(exists(name("sync_logs", 7)));
    EXPECT_TRUE(exists(name("sync_logs", -3)));
}

TEST_F(LogPartitionsTest, HousekeepingThatComesLateMovesTodaysRowsToTheirOwnDayAndPreparesTheNext) {
    database_.exec("DROP TABLE navette." + name("sync_logs", 0));
    database_.exec("DROP TABLE navette." + name("sync_logs", 1));
    ASSERT_EQ(home_of_row("now()"), "sync_logs_default");
    must(run(keep_log_partitions(connection(), std::chrono::hours(24), std::chrono::hours(24))));
    EXPECT_TRUE(exists(name("sync_logs", 1)));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette." + name("sync_logs", 0)), 1);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs"), 1);
    EXPECT_EQ(home_of_row("now()"), name("sync_logs", 0)) << "ids go on as before";
    EXPECT_EQ(database_.number("SELECT count(DISTINCT id) FROM navette.sync_logs"), 2);
}

TEST_F(LogPartitionsTest, RetentionHoldsForTheDefaultPartitionToo) {
    home_of_row("'2020-02-29 12:00+00'");
    home_of_row("now() - interval '2 days'");
    must(run(keep_log_partitions(connection(), std::chrono::hours(24 * 30), std::chrono::hours(24))));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs"), 1);
}

}  // namespace
}  // namespace navette::store
