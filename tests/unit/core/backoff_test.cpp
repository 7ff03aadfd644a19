#include "daemon/core/backoff.hpp"

#include <gtest/gtest.h>

namespace navette::core {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr double kLongest = 0.999999999;

TEST(Backoff, DoublesItsCeilingWithEachAttempt) {
    EXPECT_EQ(backoff(1, 1s, 5min, kLongest), 999ms);
    EXPECT_EQ(backoff(2, 1s, 5min, kLongest), 1999ms);
    EXPECT_EQ(backoff(3, 1s, 5min, kLongest), 3999ms);
}

TEST(Backoff, StaysBelowTheCapHoweverManyAttempts) {
    EXPECT_LE(backoff(1000000, 1s, 5min, kLongest), 5min);
    EXPECT_LE(backoff(1, 10min, 5min, kLongest), 5min);
}

TEST(Backoff, JittersOverTheWholeSpanButNeverToNothing) {
    EXPECT_EQ(backoff(3, 1s, 5min, 0.0), 1ms);
    EXPECT_EQ(backoff(3, 1s, 5min, 0.5), 2000ms);
}

}  // namespace
}  // namespace navette::core
