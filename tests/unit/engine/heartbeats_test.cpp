#include "daemon/engine/heartbeats.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

const Heartbeats::Time kStart{1h};

TEST(Heartbeats, NamesTheLoopThatIsOverdueAndOnlyThat) {
    Heartbeats beats;
    beats.expect("poll", 1000ms, kStart);
    beats.expect("renew", 5000ms, kStart);
    EXPECT_FALSE(beats.stalled(kStart + 1s).has_value());
    EXPECT_EQ(beats.stalled(kStart + 1001ms), "poll");
    beats.beat("poll", kStart + 1s);
    EXPECT_FALSE(beats.stalled(kStart + 2s).has_value());
    beats.beat("poll", kStart + 5s);
    EXPECT_EQ(beats.stalled(kStart + 5001ms), "renew");
}

TEST(Heartbeats, ExpectsNothingOfALoopThatEndedOrWasNeverDeclared) {
    Heartbeats beats;
    beats.expect("source", 1000ms, kStart);
    beats.forget("source");
    beats.beat("unknown", kStart);
    EXPECT_FALSE(beats.stalled(kStart + 1h).has_value());
}

}  // namespace
}  // namespace navette::engine
