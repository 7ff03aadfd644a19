#include "daemon/store/migrations.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

#include <future>

namespace navette::store {
namespace {

using test::must;
using ::testing::AllOf;
using ::testing::HasSubstr;

class MigrationsTest : public ::testing::Test {
  protected:
    [[nodiscard]] long applied() {
        return database_.number("SELECT count(*) FROM navette.schema_migrations");
    }

    test::TestDatabase database_{false};
};

long known() {
    return static_cast<long>(migrations().size());
}

TEST_F(MigrationsTest, AFreshDatabaseGetsEveryVersionInOrder) {
    const auto states = must(migrate(database_.url()));
    ASSERT_EQ(static_cast<long>(states.size()), known());
    for (std::size_t at = 0; at < states.size(); ++at) {
        EXPECT_EQ(states[at].version, static_cast<int>(at) + 1);
        EXPECT_FALSE(states[at].applied_at.empty()) << states[at].name;
    }
    EXPECT_TRUE(require_current_schema(database_.url()).has_value());
}

TEST_F(MigrationsTest, ASecondRunDoesNothing) {
    must(migrate(database_.url()));
    const auto before = database_.value("SELECT max(applied_at) FROM navette.schema_migrations");
    EXPECT_TRUE(must(migrate(database_.url())).empty());
    EXPECT_EQ(database_.value("SELECT max(applied_at) FROM navette.schema_migrations"), before);
}

TEST_F(MigrationsTest, TwoAtOnceBothSucceedAndApplyEachOnce) {
    auto other = std::async(std::launch::async, [&] { return migrate(database_.url()); });
    const auto mine = migrate(database_.url());
    const auto theirs = other.get();
    ASSERT_TRUE(mine.has_value()) << mine.error().message;
    ASSERT_TRUE(theirs.has_value()) << theirs.error().message;
    EXPECT_EQ(static_cast<long>(mine->size() + theirs->size()), known());
    EXPECT_EQ(applied(), known());
}

TEST_F(MigrationsTest, ADatabaseNewerThanTheProgramIsRefusedNamingBothVersions) {
    must(migrate(database_.url()));
    database_.exec(
        "INSERT INTO navette.schema_migrations (version, name, checksum) VALUES (99, 'from_tomorrow', 'x')"
    );
    const auto refused = migrate(database_.url());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, core::ErrorKind::conflict);
    EXPECT_THAT(refused.error().message, HasSubstr("schema version 99 (from_tomorrow)"));
    EXPECT_THAT(refused.error().message, HasSubstr("only up to " + std::to_string(known())));
    EXPECT_FALSE(require_current_schema(database_.url()).has_value());
    EXPECT_EQ(applied(), known() + 1);
}

TEST_F(MigrationsTest, AnAppliedMigrationThatDiffersIsRefusedByName) {
    must(migrate(database_.url()));
    database_.exec("UPDATE navette.schema_migrations SET checksum = 'edited' WHERE version = 2");
    const auto refused = migrate(database_.url());
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(
        refused.error().message, HasSubstr("migration 2 (" + std::string(migrations()[1].name) + ")")
    );
    EXPECT_THAT(refused.error().message, HasSubstr("differs"));
}

TEST_F(MigrationsTest, AnOldSchemaIsToldWithTheCommandThatBringsItUp) {
    const auto refused = require_current_schema(database_.url());
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("lacks schema version 1"));
    EXPECT_THAT(refused.error().message, HasSubstr("run: navettectl db migrate"));
    EXPECT_EQ(database_.value("SELECT to_regclass('navette.schema_migrations')"), "") << "asking changed it";
}

TEST_F(MigrationsTest, ADatabaseThatCannotKeepEveryTextIsRefusedWithTheCommandThatMakesOne) {
    const auto latin = database_.value("SELECT current_database()") + "_latin";
    pqxx::connection server(database_.url());
    pqxx::nontransaction(server).exec(
        "CREATE DATABASE " + latin + " ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    );
    const auto answer = migrate(database_.url() + "_latin");
    pqxx::nontransaction(server).exec("DROP DATABASE " + latin);
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().message, AllOf(HasSubstr(latin), HasSubstr("LATIN1"), HasSubstr("createdb")));
}

TEST_F(MigrationsTest, ADatabaseThatCannotBeReachedIsUnavailableAndThePasswordStaysSecret) {
    const auto refused = migrate("host=127.0.0.1 port=1 user=navette password=hunter2hunter2 dbname=none");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, core::ErrorKind::unavailable);
    EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace navette::store
