#include "daemon/http/failure_throttle.hpp"

#include <gtest/gtest.h>

namespace navette::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FailureThrottleTest : public ::testing::Test {
  protected:
    void fail(const std::string& address, int times) {
        for (int at = 0; at < times; ++at) {
            throttle_.failed(address, now_);
        }
    }

    [[nodiscard]] milliseconds wait(const std::string& address) const {
        return throttle_.wait_of(address, now_);
    }

    FailureThrottle throttle_{
        {.failures = 3, .pause = milliseconds(1'000), .forgive = seconds(60), .remembered = 4}
    };
    FailureThrottle::Moment now_{std::chrono::hours(1)};
};

TEST_F(FailureThrottleTest, AFewMistakesCostNothing) {
    fail("192.0.2.1", 2);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(0));
}

TEST_F(FailureThrottleTest, AfterManyEachTryWaitsAndNobodyElseDoes) {
    fail("192.0.2.1", 3);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(1'000));
    EXPECT_EQ(wait("192.0.2.2"), milliseconds(0));
    now_ += milliseconds(400);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(600));
    now_ += milliseconds(600);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(0)) << "one try";
    fail("192.0.2.1", 1);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(1'000));
}

TEST_F(FailureThrottleTest, ASuccessOrAQuietMinuteClearsTheRecord) {
    fail("192.0.2.1", 3);
    throttle_.succeeded("192.0.2.1");
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(0));
    fail("192.0.2.1", 3);
    now_ += seconds(60);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(0));
    fail("192.0.2.1", 2);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(0)) << "counted from the start";
}

TEST_F(FailureThrottleTest, TheAddressesOfOneIpv6NetworkAreOne) {
    throttle_.failed("2001:db8:1:2::1", now_);
    throttle_.failed("2001:db8:1:2:ffff::2", now_);
    throttle_.failed("2001:db8:1:2::3", now_);
    EXPECT_GT(wait("2001:db8:1:2::4"), milliseconds(0));
    EXPECT_EQ(wait("2001:db8:1:3::4"), milliseconds(0));
}

TEST_F(FailureThrottleTest, NoMoreAddressesAreRememberedThanAllowed) {
    fail("192.0.2.1", 3);
    for (int last = 2; last < 100; ++last) {
        now_ += milliseconds(1);
        fail("192.0.2." + std::to_string(last), 3);
    }
    EXPECT_EQ(throttle_.size(), 4U);
    EXPECT_EQ(wait("192.0.2.1"), milliseconds(0));
    EXPECT_GT(wait("192.0.2.99"), milliseconds(0));
}

}  // namespace
}  // namespace navette::http
