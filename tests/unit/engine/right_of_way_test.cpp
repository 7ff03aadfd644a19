// A backlog gives way to single jobs, and not for ever.
#include "daemon/engine/right_of_way.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class RightOfWayTest : public ::testing::Test {
  protected:
    void give_way(std::chrono::milliseconds longest) {
        auto giving = [](RightOfWayTest& test, std::chrono::milliseconds span) -> asio::awaitable<void> {
            co_await test.way_.give_way(span);
            ++test.went_on_;
        };
        asio::co_spawn(context_, giving(*this, longest), asio::detached);
        poll();
    }
    void take_step() {
        auto stepping = [](RightOfWayTest& test) -> asio::awaitable<void> {
            test.steps_.push_back(co_await test.way_.step());
        };
        asio::co_spawn(context_, stepping(*this), asio::detached);
        poll();
    }
    /// Waits as long as it takes until one may begin.
    void run_step() {
        take_step();
        context_.restart();
        context_.run_for(10s);
        ASSERT_EQ(steps_.size(), 1U);
        began_ = std::chrono::steady_clock::now();
    }
    /// The one that was let begin ends as soon as it began; others may follow.
    void end_step() {
        steps_.front().end({});
        steps_.clear();
        poll();
    }
    void poll() {
        context_.restart();
        context_.poll();
    }

    asio::io_context context_;
    RightOfWay way_{context_.get_executor()};
    int went_on_ = 0;
    std::vector<RightOfWay::Step> steps_;  // that were let begin
    RightOfWay::Time began_;
};

TEST_F(RightOfWayTest, NobodyWaitsWhereNobodyHasAPass) {
    give_way(1h);
    EXPECT_EQ(went_on_, 1);
}

TEST_F(RightOfWayTest, AllGoOnWhenTheLastPassIsGivenUp) {
    RightOfWay::Pass first(way_);
    RightOfWay::Pass second(way_);
    give_way(1h);
    give_way(1h);
    first.give_up();
    poll();
    EXPECT_EQ(went_on_, 0);
    second = RightOfWay::Pass();
    poll();
    EXPECT_EQ(went_on_, 2);
}

TEST_F(RightOfWayTest, APassThatMovesIsHeldOnce) {
    RightOfWay::Pass first(way_);
    {
        const RightOfWay::Pass second(std::move(first));
        give_way(1h);
        EXPECT_TRUE(second.is_held());
    }
    poll();
    EXPECT_EQ(went_on_, 1);
}

TEST_F(RightOfWayTest, WorkThatNeverEndsHoldsNobodyForEver) {
    const RightOfWay::Pass pass(way_);
    give_way(1ms);
    context_.restart();
    context_.run();
    EXPECT_EQ(went_on_, 1);
}

TEST_F(RightOfWayTest, StepsGoSideBySideWhereNobodyElseIsAbout) {
    EXPECT_FALSE(way_.is_frequented(std::chrono::steady_clock::now()));
    take_step();
    take_step();
    EXPECT_EQ(steps_.size(), 2U);
}

TEST_F(RightOfWayTest, WhileSingleJobsAreAboutOneStepFollowsTheOther) {
    RightOfWay::Pass pass(way_);
    EXPECT_TRUE(way_.is_frequented(std::chrono::steady_clock::now()));
    pass.arrive(std::chrono::steady_clock::now() + 1h);
    EXPECT_FALSE(pass.is_held());
    EXPECT_TRUE(way_.is_frequented(std::chrono::steady_clock::now())) << "the next one may be a moment away";
    take_step();
    take_step();
    take_step();
    EXPECT_EQ(steps_.size(), 1U);
    end_step();
    EXPECT_EQ(steps_.size(), 1U);
    end_step();
    EXPECT_EQ(steps_.size(), 1U);
}

TEST_F(RightOfWayTest, AStepIsFollowedByARestOfHalfItsLength) {
    const auto now = std::chrono::steady_clock::now();
    RightOfWay::Pass(way_).arrive(now + 1h);
    RightOfWay::Step(way_, now - 2ms).end(now + 2ms);
    run_step();
    EXPECT_GE(began_, now + 4ms);
}

TEST_F(RightOfWayTest, AStepThatTheDatabaseHeldUpIsNotFollowedByALongRest) {
    const auto now = std::chrono::steady_clock::now();
    RightOfWay::Pass(way_).arrive(now + 2h);
    {
        const RightOfWay::Step held_up(way_, now - 1h);
    }
    run_step();
    EXPECT_GE(began_, now + 1ms);
    EXPECT_LT(began_, now + 30min);
}

TEST_F(RightOfWayTest, NobodyRestsWhereNobodyElseIsAbout) {
    const auto now = std::chrono::steady_clock::now();
    RightOfWay::Step(way_, now).end(now + 1h);
    take_step();
    EXPECT_EQ(steps_.size(), 1U);
}

TEST_F(RightOfWayTest, APassThatFoundNothingLeavesNobodyAbout) {
    RightOfWay::Pass pass(way_);
    pass.give_up();
    EXPECT_FALSE(way_.is_frequented(std::chrono::steady_clock::now()));
}

TEST_F(RightOfWayTest, AnArrivalIsForgottenAfterAMoment) {
    const auto now = std::chrono::steady_clock::now();
    RightOfWay::Pass(way_).arrive(now);
    EXPECT_TRUE(way_.is_frequented(now + 100ms));
    EXPECT_FALSE(way_.is_frequented(now + 1s));
}

}  // namespace
}  // namespace navette::engine
