#include "daemon/store/connection.hpp"

#include "daemon/engine/database.hpp"
#include "daemon/store/admin_session.hpp"
#include "tests/integration/schema_fixture.hpp"
#include "tests/support/pooler.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace navette::store {
namespace {

namespace asio = boost::asio;
using test::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Statement kEcho{"echo", "SELECT $1::text"};
constexpr Statement kLength{"length", "SELECT length($1)"};
constexpr Statement kInsert{"insert", "INSERT INTO box (id, note) VALUES ($1::integer, $2)"};
constexpr Statement kCount{"count", "SELECT count(*) FROM box"};
constexpr Statement kSyntax{"syntax", "SELEKT 1"};
constexpr Statement kLater{"later", "SELECT note FROM later"};
constexpr Statement kBig{"big", "SELECT repeat('x', $1::integer)"};
constexpr Statement kSlow{"slow", "SELECT pg_sleep(30)"};
constexpr Statement kPid{"pid", "SELECT pg_backend_pid()"};

std::vector<Parameter> values(std::initializer_list<std::string> texts) {
    return {texts.begin(), texts.end()};
}

class ConnectionTest : public test::SchemaTest {
  protected:
    ConnectionTest() { database_.exec("CREATE TABLE box (id integer PRIMARY KEY, note text)"); }

    core::Result<Rows> query(const Statement& statement, std::initializer_list<std::string> texts = {}) {
        return run(connection().query(statement, values(texts)));
    }

    std::string notes() {
        return database_.value("SELECT coalesce(string_agg(id || note, ',' ORDER BY id), '') FROM box");
    }
};

void terminate(test::TestDatabase& database, std::int64_t backend) {
    database.exec("SELECT pg_terminate_backend(" + std::to_string(backend) + ", 5000)");
}

Call insert(const std::string& id, const std::string& note) {
    return {kInsert, values({id, note})};
}

// A prepared statement's plan is kept: a sequential scan that cost nothing then would be paid for each row.
TEST_F(ConnectionTest, APlanThatIsMadeWhileATableIsEmptyUsesItsIndex) {
    static constexpr Statement kPlan{
        "plan",
        "EXPLAIN (COSTS OFF) SELECT b.note FROM unnest(ARRAY[1, 2]) AS wanted (id) "
        "LEFT JOIN LATERAL (SELECT * FROM box WHERE box.id = wanted.id LIMIT 1) b ON true"
    };
    const auto plan = must(query(kPlan));
    std::string text;
    for (int row = 0; row < plan.size(); ++row) {
        text += plan.string(row, 0) + "\n";
    }
    EXPECT_THAT(text, HasSubstr("box_pkey"));
    EXPECT_THAT(text, Not(HasSubstr("Seq Scan")));
}

TEST_F(ConnectionTest, AnswersPipelinedCallsInOrderEachWithItsOwnRows) {
    std::vector<std::string> ended;
    auto ask = [](Connection& open, std::string text, std::vector<std::string>& order
               ) -> asio::awaitable<bool> {
        const auto rows = co_await open.query(kEcho, values({text}));
        order.push_back(text);
        co_return rows && rows->text(0, 0) == text;
    };
    std::vector<asio::awaitable<bool>> calls;
    std::vector<std::string> expected;
    for (int n = 0; n < 200; ++n) {
        expected.push_back(std::to_string(n));
        calls.push_back(ask(connection(), expected.back(), ended));
    }
    EXPECT_THAT(test::run_all(context_, std::move(calls)), ::testing::Each(true));
    EXPECT_EQ(ended, expected);
}

TEST_F(ConnectionTest, CarriesNullAndTextsOfAnyShape) {
    const auto rows = must(run(connection().query(kEcho, std::vector<Parameter>(1))));
    EXPECT_TRUE(rows.is_null(0, 0));
    EXPECT_EQ(rows.text(0, 0), "");
    for (const std::string text : {"", "l'été", "a\\b\"c", "line\nbreak", "$1"}) {
        EXPECT_EQ(must(query(kEcho, {text})).text(0, 0), text);
    }
}

TEST_F(ConnectionTest, AFailingTransactionIsRolledBackAndLeavesItsNeighboursAlone) {
    std::vector<asio::awaitable<core::Result<std::vector<Rows>>>> calls;
    const auto add = [&](std::initializer_list<Call> transaction) {
        calls.push_back(connection().transaction(transaction));
    };
    add({insert("1", "a"), insert("2", "a")});
    add({insert("3", "b"), insert("1", "b"), insert("4", "b")});
    add({insert("5", "c")});
    const auto done = test::run_all(context_, std::move(calls));
    EXPECT_TRUE(done[0].has_value());
    ASSERT_FALSE(done[1].has_value());
    EXPECT_EQ(done[1].error().kind, core::ErrorKind::conflict);
    EXPECT_THAT(done[1].error().message, HasSubstr("insert: duplicate key"));
    EXPECT_TRUE(done[2].has_value());
    EXPECT_EQ(notes(), "1a,2a,5c");
}

TEST_F(ConnectionTest, ReturnsTheRowsOfEachStatementOfATransaction) {
    std::vector<Call> calls;
    calls.push_back(insert("1", "a"));
    calls.emplace_back(kCount, std::vector<Parameter>());
    const auto rows = must(run(connection().transaction(std::move(calls))));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].affected(), 1);
    EXPECT_EQ(rows[1].integer(0, 0), 1);
}

TEST_F(ConnectionTest, MapsWhatPostgresqlSaysToKinds) {
    must(query(kInsert, {"1", "a"}));
    EXPECT_EQ(query(kInsert, {"1", "a"}).error().kind, core::ErrorKind::conflict);
    EXPECT_EQ(query(kInsert, {"one", "a"}).error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(run(connection().run("SELEKT 1")).error().kind, core::ErrorKind::internal);
    must(run(connection().run("SET default_transaction_read_only = on")));
    EXPECT_EQ(query(kInsert, {"2", "a"}).error().kind, core::ErrorKind::read_only);
    EXPECT_EQ(query(kEcho, {"still of use"})->text(0, 0), "still of use");
}

TEST_F(ConnectionTest, AStatementThatCannotBePreparedTellsWhyAndCanBeTriedAgain) {
    const auto syntax = query(kSyntax);
    ASSERT_FALSE(syntax.has_value());
    EXPECT_EQ(syntax.error().kind, core::ErrorKind::internal);
    EXPECT_THAT(syntax.error().message, HasSubstr("syntax error"));

    std::vector<asio::awaitable<core::Result<Rows>>> twice;
    twice.push_back(connection().query(kLater));
    twice.push_back(connection().query(kLater));
    for (const auto& refused : test::run_all(context_, std::move(twice))) {
        ASSERT_FALSE(refused.has_value());
        EXPECT_THAT(refused.error().message, HasSubstr("later: relation \"later\" does not exist"));
    }
    database_.exec("CREATE TABLE later AS SELECT 'now'::text AS note");
    EXPECT_EQ(must(query(kLater)).text(0, 0), "now");
}

TEST_F(ConnectionTest, AFailedPreparationLeavesItsNeighboursAlone) {
    std::vector<asio::awaitable<core::Result<Rows>>> calls;
    calls.push_back(connection().query(kInsert, values({"1", "a"})));
    calls.push_back(connection().query(kSyntax));
    calls.push_back(connection().query(kInsert, values({"2", "b"})));
    const auto done = test::run_all(context_, std::move(calls));
    EXPECT_TRUE(done[0].has_value());
    EXPECT_FALSE(done[1].has_value());
    EXPECT_TRUE(done[2].has_value());
    EXPECT_EQ(notes(), "1a,2b");
}

TEST_F(ConnectionTest, CarriesLargeResultsAndLargeParametersAtTheSameTime) {
    constexpr std::size_t kSize = 5U << 20U;
    std::vector<asio::awaitable<core::Result<Rows>>> calls;
    for (int n = 0; n < 3; ++n) {
        calls.push_back(connection().query(kLength, values({std::string(kSize, 'p')})));
        calls.push_back(connection().query(kBig, values({std::to_string(kSize)})));
    }
    const auto done = test::run_all(context_, std::move(calls));
    for (std::size_t at = 0; at < done.size(); at += 2) {
        EXPECT_EQ(must(done[at]).integer(0, 0), static_cast<long>(kSize));
        EXPECT_EQ(must(done[at + 1]).text(0, 0).size(), kSize);
    }
}

TEST_F(ConnectionTest, WhenItsBackendDiesEveryPendingAndLaterCallIsUnavailable) {
    const auto pid = must(query(kPid)).integer(0, 0);
    // Runs after the others were sent: coroutines of one tick start in order.
    auto kill = [](test::TestDatabase& database,
                   std::int64_t backend) -> asio::awaitable<core::Result<Rows>> {
        terminate(database, backend);
        co_return Rows();
    };
    std::vector<asio::awaitable<core::Result<Rows>>> calls;
    calls.push_back(connection().query(kSlow));
    calls.push_back(connection().query(kInsert, values({"1", "a"})));
    calls.push_back(connection().query(kEcho, values({"x"})));
    calls.push_back(kill(database_, pid));
    const auto done = test::run_all(context_, std::move(calls));
    for (std::size_t at = 0; at < 3; ++at) {
        ASSERT_FALSE(done[at].has_value());
        EXPECT_EQ(done[at].error().kind, core::ErrorKind::unavailable) << done[at].error().message;
    }
    EXPECT_FALSE(connection().alive());
    EXPECT_EQ(query(kEcho, {"later"}).error().kind, core::ErrorKind::unavailable);
    EXPECT_EQ(run(connection().run("SELECT 1")).error().kind, core::ErrorKind::unavailable);
    EXPECT_EQ(notes(), "");
}

TEST_F(ConnectionTest, ItsDestructionEndsWhatIsUnderWay) {
    auto short_lived = open();
    auto drop = [](std::unique_ptr<Connection>& open) -> asio::awaitable<core::Result<Rows>> {
        open.reset();
        co_return Rows();
    };
    std::vector<asio::awaitable<core::Result<Rows>>> calls;
    calls.push_back(short_lived->query(kSlow));
    calls.push_back(drop(short_lived));
    const auto done = test::run_all(context_, std::move(calls));
    ASSERT_FALSE(done.front().has_value());
    EXPECT_EQ(done.front().error().kind, core::ErrorKind::unavailable);
}

TEST_F(ConnectionTest, AClosedPortIsToldWithHostAndPortButWithoutThePassword) {
    for (const std::string conninfo :
         {"host=127.0.0.1 port=1 user=navette password=hunter2hunter2 dbname=x",
          "postgresql://navette:hunter2hunter2@127.0.0.1:1/x"}) {
        const auto refused = run(Connection::open(context_.get_executor(), conninfo));
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().kind, core::ErrorKind::unavailable);
        EXPECT_THAT(refused.error().message, HasSubstr("127.0.0.1"));
        EXPECT_THAT(refused.error().message, HasSubstr("refused"));
        EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
    }
}

TEST_F(ConnectionTest, AMalformedConninfoIsToldWithoutThePassword) {
    for (const std::string conninfo :
         {"postgresql://navette:hunter2hunter2@127.0.0.1:nonsense/x",
          "password=hunter2hunter2 sslmode=perhaps",
          "password=hunter2hunter2 nonsense"}) {
        const auto refused = run(Connection::open(context_.get_executor(), conninfo));
        ASSERT_FALSE(refused.has_value());
        EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
    }
}

TEST_F(ConnectionTest, GoesOnToTheNextHostWhereTheFirstIsDead) {
    const std::string folder = std::getenv("NAVETTE_TEST_CLUSTER");
    const auto name = database_.value("SELECT current_database()");
    const auto second = open("host=127.0.0.1," + folder + " port=1,5432 user=navette dbname=" + name);
    EXPECT_EQ(must(run(second->query(kEcho, values({"here"})))).text(0, 0), "here");
}

TEST_F(ConnectionTest, WorksByItsOwnSettingsWhateverTheDatabaseSays) {
    for (const auto* const setting :
         {"timezone = 'Asia/Tokyo'",
          "datestyle = 'German'",
          "default_transaction_isolation = 'serializable'",
          "synchronous_commit = off",
          "idle_session_timeout = '1h'",
          "row_security = off"}) {
        database_.set_default(setting);
    }
    constexpr const char* kAsked =
        "SELECT concat_ws(' ', '2026-01-02 03:04:05+00'::timestamptz, "
        "current_setting('transaction_isolation'), "
        "current_setting('synchronous_commit'), current_setting('idle_session_timeout'), "
        "current_setting('row_security'))";
    constexpr std::string_view kWanted = "2026-01-02 03:04:05+00 read committed on 0 on";
    EXPECT_EQ(must(run(open()->run(kAsked))).text(0, 0), kWanted);
    auto session = must(AdminSession::open(database_.url()));
    const auto rows =
        must(session.query("SELECT json_build_object('settings', (" + std::string(kAsked) + "))"));
    EXPECT_EQ(rows.front().at("settings").as_string(), kWanted);
}

TEST_F(ConnectionTest, ASessionThatServedAnotherClientIsRefused) {
    const test::Pooler pooler("transaction");
    const auto url = pooler.url(database_);
    const auto first = open(url);
    const auto second = run(Connection::open(context_.get_executor(), url));
    ASSERT_FALSE(second.has_value());
    EXPECT_THAT(second.error().message, HasSubstr("pool_mode = transaction"));
    const auto third = AdminSession::open(url);
    ASSERT_FALSE(third.has_value());
    EXPECT_THAT(third.error().message, HasSubstr("pool_mode = transaction"));
}

TEST_F(ConnectionTest, ASessionThatAPoolerEmptiedIsAsGoodAsNew) {
    const test::Pooler pooler("session", 1);
    const auto url = pooler.url(database_);
    EXPECT_TRUE(AdminSession::open(url).has_value());
    std::vector<std::int64_t> backends;
    for (int n = 0; n < 2; ++n) {
        backends.push_back(must(run(open(url)->query(kPid))).integer(0, 0));
    }
    EXPECT_EQ(backends[0], backends[1]) << "or this shows nothing";
}

TEST_F(ConnectionTest, KeepsTheOptionsThatItsAddressNames) {
    const auto fresh = open(database_.url() + " options='-c search_path=elsewhere -c timezone=Asia/Tokyo'");
    const auto rows =
        must(run(fresh->run("SELECT current_setting('search_path'), current_setting('timezone')")));
    EXPECT_EQ(rows.text(0, 0), "elsewhere");
    EXPECT_EQ(rows.text(0, 1), "UTC") << "what navette relies on wins";
}

TEST_F(ConnectionTest, ArrayLiteralsCarryEveryText) {
    const std::vector<std::string> texts{"", "plain", "a\"b", "a\\b", "{x,y}", "NULL", " é\n", "it's"};
    constexpr Statement kItems{
        "items", "SELECT item FROM unnest($1::text[]) WITH ORDINALITY AS t (item, n) ORDER BY n"
    };
    const auto rows = must(query(kItems, {array_literal(texts)}));
    std::vector<std::string> back;
    for (int row = 0; row < rows.size(); ++row) {
        EXPECT_FALSE(rows.is_null(row, 0));
        back.push_back(rows.string(row, 0));
    }
    EXPECT_EQ(back, texts);
    EXPECT_EQ(array_literal({}), "{}");
}

TEST_F(ConnectionTest, BytesComeBackAsTheyWere) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) {
        bytes += static_cast<char>(byte);
    }
    constexpr Statement kBytes{"bytes", "SELECT $1::bytea"};
    EXPECT_EQ(must(query(kBytes, {bytea_literal(bytes)})).bytes(0, 0), bytes);
}

TEST_F(ConnectionTest, ADatabaseOpensANewConnectionWhenTheOldOneBrokeAndSharesIt) {
    engine::Database database(context_.get_executor(), database_.url());
    const auto first = must(run(database.connection()));
    EXPECT_EQ(must(run(database.connection())), first);
    terminate(database_, must(run(first->query(kPid))).integer(0, 0));
    EXPECT_FALSE(run(first->query(kEcho, values({"x"}))).has_value());

    std::vector<asio::awaitable<core::Result<std::shared_ptr<Connection>>>> both;
    both.push_back(database.connection());
    both.push_back(database.connection());
    const auto opened = test::run_all(context_, std::move(both));
    EXPECT_NE(must(opened[0]), first);
    EXPECT_EQ(must(opened[0]), must(opened[1]));
    EXPECT_EQ(must(run(must(opened[0])->query(kEcho, values({"x"})))).text(0, 0), "x");
}

TEST_F(ConnectionTest, ADatabaseThatCannotBeReachedFailsForEveryCallerThatWaited) {
    engine::Database database(context_.get_executor(), "host=127.0.0.1 port=1 dbname=x user=y");
    std::vector<asio::awaitable<core::Result<std::shared_ptr<Connection>>>> both;
    both.push_back(database.connection());
    both.push_back(database.connection());
    for (const auto& failed : test::run_all(context_, std::move(both))) {
        ASSERT_FALSE(failed.has_value());
        EXPECT_THAT(failed.error().message, HasSubstr("refused"));
    }
}

TEST_F(ConnectionTest, AReadOnlyDatabaseChangesNothingWhateverItIsAsked) {
    database_.exec("INSERT INTO box VALUES (1, 'a')");
    engine::Database database(context_.get_executor(), database_.url(), engine::Database::kReadOnly);
    const auto readonly = must(run(database.connection()));
    EXPECT_EQ(must(run(readonly->query(kCount))).integer(0, 0), 1);
    for (const std::string sql :
         {"DELETE FROM box",
          "WITH gone AS (DELETE FROM box RETURNING id) SELECT * FROM gone",
          "SELECT navette.create_log_partitions(30)"}) {
        const auto refused = run(readonly->run(sql));
        ASSERT_FALSE(refused.has_value()) << sql;
        EXPECT_EQ(refused.error().kind, core::ErrorKind::read_only) << sql;
    }
    EXPECT_FALSE(run(readonly->run("COMMIT; DELETE FROM box")).has_value()) << "one statement at a time";
    EXPECT_EQ(notes(), "1a");
}

}  // namespace
}  // namespace navette::store
