#include "daemon/engine/sleepers.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

namespace navette::engine {
namespace {

class SleepersTest : public test::OwnedIntegrationTest {
  protected:
    SleepersTest() { sleepers_.start(); }

    ~SleepersTest() override {
        loops_.stop();
        bool ended = false;
        boost::asio::co_spawn(context_, loops_.ended(std::chrono::seconds(5)), [&](std::exception_ptr) {
            ended = true;
        });
        test::run_until(context_, [&] { return ended; });
        control_.close();
    }

    void await_asleep(bool asleep) {
        test::run_until(context_, [&] { return database_.number(kAsleep) == (asleep ? 1 : 0); });
    }

    static constexpr const char* kAsleep = "SELECT count(*) FROM navette.leases WHERE asleep";
    Database control_{context_.get_executor(), database_.url()};
    Loops loops_{context_.get_executor()};
    std::vector<std::string> called_;
    Sleepers sleepers_{
        context_.get_executor(),
        loops_,
        control_,
        [] { return std::string(test::kNode); },
        [this](const std::string& id) { called_.push_back(id); }
    };
};

TEST_F(SleepersTest, AreCalledForWhatCameWhileTheyFellAsleep) {
    sleepers_.falls_asleep("int_1");
    await_asleep(true);
    test::run_until(context_, [&] { return called_.size() == 4; });
    sleepers_.wakes_up("int_1");
    await_asleep(false);
}

TEST_F(SleepersTest, TheLastWordCounts) {
    sleepers_.falls_asleep("int_1");
    await_asleep(true);
    sleepers_.falls_asleep("int_1");
    sleepers_.wakes_up("int_1");
    await_asleep(false);
    context_.run_for(std::chrono::milliseconds(100));
    EXPECT_EQ(database_.number(kAsleep), 0);
}

TEST_F(SleepersTest, WhatTheDatabaseDidNotTakeIsToldAgain) {
    database_.exec(
        "CREATE SEQUENCE refusals; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM nextval('refusals'); RAISE 'not now'; END $$; "
        "CREATE TRIGGER refuse BEFORE UPDATE ON navette.leases FOR EACH ROW EXECUTE FUNCTION refuse()"
    );
    sleepers_.falls_asleep("int_1");
    test::run_until(context_, [&] {
        return database_.number("SELECT count(*) FROM refusals WHERE is_called") == 1;
    });
    database_.exec("DROP TRIGGER refuse ON navette.leases");
    await_asleep(true);
}

}  // namespace
}  // namespace navette::engine
