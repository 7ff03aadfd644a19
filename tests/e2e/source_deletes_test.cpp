// Rows that vanish in numbers: nothing is deleted until a person says at the command line that they were.
#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSource = R"(sources:
  rows:
    tenant: t0
    entity_type: item
    key: id
    change_column: changed_at
    every: 1h
    deletes: tell
    query: SELECT id, seq, changed_at FROM item_rows
)";
constexpr const char* kEnded = "SELECT count(*) FROM navette.sync_logs WHERE final";
constexpr const char* kKnown = "SELECT count(*) FROM navette.source_keys";

TEST(SourceDeletes, ManyAreToldOnlyWhereAPersonSaysThatTheRowsWereDeleted) {
    TestDatabase database;
    database.exec(
        "CREATE TABLE item_rows (id text PRIMARY KEY, seq int, changed_at timestamptz DEFAULT now());"
        "INSERT INTO item_rows (id, seq) SELECT n::text, n FROM generate_series(1, 300) n"
    );
    ProbeServer probe;
    FleetWishes wishes;
    wishes.settings = kSource;
    Fleet fleet(database, probe, wishes);
    fleet.start(0);
    database.await_number(kEnded, 300);
    database.await_number(kKnown, 300);

    database.exec("DELETE FROM item_rows WHERE seq > 150");
    fleet.ctl({"source", "run", "rows", "--full", "--wait"});
    EXPECT_THAT(fleet.ctl({"source", "list"}), HasSubstr("150 of 300 rows vanished"));
    EXPECT_EQ(database.number(kKnown), 300);
    EXPECT_EQ(database.number(kEnded), 300) << "nothing was told";

    fleet.ctl({"source", "run", "rows", "--deletes", "--wait"});
    // Probe cannot delete, so that each delete that was told ends as a dead letter.
    database.await_number(kEnded, 450);
    EXPECT_EQ(
        database.number(
            "SELECT count(*) FROM navette.sync_queue WHERE operation = 'delete' AND status = 'failed'"
        ),
        150
    );
    EXPECT_EQ(database.number(kKnown), 150);
    EXPECT_THAT(fleet.ctl({"source", "list"}), Not(HasSubstr("vanished")));

    // What was said holds for that run.
    database.exec("DELETE FROM item_rows WHERE seq > 20");
    fleet.ctl({"source", "run", "rows", "--full", "--wait"});
    EXPECT_THAT(fleet.ctl({"source", "list"}), HasSubstr("130 of 150 rows vanished"));
    EXPECT_EQ(database.number(kEnded), 450);
}

}  // namespace
}  // namespace navette::test
