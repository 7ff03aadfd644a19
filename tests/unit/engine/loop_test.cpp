// The engine's loops rest, are woken, and end together.
#include "daemon/engine/loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

class LoopTest : public ::testing::Test {
  protected:
    /// A loop whose rounds are counted, and which asks for its next one after an hour.
    asio::awaitable<void> hourly(std::chrono::milliseconds longest) {
        return repeat(loop_, longest, [this] {
            ++rounds_;
            return std::chrono::milliseconds(1h);
        });
    }
    asio::awaitable<void> rest_twice() {
        co_await loop_.rest(0ms);  // takes a call that was made before
        co_await loop_.rest(1h);
        ++rounds_;
    }
    void wait_for_the_end(std::chrono::milliseconds limit) {
        auto waiting = [](LoopTest& test, std::chrono::milliseconds span) -> asio::awaitable<void> {
            co_await test.loops_.ended(span);
            test.has_ended_ = true;
        };
        asio::co_spawn(context_, waiting(*this, limit), asio::detached);
    }
    void poll() {
        context_.restart();
        context_.poll();
    }

    asio::io_context context_;
    Loops loops_{context_.get_executor()};
    Loop loop_{loops_, "hourly"};
    int rounds_ = 0;
    bool has_ended_ = false;
};

TEST_F(LoopTest, RestsBetweenItsRoundsUntilItIsWoken) {
    loop_.run(hourly(2h));
    poll();
    EXPECT_EQ(rounds_, 1);
    loop_.wake();
    poll();
    EXPECT_EQ(rounds_, 2);
}

TEST_F(LoopTest, AWakeThatFindsItAtWorkIsNotLost) {
    loop_.wake();
    loop_.run(hourly(2h));
    poll();
    EXPECT_EQ(rounds_, 2);
}

TEST_F(LoopTest, RestsNoLongerThanItMayWhateverItsRoundAsksFor) {
    loop_.run(hourly(1ms));
    const auto give_up = steady_clock::now() + 10s;
    while (rounds_ < 3 && steady_clock::now() < give_up) {
        context_.run_one_for(10s);
    }
    EXPECT_GE(rounds_, 3);
}

TEST_F(LoopTest, AStopEndsAllThatRest) {
    Loop other(loops_, "other");
    loop_.run(hourly(2h));
    other.run(repeat(other, 2h, [] { return std::chrono::milliseconds(1h); }));
    poll();
    loops_.stop();
    wait_for_the_end(1h);
    poll();
    EXPECT_TRUE(has_ended_);
    EXPECT_FALSE(loop_.goes_on());
    EXPECT_EQ(rounds_, 1);
}

TEST_F(LoopTest, WhoComesToRestAfterTheStopDoesNot) {
    loops_.stop();
    loop_.run(rest_twice());
    poll();
    EXPECT_EQ(rounds_, 1);
}

TEST_F(LoopTest, TheEndIsWaitedForUntilItsLimit) {
    loop_.run(hourly(2h));
    poll();
    wait_for_the_end(20ms);
    poll();
    EXPECT_FALSE(has_ended_);
    const auto give_up = steady_clock::now() + 10s;
    while (!has_ended_ && steady_clock::now() < give_up) {
        context_.run_one_for(10s);
    }
    EXPECT_TRUE(has_ended_);
}

TEST_F(LoopTest, GivesASignOfLifeWheneverItRests) {
    loop_.run(1s, hourly(2h));
    poll();
    const auto before = steady_clock::now();
    EXPECT_EQ(loops_.heartbeats().stalled(before + 2s), "hourly");
    while (steady_clock::now() == before) {
    }
    loop_.wake();
    poll();
    EXPECT_FALSE(loops_.heartbeats().stalled(before + 1s).has_value());
}

}  // namespace
}  // namespace navette::engine
