#include "daemon/store/capture_sql.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::store {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

CapturePlan plan_of(CaptureTarget target) {
    CapturePlan plan;
    plan.source = "shop-orders";
    plan.definition = R"([{"table":"orders","key":"id"}])";
    target.decides = true;
    plan.targets.push_back(std::move(target));
    return plan;
}

CaptureStanding made() {
    CaptureStanding standing;
    standing.has_schema = true;
    standing.has_tables = true;
    return standing;
}

std::string all(const std::vector<std::string>& statements) {
    std::string text;
    for (const auto& statement : statements) {
        text += statement + ";\n";
    }
    return text;
}

TEST(CaptureSql, NamesAndTextsAreQuoted) {
    EXPECT_EQ(quoted_identifier("Or\"der"), "\"Or\"\"der\"");
    EXPECT_EQ(quoted_literal("it's"), "'it''s'");
    EXPECT_EQ(quoted_literal("a\\'b"), " E'a\\\\''b'");
    const auto sql = all(attach_statements(plan_of({"Sa\"les", "my orders", "id", false, false}), made()));
    EXPECT_THAT(sql, HasSubstr(R"( ON "Sa""les"."my orders" )"));
}

TEST(CaptureSql, AColumnIsQuotedAndAnExpressionStandsAsItIs) {
    EXPECT_EQ(key_expression("id"), "r.\"id\"::text");
    EXPECT_EQ(key_expression("OrderNo"), "r.\"OrderNo\"::text");
    EXPECT_EQ(key_expression("'LU' || r.id"), "('LU' || r.id\n)::text");
    EXPECT_EQ(key_expression("r.id -- the number"), "(r.id -- the number\n)::text");
    EXPECT_FALSE(is_column_name("7"));
    EXPECT_FALSE(is_column_name(""));
}

TEST(CaptureSql, AnEmptyDatabaseGetsSchemaAndTablesAndOneThatHasThemDoesNot) {
    const auto first = attach_statements(plan_of({"public", "orders", "id", false, false}), {});
    ASSERT_GE(first.size(), 3U);
    EXPECT_EQ(first[0], "CREATE SCHEMA navette");
    EXPECT_THAT(first[1], StartsWith("CREATE TABLE navette.captures"));
    EXPECT_THAT(first[2], StartsWith("CREATE TABLE navette.captured"));
    const auto again = all(attach_statements(plan_of({"public", "orders", "id", false, false}), made()));
    EXPECT_THAT(again, Not(HasSubstr("CREATE SCHEMA")));
    EXPECT_THAT(again, Not(HasSubstr("CREATE TABLE")));
    EXPECT_THAT(again, Not(HasSubstr("GRANT"))) << "who attaches also reads";
}

TEST(CaptureSql, StatementTriggersSeeTheRowsOfTheirStatement) {
    const auto statements = attach_statements(plan_of({"public", "orders", "id", false, false}), made());
    EXPECT_THAT(
        statements,
        Contains(
            R"(CREATE OR REPLACE TRIGGER "navette:shop-orders:update" AFTER UPDATE ON "public"."orders" )"
            "REFERENCING OLD TABLE AS navette_old NEW TABLE AS navette_new FOR EACH STATEMENT "
            R"(EXECUTE FUNCTION navette."capture:shop-orders:1"())"
        )
    );
    EXPECT_THAT(all(statements), HasSubstr("FROM navette_new r"));
    EXPECT_THAT(all(statements), HasSubstr("SECURITY DEFINER SET search_path = pg_catalog, pg_temp"));
    EXPECT_THAT(all(statements), HasSubstr("FROM PUBLIC"));
}

TEST(CaptureSql, APartitionedTableIsCapturedRowByRowButForItsTruncate) {
    const auto sql = all(attach_statements(plan_of({"public", "orders", "id", true, false}), made()));
    EXPECT_THAT(sql, HasSubstr(R"(AFTER INSERT ON "public"."orders" FOR EACH ROW )"));
    EXPECT_THAT(sql, HasSubstr(R"(AFTER TRUNCATE ON "public"."orders" FOR EACH STATEMENT )"));
    EXPECT_THAT(sql, HasSubstr("FROM (SELECT NEW.*) r"));
    EXPECT_THAT(sql, Not(HasSubstr("REFERENCING")));
}

TEST(CaptureSql, OnlyTheFirstTablesDeletedRowsAreDeletedRecords) {
    auto plan = plan_of({"public", "orders", "id", false, false});
    plan.targets.push_back({"public", "order_lines", "order_id", false, false});
    const auto statements = attach_statements(plan, made());
    const auto body_of = [&](const std::string& name) {
        for (const auto& statement : statements) {
            if (statement.starts_with("CREATE OR REPLACE FUNCTION navette.\"" + name + "\"")) {
                return statement;
            }
        }
        return std::string();
    };
    EXPECT_THAT(body_of("capture:shop-orders:1"), HasSubstr("s.key, true FROM stale"));
    EXPECT_THAT(body_of("capture:shop-orders:2"), HasSubstr("s.key, false FROM stale"));
}

TEST(CaptureSql, ABodyThatHoldsItsOwnDollarQuoteGetsAnother) {
    const auto sql =
        all(attach_statements(plan_of({"public", "orders", "r.id || '$navette$'", false, false}), made()));
    EXPECT_THAT(sql, HasSubstr("AS $navette1$"));
}

TEST(CaptureSql, AttachingAnewDropsWhatIsNoLongerNamed) {
    auto standing = made();
    standing.triggers = {
        {"public", "orders", "navette:shop-orders:insert"}, {"public", "old", "navette:shop-orders:insert"}
    };
    standing.functions = {"capture:shop-orders:1", "capture:shop-orders:2"};
    const auto sql = all(attach_statements(plan_of({"public", "orders", "id", false, false}), standing));
    EXPECT_THAT(sql, HasSubstr(R"(DROP TRIGGER "navette:shop-orders:insert" ON "public"."old")"));
    EXPECT_THAT(sql, HasSubstr(R"(DROP FUNCTION navette."capture:shop-orders:2"())"));
    EXPECT_THAT(sql, Not(HasSubstr(R"(DROP TRIGGER "navette:shop-orders:insert" ON "public"."orders")")));
    EXPECT_THAT(sql, Not(HasSubstr(R"(DROP FUNCTION navette."capture:shop-orders:1")")));
}

TEST(CaptureSql, AnotherReaderIsGrantedWhatItNeeds) {
    auto plan = plan_of({"public", "orders", "id", false, false});
    plan.reader = "Shop Reader";
    const auto statements = attach_statements(plan, made());
    EXPECT_THAT(statements, Contains("GRANT USAGE ON SCHEMA navette TO \"Shop Reader\""));
    EXPECT_THAT(statements, Contains("GRANT SELECT, DELETE ON navette.captured TO \"Shop Reader\""));
    EXPECT_THAT(statements, Contains("GRANT SELECT, UPDATE (asleep) ON navette.captures TO \"Shop Reader\""));
}

TEST(CaptureSql, DetachingTakesTheTablesOnlyWithTheLastSource) {
    auto standing = made();
    standing.triggers = {{"public", "orders", "navette:shop-orders:insert"}};
    standing.functions = {"capture:shop-orders:1"};
    EXPECT_THAT(
        detach_statements("shop-orders", standing),
        ElementsAre(
            R"(DROP TRIGGER "navette:shop-orders:insert" ON "public"."orders")",
            R"(DROP FUNCTION navette."capture:shop-orders:1"())",
            "DELETE FROM navette.captured WHERE source = 'shop-orders'",
            "DELETE FROM navette.captures WHERE source = 'shop-orders'"
        )
    );
    standing.last = true;
    EXPECT_THAT(
        detach_statements("shop-orders", standing), Contains("DROP TABLE navette.captured, navette.captures")
    );
    EXPECT_THAT(detach_statements("shop-orders", standing), Not(Contains("DROP SCHEMA navette")));
    standing.schema_is_ours = true;
    EXPECT_THAT(detach_statements("shop-orders", standing), Contains("DROP SCHEMA navette"));
    EXPECT_THAT(detach_statements("shop-orders", {}), IsEmpty());
}

}  // namespace
}  // namespace navette::store
