#include "daemon/store/listener.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ListenerTest : public test::SchemaTest {
  protected:
    core::Result<std::unique_ptr<Listener>> listen(const std::string& lock) {
        return run(Listener::open(context_.get_executor(), database_.url(), "doorbell", lock));
    }
};

TEST_F(ListenerTest, HearsWhatIsSaidOnItsChannelInOrder) {
    const auto listener = must(listen(""));
    database_.exec("NOTIFY elsewhere, 'not for us'; NOTIFY doorbell, 'one'; NOTIFY doorbell, 'two'");
    std::vector<std::string> heard;
    while (heard.size() < 2) {
        for (auto& payload : must(run(listener->next()))) {
            heard.push_back(std::move(payload));
        }
    }
    EXPECT_THAT(heard, ElementsAre("one", "two"));
}

TEST_F(ListenerTest, RefusesALockThatAnotherSessionHolds) {
    const auto first = must(listen("node.a"));
    const auto second = listen("node.a");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind, core::ErrorKind::conflict);
    EXPECT_THAT(second.error().message, HasSubstr("node.a"));
    EXPECT_TRUE(listen("node.b").has_value());
}

TEST_F(ListenerTest, FreesItsLockWhenItGoes) {
    must(listen("node.a"));
    database_.await_number(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM "
        "pg_database WHERE datname = current_database())",
        0
    );
    EXPECT_TRUE(listen("node.a").has_value());
}

TEST_F(ListenerTest, EndsTheSessionItHadBeforeThatPostgresqlTakesForAliveAndNoOther) {
    const auto lost = must(listen("node.a"));
    const auto bystander = must(listen("node.b"));
    const auto again = [&](const std::string& former) {
        return run(Listener::open(context_.get_executor(), database_.url(), "doorbell", "node.a", former));
    };
    EXPECT_FALSE(again(bystander->session().substr(0, bystander->session().find(' '))).has_value());
    const auto fresh = must(again(lost->session()));
    EXPECT_NE(fresh->session(), lost->session());
    EXPECT_FALSE(run(lost->next()).has_value());
    EXPECT_FALSE(listen("node.b").has_value()) << "the bystander keeps its lock";
}

TEST_F(ListenerTest, EndsItsWaitWhenClosed) {
    const auto listener = must(listen(""));
    auto closing = [](Listener& open) -> boost::asio::awaitable<core::Result<std::vector<std::string>>> {
        open.close();
        co_return std::vector<std::string>();
    };
    std::vector<boost::asio::awaitable<core::Result<std::vector<std::string>>>> both;
    both.push_back(listener->next());
    both.push_back(closing(*listener));
    const auto ends = test::run_all(context_, std::move(both));
    ASSERT_FALSE(ends.front().has_value());
    EXPECT_EQ(ends.front().error().kind, core::ErrorKind::unavailable);
}

TEST_F(ListenerTest, TellsThatItsConnectionBroke) {
    const auto listener = must(listen(""));
    database_.exec(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query "
        "LIKE 'LISTEN%'"
    );
    const auto end = run(listener->next());
    ASSERT_FALSE(end.has_value());
    EXPECT_EQ(end.error().kind, core::ErrorKind::unavailable);
}

}  // namespace
}  // namespace navette::store
