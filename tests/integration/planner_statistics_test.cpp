#include "daemon/store/planner_statistics.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::test {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class PlannerStatisticsTest : public SchemaTest {
  protected:
    PlannerStatisticsTest() {
        add_platform("shop");
        add_integration("acme", "int_1");
    }

    void link(int from, int to) {
        database_.exec(
            "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id) "
            "SELECT 'acme', 'int_1', 'item', 'e' || n, 'r' || n FROM generate_series(" +
            std::to_string(from) + ", " + std::to_string(to) + ") n"
        );
    }
    std::vector<std::string> look() { return must(run(store::analyze_what_has_grown(connection()))); }
};

TEST_F(PlannerStatisticsTest, ATableIsAnalyzedWhenItHasOutgrownWhatThePlannerKnows) {
    EXPECT_THAT(look(), IsEmpty());
    link(1, 10);
    EXPECT_THAT(look(), IsEmpty()) << "any plan is good enough for ten rows";
    link(11, 3'000);
    EXPECT_THAT(look(), UnorderedElementsAre("navette.record_links"));
    EXPECT_EQ(
        database_.number("SELECT reltuples FROM pg_class WHERE oid = 'navette.record_links'::regclass"), 3'000
    );
    EXPECT_THAT(look(), IsEmpty()) << "once";
    link(3'001, 4'000);
    EXPECT_THAT(look(), IsEmpty()) << "it has not doubled";
    link(4'001, 8'000);
    EXPECT_THAT(look(), UnorderedElementsAre("navette.record_links"));
}

TEST_F(PlannerStatisticsTest, AFirstPullReadsItsOwnRecordsAndNotAllThatCameBefore) {
    database_.exec("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan");
    const auto pull = [&](int from, int to) {
        database_.exec(
            "SELECT navette.receive_change('acme', 'int_1', 'item.pulled', jsonb_build_object('object', "
            "'item', "
            "'remote_id', 'r' || n, 'hash', md5(n::text), 'merged', jsonb_build_object('entity_type', "
            "'item', "
            "'entity_id', 'int_1:r' || n, 'operation', 'upsert', 'expected_version', 0, 'expected_revision', "
            "-1, "
            "'expected_job', 0, 'data', jsonb_build_object('name', n), 'snapshot', '{}'::jsonb, 'seen', "
            "'{}'::jsonb, "
            "'spread', 'none', 'changed', '[]'::jsonb, 'push_back', false, "
            "'keys', jsonb_build_array(jsonb_build_object('name', 'name', 'value', n))))) FROM "
            "generate_series(" +
            std::to_string(from) + ", " + std::to_string(to) + ") n"
        );
    };
    // The session's plans are made while the tables are empty.
    pull(1, 1'500);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 1'500);
    EXPECT_THAT(look(), ::testing::IsSupersetOf({"navette.record_keys", "navette.record_links"}));
    const auto entries_read = [&] {
        database_.exec("SELECT pg_stat_force_next_flush()");
        return database_.number(
            "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname IN ('record_links', "
            "'record_keys')"
        );
    };
    const auto before = entries_read();
    pull(1'501, 1'600);
    EXPECT_LT(entries_read() - before, 100 * 20) << "index entries read for 100 records more";
}

}  // namespace
}  // namespace navette::test
